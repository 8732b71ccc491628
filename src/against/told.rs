//! Messages of the grades of selectors.

use std::collections::BTreeMap;

use super::finding::{Finding, some};
use super::grade::{Grade, Server};
use super::places::{About, Places};
use super::reads::Reading;
use crate::config::nearest;
use crate::diag::codes::stored as codes;
use crate::diag::{Code, Diagnostic};
use crate::ir::{MatchOp, Matcher};
use crate::promql::print;
use crate::required::Role;
use crate::value::Date;

/// Values that are listed.
const VALUES: usize = 8;
/// Readings of a promise that another one is held against.
const WIDER: usize = 100;

/// Tells the grades of a promise's readings.
pub(super) fn tell(
    readings: &[Reading<'_>],
    server: &Server<'_>,
    places: &Places<'_>,
    found: &mut Vec<Finding>,
    unknown: &mut BTreeMap<String, Vec<String>>,
) {
    let grades: Vec<Grade> = readings.iter().map(|reading| server.grade(reading)).collect();
    for (at, (reading, grade)) in readings.iter().zip(&grades).enumerate() {
        // What is narrower than another reading that nothing matches says nothing new.
        let wider = readings.iter().zip(&grades).take(at.min(WIDER)).any(|(other, known)| {
            known >= grade
                && *known > Grade::Fine
                && !matches!(known, Grade::Unknown(_))
                && other.metric == reading.metric
                && other.matchers.iter().all(|m| reading.matchers.contains(m))
        });
        // `new or old`: one of them is enough.
        let other_side = reading.optional
            && readings.iter().zip(&grades).any(|(other, known)| other.optional && *known == Grade::Fine);
        if wider || other_side {
            continue;
        }
        let teller = Teller { reading, readings, server, places };
        match grade {
            Grade::Unknown(what) => {
                let list = unknown.entry(reading.promise.path.to_string()).or_default();
                if !list.contains(what) {
                    list.push(what.clone());
                }
            }
            Grade::Never(name) if server.is_other_form(reading).is_none() => found.push(teller.never(name)),
            Grade::Gone(name, day) if server.is_other_form(reading).is_none() => {
                found.push(teller.gone(name, *day));
            }
            // What has another form is told as another kind.
            Grade::Fine | Grade::Never(_) | Grade::Gone(..) => {}
            Grade::NoLabel(label) => found.push(teller.no_label(label)),
            Grade::NoValue(blamed) => found.extend(teller.no_value(blamed)),
            Grade::Quiet(day) => found.extend(teller.quiet(*day)),
        }
    }
}

/// What may be meant: names and values of a system are much alike, so only a few letters may differ.
pub(crate) fn slip<'c>(wanted: &str, there: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    const LETTERS: usize = 3;
    nearest(wanted, there).filter(|near| strsim::osa_distance(wanted, near) <= LETTERS)
}

/// The last day, in words.
fn last(day: Option<Date>) -> String {
    match day {
        Some(day) => format!("its last sample is of {day}"),
        None => "it had samples before".to_owned(),
    }
}

struct Teller<'a, 'm> {
    reading: &'a Reading<'m>,
    readings: &'a [Reading<'m>],
    server: &'a Server<'a>,
    places: &'a Places<'a>,
}

impl Teller<'_, '_> {
    fn at(&self, code: &'static Code, about: About<'_>, message: String, label: String) -> Diagnostic {
        Diagnostic::new(code, self.places.find(self.reading, about), message, label)
    }
    fn finding(&self, made: Diagnostic, key: impl Into<String>) -> Finding {
        Finding { made, key: key.into(), of: self.reading.promise.path.to_string() }
    }
    /// Within which time: what `never` means here.
    fn kept(&self) -> String {
        match &self.server.snapshot.retention {
            Some(kept) => format!("in all that the server keeps ({kept})"),
            None => "in all that the server keeps (it does not say how long)".to_owned(),
        }
    }

    fn never(&self, name: &str) -> Finding {
        let metric = self.reading.metric.as_deref().unwrap_or(name);
        // Of a histogram with nothing at all its own name, not that of a part.
        let known = self.server.snapshot.metrics.contains_key(metric);
        let shown = if known || self.reading.by_query { name } else { metric };
        let made = self.at(
            &codes::NEVER,
            About::Metric,
            format!("the server never had `{shown}`"),
            format!("no series {}", self.kept()),
        );
        let made = match self.server.snapshot.metrics.get(metric) {
            // The rest of it is there.
            Some(seen) if !seen.series.is_empty() => {
                made.note(format!("of `{metric}` there is {}", listed(&seen.series)))
            }
            _ => match self.server.snapshot.near.get(name) {
                Some(near) => made.help(format!("did you mean `{near}`? The server has it")),
                None => made,
            },
        };
        let made = made.help("correct the name; or see that the service exposes it, and that it is scraped");
        self.finding(made, shown)
    }

    fn gone(&self, name: &str, day: Option<Date>) -> Finding {
        let made = self.at(
            &codes::GONE,
            About::Metric,
            format!("the server no longer has `{name}`"),
            format!("no series in the last hour; {}", last(day)),
        );
        let made =
            made.help("was it renamed, or is its service no longer scraped? A promise on it has no data");
        self.finding(made, name)
    }

    fn no_label(&self, label: &str) -> Finding {
        let metric = self.reading.metric.as_deref().unwrap_or_default();
        let made = self.at(
            &codes::NO_LABEL,
            About::Label(label),
            format!("`{metric}` never had a label `{label}` on the server"),
            format!("no series has it {}", self.kept()),
        );
        self.finding(with_labels(made, self.server, self.reading, label), format!("{metric}\n{label}"))
    }

    /// What a reading tests beyond the whole that it is a part of.
    fn own(&self) -> Vec<Matcher> {
        let whole = self.readings.iter().find(|other| {
            matches!(other.role, Role::All | Role::Started)
                && other.metric == self.reading.metric
                && other.matchers.len() < self.reading.matchers.len()
                && other.matchers.iter().all(|m| self.reading.matchers.contains(m))
        });
        let known: &[Matcher] = whole.map_or(&[], |whole| &whole.matchers);
        self.reading.matchers.iter().filter(|m| !known.contains(m)).cloned().collect()
    }

    fn no_value(&self, blamed: &[Matcher]) -> Option<Finding> {
        let metric = self.reading.metric.as_deref().unwrap_or_default();
        let own = if blamed.is_empty() { self.own() } else { blamed.to_vec() };
        // A bucket of a selector without matchers: its bounds are told.
        let first = own.first()?;
        let shown = print::selector_text("", &own);
        let made = self.at(
            &codes::NO_VALUE,
            About::Label(&first.label),
            match blamed {
                [] if self.reading.matchers.len() > 1 => format!(
                    "the server never saw `{}` in what `{}` counts of `{metric}`",
                    shown.trim_matches(['{', '}']),
                    self.reading.promise.path
                ),
                _ => format!("the server never saw `{metric}` with `{}`", shown.trim_matches(['{', '}'])),
            },
            format!("matched nothing {}", self.kept()),
        );
        let made = match blamed {
            [] if self.reading.matchers.len() > 1 => {
                let all = print::selector_text(metric, &self.reading.matchers);
                made.note(format!("no series matches these together: `{all}`"))
            }
            _ => self.values(made, &first.label, blamed),
        };
        let made = match (self.reading.role, self.reading.born) {
            (Role::Bad | Role::Late, true) => made.note(
                "its series are born with their first event (the catalogue says so): it may just not have happened",
            ),
            (Role::Bad | Role::Late, false) => made.note(
                "a counter that begins at 0 would be there before the first failure: if its series are born with their first event, say so in the \
                 catalogue (`born with its first event`)",
            ),
            (Role::All | Role::Started | Role::Value, _) if !self.reading.by_query => {
                made.note("without it the promise has no data")
            }
            _ => made,
        };
        let made = made.help(match self.reading.role {
            Role::Bad | Role::Late => {
                "correct the value; or, if such failures just never happened, accept it: `# slovo: allow W0701 because ..` before the statement"
            }
            Role::All | Role::Good | Role::Started | Role::Finished | Role::Value | Role::Alive => "correct the value; or, if it is yet to come, accept it: `# slovo: allow W0701 because ..` before the statement",
        });
        Some(self.finding(made, format!("{metric}\n{shown}")))
    }

    /// Adds which values there are, and which one may be meant.
    fn values(&self, made: Diagnostic, label: &str, blamed: &[Matcher]) -> Diagnostic {
        let family = self.reading.forms.iter().find_map(|f| self.server.family(f.series.as_deref()?));
        let Some((_, seen)) = family else { return made };
        let values = seen.ever.as_ref().and_then(|ever| ever.get(label)).and_then(Option::as_ref);
        let Some(values) = values.filter(|values| !values.is_empty()) else { return made };
        let shown: Vec<String> = values.iter().take(VALUES).map(|v| format!("{v:?}")).collect();
        let more = if values.len() > VALUES { ", …" } else { "" };
        let made = made.note(format!("values of `{label}` on the server: {}{more}", shown.join(", ")));
        let Some(wanted) = blamed.iter().find(|m| m.op == MatchOp::Equal) else { return made };
        // `5xx` beside `200`, `503`.
        if let Some(digit) = wanted.value.strip_suffix("xx").filter(|d| d.len() == 1)
            && values.iter().any(|v| v.len() == 3 && v.bytes().all(|b| b.is_ascii_digit()))
        {
            return made.help(format!("the server has whole codes: `{label}=~\"{digit}..\"`"));
        }
        // One number is not a slip for another.
        let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if is_number(&wanted.value) {
            return made;
        }
        match slip(&wanted.value, values.iter().map(String::as_str)) {
            Some(near) => made.help(format!("did you mean `{near}`?")),
            None => made,
        }
    }

    fn quiet(&self, day: Option<Date>) -> Option<Finding> {
        let failures = matches!(self.reading.role, Role::Bad | Role::Late);
        // Declared: nothing is there while nothing happens, or until the next failure.
        if self.reading.idle || failures && self.reading.born {
            return None;
        }
        let metric = self.reading.metric.as_deref().unwrap_or_default();
        let own = self.own();
        let text = match self.reading.forms.first() {
            Some(form) if metric.is_empty() || self.reading.by_query => form.text.clone(),
            _ => print::selector_text(metric, &self.reading.matchers),
        };
        let about = own.first().map_or(About::Metric, |m| About::Label(&m.label));
        let made = self.at(
            &codes::QUIET,
            about,
            format!("nothing that `{text}` selects is there now"),
            format!("no series in the last hour; {}", last(day)),
        );
        let made = if failures {
            made.help("if its series come with their first failure and go with a restart, say so in the catalogue: `born with its first event`")
        } else {
            made.help("if they come and go with what they count, say so in the catalogue: `silent when idle`")
        };
        let made = made.help("or accept it: `# slovo: allow W0702 because ..` before the statement");
        Some(self.finding(made, format!("{metric}\n{}", print::selector_text("", &own))))
    }
}

/// Adds which labels there are, and which one may be meant.
pub(super) fn with_labels(
    made: Diagnostic,
    server: &Server<'_>,
    reading: &Reading<'_>,
    label: &str,
) -> Diagnostic {
    let family = reading.forms.iter().find_map(|form| server.family(form.series.as_deref()?));
    let Some((_, seen)) = family else { return made };
    let names: Vec<String> = match &seen.ever {
        Some(ever) => ever.keys().cloned().collect(),
        None => seen.labels.keys().cloned().collect(),
    };
    let made = if names.is_empty() { made } else { made.note(format!("its labels: {}", listed(&names))) };
    match slip(label, names.iter().map(String::as_str)) {
        Some(near) => made.help(format!("did you mean `{near}`?")),
        None => made.help("correct the label; or see that the service gives it"),
    }
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    some(&shown)
}
