//! E05xx: slovo.yaml, files and folders.

crate::diag::codes::codes! {}
