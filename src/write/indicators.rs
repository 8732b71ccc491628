//! Indicators as source text.

use std::fmt::Write as _;

use super::measurements::Measurement;
use super::{Comment, identifier, listed, push_comments};
use crate::ast::ParamType;

/// An indicator to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indicator {
    /// Said above it.
    pub comments: Vec<Comment>,
    /// Identifier.
    pub name: String,
    /// Its parameters, without `$`, and their types.
    pub parameters: Vec<(String, ParamType)>,
    /// What it measures.
    pub statements: Vec<Measurement>,
}

impl Indicator {
    /// The declaration, not yet in its canonical form; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        let mut out = String::new();
        push_comments(&mut out, &self.comments, 0);
        out.push_str("indicator ");
        out.push_str(&identifier(&self.name)?);
        if !self.parameters.is_empty() {
            let parameters = listed(&self.parameters, |(name, kind)| {
                Some(format!("{}: {}", identifier(name)?, kind.as_str()))
            })?;
            let _ = write!(out, "({parameters})");
        }
        out.push_str(" {\n");
        for statement in &self.statements {
            let _ = writeln!(out, "  {}", statement.write()?);
        }
        out.push_str("}\n");
        Some(out)
    }
}
