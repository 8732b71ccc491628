//! The report as lines for people, plain or as Markdown.

use std::fmt::Write as _;

use super::{Finding, Grade, Outcome, Place, Report, escaped, names_title};
use crate::import::prove::{NO_PROMTOOL, Proof};
use crate::render::markdown;

/// Longer names are cut where people read them.
const LONGEST_NAME: usize = 120;

/// A name that isn't too long for a line.
fn cut(name: &str) -> String {
    let mut shown: String = name.chars().take(LONGEST_NAME).collect();
    if shown.len() < name.len() {
        shown.push('…');
    }
    shown
}

impl Report {
    pub(super) fn shown(&self, form: &Form) -> String {
        let mut out = String::new();
        let Form { heading, item, code, .. } = form;
        let _ = writeln!(out, "{}", self.totals());
        if !self.assumed.is_empty() {
            let _ = writeln!(out, "\n{heading}Of all");
            form.gap(&mut out);
            for text in &self.assumed {
                let _ = writeln!(out, "{item}{}", form.safe(text));
            }
        }
        self.objectives_shown(form, &mut out);
        self.truth_shown(form, &mut out);
        let lines = |found: &[Finding]| -> Vec<(Place, String)> {
            found.iter().map(|f| (f.place.clone(), f.text.clone())).collect()
        };
        let lost = self.lost.iter().map(|l| (l.place.clone(), l.text.clone())).collect();
        for (title, lines) in [
            ("Lost: what has no place in Slovo", lost),
            ("Look at these in the source", lines(&self.findings)),
            ("Near a promise: rules that lack an objective", lines(&self.near)),
            ("Left: rules that are not about a share of events", lines(&self.left)),
            ("Skipped", lines(&self.passed_over)),
        ] {
            if lines.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{heading}{title}");
            form.gap(&mut out);
            for (place, text) in lines {
                let _ = writeln!(out, "{item}{code}{place}{code}: {}", form.safe(&text));
            }
        }
        self.files_shown(form, &mut out);
        if !self.next.is_empty() {
            let _ = writeln!(out, "\n{heading}Next");
            form.gap(&mut out);
            for text in &self.next {
                let _ = writeln!(out, "{item}{}", form.safe(text));
            }
        }
        let _ = writeln!(out, "\n{}", self.last_line());
        out
    }
    /// What became of each objective.
    fn objectives_shown(&self, form: &Form, out: &mut String) {
        let Form { heading, item, inner, code } = form;
        for grade in [Grade::Refused, Grade::Differs, Grade::Escaped, Grade::Assumed, Grade::Exact] {
            let of_grade: Vec<&Outcome> = self.objectives.iter().filter(|o| o.grade == grade).collect();
            if of_grade.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{heading}{}", names_title(grade));
            form.gap(out);
            for outcome in of_grade {
                let became =
                    outcome.promise.as_ref().map(|p| format!(" -> {code}{p}{code}")).unwrap_or_default();
                let shown = form.safe(&cut(&outcome.objective));
                let (proof, text) = match &outcome.proof {
                    None => ("", None),
                    Some(Proof::Proven) => (" (proven)", None),
                    Some(Proof::NotProven(why)) if why == NO_PROMTOOL => (" (not proven)", None),
                    Some(Proof::NotProven(why)) => (" (not proven)", Some(("not proven", why))),
                    Some(Proof::Differs(text)) => ("", Some(("differs", text))),
                };
                let _ = writeln!(out, "{item}{code}{}{code}: {shown}{became}{proof}", outcome.place);
                if let Some(why) = &outcome.refused {
                    let at = match &outcome.refused_at {
                        Some(at) if at.file == outcome.place.file => format!("line {}: ", at.line),
                        Some(at) => format!("{code}{at}{code}: "),
                        None => String::new(),
                    };
                    let _ = writeln!(out, "{inner}{at}{}", form.safe(why));
                }
                let assumed = outcome.assumed.iter().map(|text| ("assumed", text));
                let escaped = outcome.escaped.iter().map(|text| ("escaped", text));
                let lost = outcome.lost.iter().map(|lost| ("lost", &lost.text));
                for (word, text) in text.into_iter().chain(assumed).chain(escaped).chain(lost) {
                    let _ = writeln!(out, "{inner}{word}: {}", form.safe(text));
                }
            }
        }
    }
    /// What was held against counted truth.
    fn truth_shown(&self, form: &Form, out: &mut String) {
        let Form { heading, item, inner, code } = form;
        if !self.truth.is_empty() || !self.unplayed.is_empty() {
            let _ = writeln!(out, "\n{heading}Against counted truth: hours in which something happens");
            form.gap(out);
        }
        for one in &self.truth {
            let like = match one.like {
                0 | 1 => String::new(),
                like => format!(", and {} like it", like - 1),
            };
            let _ =
                writeln!(out, "{item}{code}{}{code}: {}{like}", one.place, form.safe(&cut(&one.objective)));
            for hour in &one.hours {
                let _ = writeln!(out, "{inner}{}", hour.words());
            }
        }
        for (why, count) in &self.unplayed {
            let of = if *count == 1 { "objective" } else { "objectives" };
            let _ = writeln!(out, "{item}not held against it: {count} {of}: {}", form.safe(why));
        }
    }
    /// What was written.
    fn files_shown(&self, form: &Form, out: &mut String) {
        let Form { heading, item, code, .. } = form;
        let title = match &self.not_written {
            Some(why) => format!("Nothing was written: {why}"),
            None => "Written".to_owned(),
        };
        let nothing = if self.unchanged.is_empty() { "no files" } else { "" };
        let unchanged = "As an earlier import wrote them: nothing changed";
        for (title, files, nothing) in
            [(title.as_str(), &self.files, nothing), (unchanged, &self.unchanged, "")]
        {
            if files.is_empty() && nothing.is_empty() {
                continue;
            }
            let _ = writeln!(out, "\n{heading}{title}");
            form.gap(out);
            for file in files {
                let _ = writeln!(out, "{item}{code}{}{code}", escaped(file));
            }
            if files.is_empty() {
                let _ = writeln!(out, "{item}{nothing}");
            }
        }
    }
}

/// How a report is laid out.
pub(super) struct Form {
    pub(super) heading: &'static str,
    pub(super) item: &'static str,
    pub(super) inner: &'static str,
    pub(super) code: &'static str,
}

impl Form {
    /// An empty line after a heading, where there are headings.
    fn gap(&self, out: &mut String) {
        if !self.heading.is_empty() {
            out.push('\n');
        }
    }
    /// A text on one line; what would mean something in Markdown is escaped.
    fn safe(&self, text: &str) -> String {
        let line: Vec<&str> = text.split_whitespace().collect();
        let line = line.join(" ");
        if self.code.is_empty() {
            return line;
        }
        markdown::escape_but_code(&line)
    }
}
