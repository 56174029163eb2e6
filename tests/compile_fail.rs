//! What must not compile, and what the compiler says about it.
//!
//! The messages are those of rustc 1.95, without the feature `dfdx`, whose types would appear in its lists of
//! implementations. `TRYBUILD=overwrite cargo test --no-default-features --test compile_fail` writes them anew.
#![cfg(not(feature = "dfdx"))]

#[test]
fn the_compiler_explains_mistakes() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
