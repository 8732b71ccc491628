//! Exact values that the language speaks of: durations, decimals, dates, quantities. Shared by `ast` and `ir`.

mod duration;
pub(crate) mod hash;
pub mod range;
pub mod size;
mod words;

pub use duration::Duration;
/// An exact decimal number (28 significant digits), used for objectives, bounds and thresholds: never a float.
pub use rust_decimal::Decimal;
pub use words::{Composition, DataClass, Evidence, Expected, MatchOp, Side, Stat, Urgency, Which};

/// A civil date without a time zone (`2026-10-01`).
pub type Date = jiff::civil::Date;

/// A number with what it measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// `400ms`
    Duration(Duration),
    /// `99.5%`: the value as written, so 99.5
    Percent(Decimal),
    /// `2GiB`: bytes
    Size(Decimal),
    /// `10`, `0.25`
    Number(Decimal),
}

impl Quantity {
    /// What kind of value this is, in words for messages: `a duration`, `a percentage`, `a number`.
    pub fn describe(&self) -> &'static str {
        match self {
            Quantity::Duration(_) => "a duration",
            Quantity::Percent(_) => "a percentage",
            Quantity::Size(_) => "a size",
            Quantity::Number(_) => "a number",
        }
    }
}
