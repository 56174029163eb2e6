//! Problems with known solutions, shared by tests, examples and benches.
