//! Files that are missing, damaged or replaced.

use std::fs;

use rheos::Error;
use rheos::formula::Structure;
use rheos::nn::{Linear, Net};
use rheos::weights::{Names, TensorFile, load, save};

use super::bytes::file;
use super::folder::Folder;

type Layer = Net<Linear<f64, 2, 3>>;

fn layer(number: f64) -> Layer {
    Net::new(Linear::draw(&mut || number))
}

#[test]
fn a_file_is_replaced_and_nothing_else_remains() {
    let folder = Folder::new();
    let path = folder.file("layer.safetensors");
    for number in [1.0, 2.0] {
        save(&path, &layer(number), &Names::new()).unwrap();
        let mut found = layer(0.0);
        load(&path, &mut found, &Names::new()).unwrap();
        assert_eq!(found, layer(number));
        assert_eq!(folder.list(), ["layer.safetensors"]);
    }
}

#[test]
fn a_model_that_diverged_does_not_replace_a_file() {
    let folder = Folder::new();
    let path = folder.file("layer.safetensors");
    save(&path, &layer(1.0), &Names::new()).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(save(&path, &layer(f64::NAN), &Names::new()), Err(Error::InvalidWeight { .. })));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn errors_of_the_system_name_the_file() {
    let folder = Folder::new();
    let (missing, inside) = (folder.file("missing"), folder.file("no_folder").join("layer.safetensors"));
    let is = |error: &Error, verb: &str, file: &std::path::Path| matches!(error, Error::Io { action, path, .. } if *action == verb && path == file);
    let error = load(&missing, &mut layer(0.0), &Names::new()).unwrap_err();
    assert!(is(&error, "read", &missing), "{error}");
    assert!(error.to_string().starts_with(&format!("cannot read {}: ", missing.display())), "{error}");
    let error = save(&inside, &layer(0.0), &Names::new()).unwrap_err();
    assert!(is(&error, "write", &inside), "{error}");
    // A folder is no file.
    let here = folder.file(".");
    assert!(is(&save(&here, &layer(0.0), &Names::new()).unwrap_err(), "write", &here));
    assert!(is(&load(&here, &mut layer(0.0), &Names::new()).unwrap_err(), "read", &here));
    assert!(folder.list().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_remains_a_link() {
    let folder = Folder::new();
    let (path, link) = (folder.file("layer.safetensors"), folder.file("latest"));
    fs::write(&path, "old").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    save(&link, &layer(1.0), &Names::new()).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    load(&path, &mut layer(0.0), &Names::new()).unwrap();
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let mut whole = TensorFile::new();
    whole.add(layer(1.0).weights(), &Names::new()).unwrap();
    let whole = whole.to_bytes();
    for end in 0..whole.len() {
        let error = TensorFile::from_bytes(&whole[..end]).expect_err("a part of a file");
        assert!(matches!(error, Error::WeightFile { .. }), "{end}: {error}");
    }
    assert!(TensorFile::from_bytes(&[&whole[..], &[0]].concat()).is_err());
}

#[test]
fn foreign_and_damaged_files_are_refused() {
    let tensor = |entry: &str| format!(r#"{{"a":{entry}}}"#);
    let headers = [
        String::new(),
        "[]".into(),
        "{".into(),
        tensor("1"),
        tensor(r#"{"dtype":"F64","shape":[1]}"#),
        tensor(r#"{"dtype":"F63","shape":[1],"data_offsets":[0,8]}"#),
        tensor(r#"{"dtype":"F64","shape":[2],"data_offsets":[0,8]}"#),
        tensor(r#"{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}"#),
        tensor(r#"{"dtype":"F64","shape":[1],"data_offsets":[8,0]}"#),
        tensor(r#"{"dtype":"F64","shape":[1],"data_offsets":[8,16]}"#),
        tensor(r#"{"dtype":"F64","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}"#),
        r#"{"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}}"#
            .into(),
        r#"{"__metadata__":{"epoch":1},"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#.into(),
    ];
    let folder = Folder::new();
    let path = folder.file("foreign");
    let foreign = [b"PK\x03\x04 a zip archive, as torch.save writes it".to_vec(), vec![0; 8], vec![255; 64], vec![]];
    let damaged = headers.iter().map(|header| file(header, &[0; 8]));
    for bytes in foreign.into_iter().chain(damaged) {
        fs::write(&path, &bytes).unwrap();
        let error = load(&path, &mut layer(0.0), &Names::new()).unwrap_err();
        let Error::WeightFile { path: found, reason } = &error else { panic!("{bytes:?}: {error}") };
        assert_eq!((found, reason.is_empty()), (&path, false));
        let message = format!("{} is not a safetensors file, or it is damaged: {reason}", path.display());
        assert_eq!(error.to_string(), message);
    }
}
