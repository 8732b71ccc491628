//! E03xx: metric kinds, units, labels, bounds, subsets.

crate::diag::codes::codes! {}
