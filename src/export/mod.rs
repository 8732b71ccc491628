//! The way back: promises as specs of OpenSLO or Sloth.
//!
//! ```text
//! ir::Model -> each     one objective for each declared value of `for each`
//!           -> form     what of a measurement either format can say, and what would differ
//!           -> openslo, sloth -> Doc -> YAML
//! ```
//!
//! Pure. What has no place there stands in annotations that begin with `slovo_`; what would be measured otherwise is reported, and a
//! promise that has no form there is left out, with the reason.

mod annotations;
mod doc;
mod each;
mod form;
mod openslo;
mod query;
mod sloth;

pub(crate) use annotations::{AIM, COUNTS, PROMISE, STEP};

use std::collections::{BTreeMap, BTreeSet};

use crate::backend::Artifact;
use crate::ir::{Journey, Model, Promise, PromisePath};
use crate::value::Duration;
use each::Objective;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `openslo/v1`
    OpenSlo,
    /// `prometheus/v1`
    Sloth,
}

impl Format {
    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Format::OpenSlo => "OpenSLO",
            Format::Sloth => "Sloth",
        }
    }
}

/// What is made of a model.
#[derive(Debug)]
pub struct Exported {
    /// One file for each journey that has something to say, by path.
    pub files: Vec<Artifact>,
    /// What became of each promise, in the model's order.
    pub promises: Vec<Fate>,
    /// What is said nowhere there, whatever the promise.
    pub general: Vec<String>,
}

/// What became of a promise.
#[derive(Debug)]
pub struct Fate {
    /// Which.
    pub path: PromisePath,
    /// Why it has no form there.
    pub left_out: Option<String>,
    /// What is measured or told otherwise there.
    pub differs: Vec<String>,
}

impl Exported {
    /// Does everything come over as it is?
    pub fn whole(&self) -> bool {
        self.promises.iter().all(|p| p.left_out.is_none() && p.differs.is_empty())
    }
}

/// Writes the promises of a model as specs.
pub fn export(model: &Model, format: Format) -> Exported {
    let mut made = Exported { files: Vec::new(), promises: Vec::new(), general: general(model, format) };
    let (mut names, mut services, mut policies) = (Names::default(), Names::default(), Names::default());
    for journey in &model.journeys {
        let mut said = Vec::new();
        let mut paths = BTreeSet::new();
        for promise in journey.all_promises() {
            let (objectives, fate) = told(journey, promise, format, (&mut names, &mut paths));
            said.extend(objectives);
            made.promises.push(fate);
        }
        if said.is_empty() {
            continue;
        }
        let service = services.unique(&journey.id);
        let text = match format {
            Format::OpenSlo => openslo::file(model, (journey, &service), &said, &mut policies),
            Format::Sloth => sloth::file(model, (journey, &service), &said),
        };
        made.files.push(Artifact { path: format!("{}.yaml", journey.id), text });
    }
    if format == Format::Sloth {
        windows(model, &mut made);
    }
    made
}

/// Sloth's window is set where it runs, for all that it is given.
fn windows(model: &Model, made: &mut Exported) {
    let mut counts: BTreeMap<Duration, usize> = BTreeMap::new();
    let told = made.promises.iter().filter(|p| p.left_out.is_none());
    for promise in told.filter_map(|fate| model.promise(&fate.path)) {
        *counts.entry(promise.window).or_default() += 1;
    }
    // The one that most have; of two the longer.
    let Some((&most, _)) = counts.iter().max_by_key(|(_, count)| **count) else { return };
    let most = form::length(most);
    made.general.push(format!(
        "Sloth's window is set where it runs, for all specs together: `--default-slo-period={most}`"
    ));
    for fate in made.promises.iter_mut().filter(|p| p.left_out.is_none()) {
        let own = model.promise(&fate.path).map(|p| form::length(p.window)).filter(|own| *own != most);
        fate.differs.extend(own.map(|own| format!("its window is {own}, not {most}")));
    }
}

/// The objectives of a promise, and what became of it.
fn told<'m>(
    journey: &'m Journey,
    promise: &'m Promise,
    format: Format,
    (names, paths): (&mut Names, &mut BTreeSet<String>),
) -> (Vec<Objective<'m>>, Fate) {
    let mut fate = Fate { path: promise.path.clone(), left_out: None, differs: Vec::new() };
    let split = each::split(promise, &mut fate.differs);
    let mut made = Vec::new();
    for (value, matchers) in split {
        match form::form(promise, &matchers, format, &mut fate.differs) {
            Ok(form) => {
                let step = promise.path.step.as_ref();
                let step = step.and_then(|id| journey.steps.iter().find(|s| s.id == *id));
                let name = names.free(&promise.path, value.as_deref());
                let path = each::path(promise, value.as_deref(), paths);
                made.push(Objective { promise, step, name, path, value, form });
            }
            Err(why) => {
                fate.left_out = Some(why);
                made.clear();
                break;
            }
        }
    }
    let mut seen = BTreeSet::new();
    fate.differs.retain(|text| seen.insert(text.clone()));
    if fate.left_out.is_some() {
        fate.differs.clear();
    }
    (made, fate)
}

/// What neither format says, as far as the model has it.
fn general(model: &Model, format: Format) -> Vec<String> {
    let mut made = Vec::new();
    let mut say = |count: usize, what: &str| {
        if count > 0 {
            made.push(format!("{} has no place for {what}", format.name()));
        }
    };
    say(model.policies.len(), "what happens as a budget runs low (`policy`)");
    say(model.playbooks.len(), "who responds and what users are told (`playbook`); runbooks are annotations");
    say(model.scenarios.len(), "scenarios");
    let conditions = "an alert that needs two windows at once: the longer one becomes `lookbackWindow`, the shorter one `alertAfter`, so alerts come \
                      later there";
    say(usize::from(format == Format::OpenSlo && !model.journeys.is_empty()), conditions);
    let thresholds = "burn rates of its alerts: Sloth has its own";
    say(usize::from(format == Format::Sloth && !model.journeys.is_empty()), thresholds);
    made
}

/// Names that are taken.
#[derive(Debug, Default)]
struct Names(BTreeSet<String>);

/// The longest name of an object in Kubernetes that is a label too.
const LONGEST_NAME: usize = 63;

impl Names {
    /// A name of lower-case letters, digits and `-` that no other has.
    fn free(&mut self, path: &PromisePath, value: Option<&str>) -> String {
        let parts = [Some(path.journey.as_str()), path.step.as_deref(), Some(&path.promise), value];
        self.unique(&parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
    }

    /// The same of a text.
    fn unique(&mut self, text: &str) -> String {
        let whole = name(text);
        for at in 1.. {
            let end = if at == 1 { String::new() } else { format!("-{at}") };
            let mut made = whole.clone();
            made.truncate(LONGEST_NAME - end.len());
            let made = format!("{}{end}", made.trim_end_matches('-'));
            if self.0.insert(made.clone()) {
                return made;
            }
        }
        whole
    }
}

/// Lower-case letters, digits and `-`.
fn name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_free() {
        let path = |step: &str, promise: &str| PromisePath {
            journey: "check_out".to_owned(),
            step: Some(step.to_owned()),
            promise: promise.to_owned(),
        };
        let mut names = Names::default();
        assert_eq!(names.free(&path("pay_now", "kept"), None), "check-out-pay-now-kept");
        assert_eq!(names.free(&path("pay", "now_kept"), None), "check-out-pay-now-kept-2");
        assert_eq!(names.free(&path("pay", "now"), Some("EU west")), "check-out-pay-now-eu-west");
        let long = names.free(&path(&"a".repeat(40), &"b".repeat(40)), None);
        assert_eq!(long.len(), 63);
        let other = names.free(&path(&"a".repeat(40), &format!("{}c", "b".repeat(39))), None);
        assert!(other.ends_with("-2") && other.len() <= 63, "{other}");
    }
}
