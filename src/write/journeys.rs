//! Journeys, teams and playbooks as source text.

use std::fmt::Write as _;

use super::text;

/// A journey to be written.
#[derive(Clone, Debug, Default)]
pub struct Journey {
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// Said above it, a comment each.
    pub comments: Vec<String>,
    /// The team that owns it.
    pub owner: String,
    /// Its tier.
    pub tier: Option<u32>,
    /// Labels of which each value has a budget, in all its promises.
    pub for_each: Vec<String>,
    /// What is done when it breaks.
    pub playbook: Option<String>,
    /// Anything else a reader should know.
    pub notes: Vec<String>,
    /// Promises of the whole journey.
    pub promises: Vec<Promise>,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A step to be written.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// Its promises.
    pub promises: Vec<Promise>,
}

/// A promise to be written.
#[derive(Clone, Debug, Default)]
pub struct Promise {
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// Where it comes from: a comment on one line.
    pub from: String,
    /// Said above it, a comment each.
    pub comments: Vec<String>,
    /// Its statements in the language, in order.
    pub statements: Vec<String>,
}

/// A team to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Identifier.
    pub name: String,
    /// Title.
    pub title: String,
    /// Where it talks.
    pub channel: Option<String>,
    /// Said above it.
    pub comment: Option<String>,
}

/// A playbook to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playbook {
    /// Identifier.
    pub name: String,
    /// Where it says what to do.
    pub runbook: String,
}

/// The width that comments are filled to.
const WIDTH: usize = 110;

fn comments(out: &mut String, comments: &[String], indent: usize) {
    for comment in comments {
        for line in text::comment_lines(comment, WIDTH.saturating_sub(indent)) {
            let _ = writeln!(out, "{:indent$}{line}", "");
        }
    }
}

/// A file with a journey, not yet in the canonical form.
pub fn journey(journey: &Journey) -> String {
    let mut out = String::new();
    comments(&mut out, &journey.comments, 0);
    let _ = writeln!(out, "journey {} {} {{", journey.name, text::prose(&journey.title));
    let _ = writeln!(out, "  owner {}", journey.owner);
    if let Some(tier) = journey.tier {
        let _ = writeln!(out, "  tier {tier}");
    }
    if let Some(playbook) = &journey.playbook {
        let _ = writeln!(out, "  playbook {playbook}");
    }
    if !journey.for_each.is_empty() {
        let _ = writeln!(out, "  for each {}", journey.for_each.join(", "));
    }
    for note in &journey.notes {
        let _ = writeln!(out, "  note {}", text::prose(note));
    }
    for one in &journey.promises {
        out.push('\n');
        promise(&mut out, one, 2);
    }
    for step in &journey.steps {
        let _ = writeln!(out, "\n  step {} {} {{", step.name, text::prose(&step.title));
        for (at, one) in step.promises.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            promise(&mut out, one, 4);
        }
        out.push_str("  }\n");
    }
    out.push_str("}\n");
    out
}

fn promise(out: &mut String, promise: &Promise, indent: usize) {
    if let Some(from) = text::comment(&promise.from) {
        let _ = writeln!(out, "{:indent$}{from}", "");
    }
    comments(out, &promise.comments, indent);
    let _ = writeln!(out, "{:indent$}promise {} {} {{", "", promise.name, text::prose(&promise.title));
    for statement in &promise.statements {
        let _ = writeln!(out, "{:indent$}  {statement}", "");
    }
    let _ = writeln!(out, "{:indent$}}}", "");
}

/// Teams, not yet in the canonical form.
pub fn teams(teams: &[Team]) -> String {
    let mut out = String::new();
    for team in teams {
        if let Some(comment) = &team.comment {
            comments(&mut out, std::slice::from_ref(comment), 0);
        }
        let _ = write!(out, "team {} {}", team.name, text::prose(&team.title));
        match team.channel.as_deref().map(text::prose) {
            Some(channel) => {
                let _ = writeln!(out, " {{ channel {channel} }}");
            }
            None => out.push('\n'),
        }
    }
    out
}

/// Playbooks, not yet in the canonical form.
pub fn playbooks(playbooks: &[Playbook]) -> String {
    let mut out = String::new();
    for playbook in playbooks {
        let _ =
            writeln!(out, "playbook {} {{\n  runbook {}\n}}", playbook.name, text::prose(&playbook.runbook));
    }
    out
}
