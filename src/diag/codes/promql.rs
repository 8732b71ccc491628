//! E06xx: PromQL in escapes.

crate::diag::codes::codes! {}
