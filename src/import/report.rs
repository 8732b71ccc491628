//! What became of what: as text, Markdown or JSON.

mod shown;

use std::collections::BTreeMap;

use serde::Serialize;

use super::objective::{Lost, Place, What, escaped};
use super::prove::{Against, Proof};
use shown::Form;

/// How well an objective came over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// The rules compute what the source's did.
    Exact,
    /// A proof gave something else than the source's queries.
    Differs,
    /// They do if what a comment says is true.
    Assumed,
    /// The query was taken over as it is.
    Escaped,
    /// It is not in the output.
    Refused,
}

impl Grade {
    fn as_str(self) -> &'static str {
        match self {
            Grade::Exact => "exact",
            Grade::Differs => "differing",
            Grade::Assumed => "assumed",
            Grade::Escaped => "escaped",
            Grade::Refused => "refused",
        }
    }
}

/// What became of an objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `service/name`, as the source has it.
    pub objective: String,
    /// Where it is written.
    pub place: Place,
    /// The promise it became.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promise: Option<String>,
    /// How well.
    pub grade: Grade,
    /// What is taken for true.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumed: Vec<String>,
    /// What a query that was taken over means for its numbers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub escaped: Vec<String>,
    /// What has no place in the output.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
    /// Why it is not in the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What is to be mended, where that is written elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_at: Option<Place>,
    /// What a proof has given, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Outcome {
    /// An objective that is not in the output.
    pub fn refused(objective: String, place: Place, why: impl Into<String>) -> Self {
        Self {
            objective,
            place,
            promise: None,
            grade: Grade::Refused,
            assumed: Vec::new(),
            escaped: Vec::new(),
            lost: Vec::new(),
            refused: Some(why.into()),
            refused_at: None,
            proof: None,
        }
    }
    /// The same, with the place that the reason is about.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.refused_at = (place != self.place).then_some(place);
        self
    }
}

/// What several objectives have lost together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LostTogether {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
    /// Its kind.
    #[serde(skip)]
    pub what: What,
}

/// Something that is wrong, or was skipped, in a source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub text: String,
}

/// The report of an import.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// What became of each objective, by place.
    pub objectives: Vec<Outcome>,
    /// What holds for all of them.
    pub assumed: Vec<String>,
    /// What several objectives have lost together.
    pub lost: Vec<LostTogether>,
    /// Mistakes in the source, by place.
    pub findings: Vec<Finding>,
    /// Rules that would be promises if they said an objective, and how.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<Finding>,
    /// Rules about something else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Finding>,
    /// How many rules both are.
    #[serde(skip_serializing_if = "is_none")]
    pub rules_left: usize,
    /// What was held against counted truth.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub truth: Vec<Against>,
    /// What is proven and was not held against it: why, and how many objectives.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unplayed: BTreeMap<String, usize>,
    /// Files and documents that were not imported.
    pub passed_over: Vec<Finding>,
    /// Input that should have been imported could not be read.
    #[serde(skip)]
    pub spoilt: bool,
    /// The files that were written, or would be.
    pub files: Vec<String>,
    /// Files of an earlier import that stay as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unchanged: Vec<String>,
    /// Nothing was written, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_written: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
}

impl Report {
    /// How many came over so.
    pub fn count(&self, grade: Grade) -> usize {
        self.objectives.iter().filter(|o| o.grade == grade).count()
    }
    /// How many objectives or services have lost something of a kind.
    fn lossy(&self) -> BTreeMap<What, usize> {
        let mut made = BTreeMap::new();
        for outcome in &self.objectives {
            let mut kinds: Vec<What> = outcome.lost.iter().map(|l| l.what).collect();
            kinds.sort_unstable();
            kinds.dedup();
            for kind in kinds {
                *made.entry(kind).or_default() += 1;
            }
        }
        for lost in &self.lost {
            *made.entry(lost.what).or_default() += 1;
        }
        made
    }
    /// Nothing was lost or refused.
    pub fn whole(&self) -> bool {
        self.count(Grade::Refused) == 0
            && self.count(Grade::Differs) == 0
            && self.lossy().is_empty()
            && !self.spoilt
            && !self.objectives.is_empty()
    }
    /// `41 objectives: 29 exact, 4 assumed, 7 escaped, 1 refused`
    pub fn totals(&self) -> String {
        let grades = [Grade::Exact, Grade::Differs, Grade::Assumed, Grade::Escaped, Grade::Refused];
        let shown = |grade: &Grade| match (grade, self.count(*grade)) {
            (Grade::Differs, 0) => None,
            (Grade::Exact, count) => Some(format!("{count} exact{}", self.proven(count))),
            (_, count) => Some(format!("{count} {}", grade.as_str())),
        };
        let parts: Vec<String> = grades.iter().filter_map(shown).collect();
        format!("{}: {}", objectives(self.objectives.len()), parts.join(", "))
    }
    /// How many of the exact ones are proven, where a proof was asked for.
    fn proven(&self, exact: usize) -> String {
        let tried = || self.objectives.iter().filter(|o| o.grade == Grade::Exact && o.proof.is_some());
        match tried().filter(|o| o.proof == Some(Proof::Proven)).count() {
            _ if tried().next().is_none() => String::new(),
            0 => " (not proven)".to_owned(),
            all if all == exact => " (proven)".to_owned(),
            some => format!(" ({some} proven)"),
        }
    }
    /// A proof was asked for, and of something exact it gave nothing.
    pub fn unproven(&self) -> bool {
        let not = |o: &Outcome| matches!(o.proof, Some(Proof::NotProven(_)));
        self.objectives.iter().any(|o| o.grade == Grade::Exact && not(o))
    }
    /// The last line: what is missing from what was written.
    pub fn last_line(&self) -> String {
        let mut missing = Vec::new();
        let refused = self.count(Grade::Refused);
        if refused > 0 {
            let were = if refused == 1 { "was" } else { "were" };
            missing.push(format!("{} {were} refused", objectives(refused)));
        }
        match self.count(Grade::Differs) {
            0 => {}
            1 => missing.push("1 objective differs from its source".to_owned()),
            many => missing.push(format!("{} differ from their sources", objectives(many))),
        }
        let lossy: Vec<String> = self
            .lossy()
            .into_iter()
            .map(|(what, count)| {
                let of_service = matches!(what, What::ServiceLabels | What::Owners);
                let of = if of_service { plural(count, "service") } else { objectives(count) };
                format!("{} ({of})", what.as_str())
            })
            .collect();
        if !lossy.is_empty() {
            missing.push(format!("Slovo has no place for {}", listed(&lossy)));
        }
        if self.spoilt {
            missing.push("files that could not be read were skipped".to_owned());
        }
        if self.objectives.is_empty() {
            missing.push("no objective was found".to_owned());
        }
        let stay = if self.rules_left == 1 { "stays where it is" } else { "stay where they are" };
        let left = match self.rules_left {
            0 => String::new(),
            count => format!("; {} {stay}", plural(count, "rule")),
        };
        if missing.is_empty() {
            format!("whole: nothing was lost{left}")
        } else {
            format!("not whole: {}{left}", missing.join("; "))
        }
    }
    /// As lines for people.
    pub fn text(&self) -> String {
        self.shown(&Form { heading: "", item: "  ", inner: "    ", code: "" })
    }
    /// As Markdown.
    pub fn markdown(&self) -> String {
        format!("# Import\n\n{}", self.shown(&Form { heading: "## ", item: "* ", inner: "  * ", code: "`" }))
    }
    /// As one JSON document.
    pub fn json(&self) -> String {
        let totals = serde_json::json!({
            "objectives": self.objectives.len(),
            "exact": self.count(Grade::Exact),
            "differing": self.count(Grade::Differs),
            "assumed": self.count(Grade::Assumed),
            "escaped": self.count(Grade::Escaped),
            "refused": self.count(Grade::Refused),
            "whole": self.whole(),
        });
        let mut made = serde_json::json!({ "version": 1, "totals": totals });
        if let (Some(made), Ok(serde_json::Value::Object(own))) =
            (made.as_object_mut(), serde_json::to_value(self))
        {
            made.extend(own);
        }
        serde_json::to_string_pretty(&made).unwrap_or_default() + "\n"
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn objectives(count: usize) -> String {
    plural(count, "objective")
}

/// `a, b and c`
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn names_title(grade: Grade) -> &'static str {
    match grade {
        Grade::Differs => "Differing: the rules compute something else than the source's did",
        Grade::Exact => "Exact: the rules compute what the source's did",
        Grade::Assumed => "Assumed: the same, if this is true",
        Grade::Escaped => "Escaped: the query was taken over as it is",
        Grade::Refused => "Refused: not in what was written",
    }
}
