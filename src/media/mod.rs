//! Media: decode, re-encode, store.
