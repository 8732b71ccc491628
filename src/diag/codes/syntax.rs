//! E01xx: the text is not the language.

crate::diag::codes::codes! {}
