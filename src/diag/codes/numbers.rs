//! E04xx: objectives, windows, arithmetic, alerts.

crate::diag::codes::codes! {}
