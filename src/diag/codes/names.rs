//! E02xx: names unknown, duplicate, misspelt.

crate::diag::codes::codes! {}
