//! Programs that must not compile, with the compiler's messages.
//!
//! The messages come from rustc 1.95, without the feature `dfdx`, whose types would appear in its lists of
//! implementations. `TRYBUILD=overwrite cargo test --no-default-features --test compile_fail` writes them anew.
#![cfg(not(feature = "dfdx"))]

#[test]
fn the_compiler_explains_mistakes() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
