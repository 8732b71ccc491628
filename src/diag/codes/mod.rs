//! The catalogue: every code the compiler can print, by area. Each has a page `docs/errors/ID.md` that fails with
//! exactly this code and shows the mend; `tests/language/error_pages.rs` runs them.

use super::Severity;

pub mod names;
pub mod numbers;
pub mod project;
pub mod promql;
pub mod stored;
pub mod syntax;
pub mod types;

/// One kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `E0203`, `W0301`: the letter is the default severity, the first two digits the area.
    pub id: &'static str,
    /// Severity unless `slovo.yaml` changes it (only a warning's can be changed).
    pub severity: Severity,
    /// A few words, as in the index of docs/errors.
    pub title: &'static str,
    /// The page shown by `slovo explain ID`.
    pub page: &'static str,
}

/// Declares codes: `codes! { NAME = Error "E0101" "title"; … }` gives a `pub static NAME: Code` each and `ALL`.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $severity:ident $id:literal $title:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = $title]
            pub static $name: $crate::diag::codes::Code = $crate::diag::codes::Code {
                id: $id,
                severity: $crate::diag::Severity::$severity,
                title: $title,
                page: include_str!(concat!("../../../docs/errors/", $id, ".md")),
            };
        )*
        /// All codes of this area, by number.
        pub static ALL: &[&$crate::diag::codes::Code] = &[$(&$name),*];
    };
}
pub(crate) use codes;

/// Every code, area by area.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [syntax::ALL, names::ALL, types::ALL, numbers::ALL, project::ALL, promql::ALL, stored::ALL]
        .into_iter()
        .flatten()
        .copied()
}

/// The code with this id (any case).
pub fn find(id: &str) -> Option<&'static Code> {
    all().find(|c| c.id.eq_ignore_ascii_case(id))
}
