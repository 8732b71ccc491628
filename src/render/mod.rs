//! Texts for what reads them: one escaping function for each kind of text. `template` fills templates, within limits.

pub mod html;
pub mod markdown;
pub(crate) mod template;
pub(crate) mod url;
pub mod yaml;
