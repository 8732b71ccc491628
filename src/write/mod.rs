//! Source text from values: what importers write. Pieces are quoted once, in [`text`]; whole files pass through
//! [`crate::fmt::format`], so that what is written is what `slovo fmt` leaves alone.

pub mod catalogue;
pub mod journeys;
pub mod text;
