//! Use-cases: what a person or an instance may do.
