//! Teams and playbooks as source text.

use std::fmt::Write as _;

use super::{Comment, at_least_one, identifier, push_comments, text};
use crate::value::Duration;

/// A team to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Team {
    /// Said above it.
    pub comments: Vec<Comment>,
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// What is said of it, in order.
    pub statements: Vec<TeamStatement>,
}

/// A statement in a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TeamStatement {
    /// `channel "#shop"`
    Channel(String),
    /// `pages "receiver"`
    Pages(String),
    /// `tickets "receiver"`
    Tickets(String),
    /// `labels routing_key="shop"`
    Labels(Vec<(String, String)>),
}

/// A playbook to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Playbook {
    /// Said above it.
    pub comments: Vec<Comment>,
    /// Identifier.
    pub name: String,
    /// What is done, in order.
    pub statements: Vec<PlaybookStatement>,
}

/// A statement in a playbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlaybookStatement {
    /// `responder shop`
    Responder(String),
    /// `users hear from support`
    HearFrom(String),
    /// `first update within 15m, then every 30m`
    FirstUpdate(Duration, Option<Duration>),
    /// `say "..."`
    Say(String),
    /// `restore within 3h`
    Restore(Duration),
    /// `runbook "https://..."`
    Runbook(String),
}

impl Team {
    /// The declaration, not yet in its canonical form; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        let mut out = String::new();
        push_comments(&mut out, &self.comments, 0);
        let _ = write!(out, "team {} {}", identifier(&self.name)?, text::prose(&self.title));
        let statements: Option<Vec<String>> = self.statements.iter().map(TeamStatement::write).collect();
        let _ = match statements?.as_slice() {
            [] => writeln!(out),
            [one] => writeln!(out, " {{ {one} }}"),
            several => writeln!(out, " {{\n  {}\n}}", several.join("\n  ")),
        };
        Some(out)
    }
}

impl TeamStatement {
    /// The statement; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        Some(match self {
            Self::Channel(channel) => format!("channel {}", text::prose(channel)),
            Self::Pages(receiver) => format!("pages {}", text::string(receiver)?),
            Self::Tickets(receiver) => format!("tickets {}", text::string(receiver)?),
            Self::Labels(labels) => {
                let labels = at_least_one(labels, |(name, value)| {
                    Some(format!("{}={}", text::label(name)?, text::string(value)?))
                })?;
                format!("labels {labels}")
            }
        })
    }
}

impl Playbook {
    /// The declaration, not yet in its canonical form; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        let mut out = String::new();
        push_comments(&mut out, &self.comments, 0);
        let _ = writeln!(out, "playbook {} {{", identifier(&self.name)?);
        for statement in &self.statements {
            let _ = writeln!(out, "  {}", statement.write()?);
        }
        out.push_str("}\n");
        Some(out)
    }
}

impl PlaybookStatement {
    /// The statement; `None` where something in it has no spelling.
    pub fn write(&self) -> Option<String> {
        Some(match self {
            Self::Responder(team) => format!("responder {}", identifier(team)?),
            Self::HearFrom(team) => format!("users hear from {}", identifier(team)?),
            Self::FirstUpdate(first, None) => format!("first update within {}", text::duration(*first)?),
            Self::FirstUpdate(first, Some(then)) => {
                format!(
                    "first update within {}, then every {}",
                    text::duration(*first)?,
                    text::duration(*then)?
                )
            }
            Self::Say(words) => format!("say {}", text::prose(words)),
            Self::Restore(within) => format!("restore within {}", text::duration(*within)?),
            Self::Runbook(address) => format!("runbook {}", text::prose(address)),
        })
    }
}
