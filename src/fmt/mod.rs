//! The canonical form: `slovo fmt`. It has no options.
