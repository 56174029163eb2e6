//! The structure of `src`: every name is imported from the module that owns it, and modules see only those before them.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the crate, each of which may import from those before it.
const ORDER: [&str; 19] = [
    "error",
    "disk",
    "simd",
    "state",
    "dynamics",
    "solver",
    "control",
    "integrate",
    "solution",
    "adjoint",
    "formula",
    "nn",
    "weights",
    "distributed",
    "train",
    "fit",
    "analysis",
    "plot",
    "verify",
];
/// Macros are exported at the root, whatever module they are in.
const MACROS: [&str; 2] = ["formula", "parameters"];

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the crate") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file: no comments, and none of its unit tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().expect("a first part");
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The names that follow `crate::`; a list in braces counts name by name.
fn after_crate(code: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c == '$' || c == '_' || c.is_alphanumeric()) || code[..at].ends_with("pub(in ") {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(top_level(list)),
            None => names.push(identifier(rest)),
        }
    }
    names
}

/// The first name of every entry of a list up to its closing brace.
fn top_level(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (i, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(identifier(list[start..i].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(identifier(list[start..i].trim_start()));
                start = i + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

/// The faults of a module's code, given its name.
fn faults(module: &str, code: &str) -> Vec<String> {
    let rank = |name: &str| ORDER.iter().position(|other| *other == name);
    let own = rank(module).unwrap_or_else(|| panic!("`{module}` has no place in the order of modules"));
    let mut faults = Vec::new();
    for name in after_crate(code) {
        match rank(name) {
            Some(other) if other <= own => {}
            Some(_) => faults.push(format!("`{module}` sees `{name}`, which comes after it")),
            None if MACROS.contains(&name) => {}
            None => faults.push(format!("`{name}` is imported from the crate root, not from its owner")),
        }
    }
    faults
}

#[test]
fn names_come_from_their_owners_and_modules_from_those_before() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 250, "only {} files", found.len());
    let mut all = Vec::new();
    for file in found {
        let inside = file.strip_prefix(&root).expect("a file of the crate");
        let module = inside.iter().next().expect("a first part").to_str().expect("a name in UTF-8");
        let module = module.trim_end_matches(".rs");
        if ["lib", "prelude"].contains(&module) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a file that can be read");
        all.extend(faults(module, &code(&text)).into_iter().map(|fault| format!("{}: {fault}", inside.display())));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_name_from_the_root_and_a_module_from_below_are_found() {
    assert_eq!(
        faults("solver", "use crate::state::State;\nuse crate::{error::Error, dynamics::{Dynamics, Jvp}};").len(),
        0
    );
    assert_eq!(faults("solver", "use crate::{State, error::Error};").len(), 1);
    assert_eq!(faults("solver", "fn f(x: crate::adjoint::Run) {}").len(), 1);
    assert_eq!(faults("nn", "crate::formula! {} use crate::formula;").len(), 0);
    assert_eq!(faults("state", &code("/// [`crate::nn::Net`]\npub(in crate::state) fn f() {}")).len(), 0);
}
