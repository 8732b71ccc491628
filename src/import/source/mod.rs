//! From objectives to files: names, people, playbooks, and the compiler's own word on all of it.

mod asked;
mod contradictions;
mod indicators;
mod journeys;
mod own;
mod people;
mod summary;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use super::decompile::{self, Declarations, Declared, Measure};
use super::names::Position;
use super::objective::{Lost, Objective, Place, Said};
use super::report::{Finding, Outcome, Report};
use super::{Imported, Read, Target, Unusable, Written, catalogue};
use crate::ast::MetricStmt;
use crate::diag::Diagnostics;
use crate::project::CONFIG_FILE;
use crate::source::FileId;
use crate::value::Decimal;
use crate::write::Item;
use crate::write::indicators::Indicator;
use crate::write::journeys::PromiseStatement;
use crate::write::people::Playbook;
use crate::{ast, driver, resolve};
use asked::mistakes;
pub(super) use asked::{first_mistake, model};
use journeys::{from, journey_of};
use people::teams;
use summary::{finish, settings};
use told::{shown_path, told, unfollowed};

/// Sloth's period in days, unless its run said another.
const SLOTHS_WINDOW: u32 = 30;
/// `default_window` of a new project, in days.
const DEFAULT_WINDOW: u32 = 28;
/// What holds of all that Sloth's specs say.
const SLOTHS: &str = "Sloth's window is set where it runs; 30d, its default, is taken";
/// What is written once for several objectives.
/// The file of the indicators.
pub const INDICATORS_FILE: &str = "indicators.slovo";
const INDICATORS: &str = "objectives that measure the same, but for the value of one label, are measured by an indicator of indicators.slovo";
/// The owner of what names none.
const NOBODY: &str = "unstated";
/// What the compiler says of a query that is no stream of events.
const NO_STREAM: [&str; 3] = ["E0604", "E0606", "E0608"];
/// What begins the comment above each promise.
const FROM: &str = "from ";

/// An objective that can be said.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) objective: Objective,
    journey: String,
    position: Position,
    pub(super) measure: Measure,
    /// What has no place.
    lost: Vec<Lost>,
    /// A runbook's address.
    runbook: Option<String>,
    /// Texts kept as notes.
    notes: Vec<String>,
    /// The team's channel.
    channel: Option<Said>,
    /// The aim in percent.
    aim: Option<Decimal>,
    /// The indicator that it shares with others.
    measured: Option<Measured>,
    /// A proof gave something else than the source: what.
    pub(super) differs: Option<String>,
}

/// A measurement by an indicator.
#[derive(Debug)]
struct Measured {
    /// The statement of the promise.
    call: PromiseStatement,
    /// The indicator.
    indicator: Indicator,
}

impl Told {
    /// The promise's path.
    pub(super) fn path(&self) -> String {
        shown_path(&self.journey, &self.position)
    }
}

/// What a project has already.
#[derive(Default)]
struct There {
    journeys: BTreeMap<String, Place>,
    teams: BTreeMap<String, Place>,
    playbooks: BTreeMap<String, Place>,
    indicators: BTreeSet<String>,
    metrics: Declarations,
}

impl There {
    fn of(target: &Target<'_>) -> Self {
        let Some(project) = target.project else { return Self::default() };
        let sources = &project.sources;
        let files: Vec<ast::File> = driver::parse_all(sources, &mut Diagnostics::default());
        let names = resolve::resolve(&files, sources, &mut Diagnostics::default());
        let place = |span| Place::of(sources, span);
        Self {
            journeys: names.journeys.iter().map(|(n, j)| (n.to_owned(), place(j.name.span))).collect(),
            teams: names.teams.iter().map(|(n, t)| (n.to_owned(), place(t.name.span))).collect(),
            playbooks: names.playbooks.iter().map(|(n, p)| (n.to_owned(), place(p.name.span))).collect(),
            indicators: names.indicators.iter().map(|(n, _)| n.to_owned()).collect(),
            metrics: names
                .metrics
                .iter()
                .map(|(n, m)| (n.to_owned(), declared(m, place(m.name.span))))
                .collect(),
        }
    }
}

/// What the project says of a metric.
fn declared(metric: &ast::Metric, place: Place) -> Declared {
    let body = || metric.body.iter().flat_map(|body| &body.stmts);
    Declared {
        place,
        kind: metric.kind.value,
        unit: metric.unit.as_ref().map(|unit| unit.name.clone()),
        increases: body().any(|s| matches!(s, MetricStmt::Increases(..))),
        either: body().any(|s| matches!(s, MetricStmt::ClassicOrNative(_))),
        born: body().any(|s| matches!(s, MetricStmt::BornWithEvent(_))),
    }
}

/// Writes what was read.
pub(super) fn write(read: Read, target: &Target<'_>) -> Result<Imported, Unusable> {
    let there = There::of(target);
    let mut report = Report {
        objectives: read.refused,
        findings: read.findings,
        passed_over: read.passed_over,
        spoilt: read.spoilt,
        assumed: read.assumed,
        near: read.near,
        left: read.left,
        rules_left: read.rules_left,
        ..Report::default()
    };
    let object_labels = read.object_labels;
    let mut said = told(read.objectives, (&there.metrics, &read.natures), &mut report);
    let taken: Vec<(String, Option<String>)> = said
        .iter()
        .filter_map(|s| Some((s, there.journeys.get(&s.journey)?)))
        .map(|(s, place)| {
            let name = &s.journey;
            let message =
                format!("`journey {name}` of {} is there already: {place}", s.objective.service.name.place);
            (
                message,
                Some("rename one of the two, or import into a project of its own with `-o DIR`".to_owned()),
            )
        })
        .collect();
    if !taken.is_empty() {
        let mut inputs = taken;
        inputs.dedup();
        return Err(Unusable { inputs });
    }
    let mut made = loop {
        let files = files(&said, &there, target);
        let refused = mistakes(&files, &said, target);
        if refused.is_empty() {
            break files;
        }
        // What the compiler refuses is taken out, with its words.
        let mut at = 0;
        said.retain(|s| {
            let why = refused.get(&at);
            at += 1;
            if let Some(why) = why {
                report.objectives.push(by_compiler(s, why, &mut report.findings));
            }
            why.is_none()
        });
        if said.is_empty() {
            break Vec::new();
        }
    };
    // With indicators, unless the compiler finds something that it doesn't find without them.
    if indicators::share(&mut said, &there) {
        let shared = files(&said, &there, target);
        if first_mistake(&shared, target).is_none() {
            made = shared;
            report.assumed.push(INDICATORS.to_owned());
        } else {
            for one in &mut said {
                one.measured = None;
            }
        }
    }
    let files = made;
    finish(&mut report, &said, &there, target, &object_labels);
    report.files = files.iter().map(|f| f.path.clone()).collect();
    Ok(Imported { files, report, told: said })
}

/// An objective that the compiler refuses. Where its queries are no streams because recorded series in them couldn't be followed, that is
/// the reason.
fn by_compiler(one: &Told, why: &str, findings: &mut Vec<Finding>) -> Outcome {
    let (shown, place) = (one.objective.shown(), one.objective.place().clone());
    let no_stream = NO_STREAM.iter().any(|code| why.contains(&format!("({code}): ")));
    match &one.objective.unfollowed {
        Some(unfollowed) if no_stream => {
            let why = format!("{}; as it is written the query counts no events", unfollowed.said());
            Outcome::refused(shown, place, why).at(unfollowed.place.clone())
        }
        _ => {
            findings.extend(unfollowed(&one.objective));
            Outcome::refused(shown, place, why.to_owned())
        }
    }
}

/// The files once more, when more is known.
pub(super) fn again(said: &[Told], target: &Target<'_>) -> Vec<Written> {
    files(said, &There::of(target), target)
}

/// By journey, in the order read.
fn by_journey(said: &[Told]) -> Vec<(&str, Vec<&Told>)> {
    let mut made: Vec<(&str, Vec<&Told>)> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for one in said {
        let found = *at.entry(&one.journey).or_insert(made.len());
        match made.get_mut(found) {
            Some((_, list)) => list.push(one),
            None => made.push((&one.journey, vec![one])),
        }
    }
    made
}

/// Promises in the order in which they are written: those of the journey, then step by step.
fn in_order<'s>(members: &[&'s Told]) -> Vec<&'s Told> {
    let step_of = |m: &&'s Told| m.position.step.as_ref().map(|(name, _)| name.as_str());
    let mut first: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for (at, member) in members.iter().enumerate() {
        first.entry(step_of(member)).or_insert(at);
    }
    let mut made = members.to_vec();
    // Stable: within a step as they were read.
    made.sort_by_key(|m| step_of(m).map(|step| first.get(&Some(step)).copied()));
    made
}

/// All files, in the canonical form.
fn files(said: &[Told], there: &There, target: &Target<'_>) -> Vec<Written> {
    let mut made = Vec::new();
    let mut add = |path: String, source: &str| {
        // What cannot be formatted is told by the compiler.
        let text = crate::fmt::format(FileId(0), source).unwrap_or_else(|_| source.to_owned());
        made.push(Written { path, text });
    };
    let mut uses = decompile::together(said.iter().flat_map(|s| &s.measure.uses));
    uses.retain(|name, _| !there.metrics.contains_key(name));
    if !uses.is_empty() {
        add("catalogue.slovo".to_owned(), &catalogue::catalogue(&uses));
    }
    let shared: BTreeMap<&str, &Indicator> = said
        .iter()
        .filter_map(|s| Some(&s.measured.as_ref()?.indicator))
        .map(|indicator| (indicator.name.as_str(), indicator))
        .collect();
    if !shared.is_empty() {
        add(INDICATORS_FILE.to_owned(), &text_of(shared.into_values().cloned().map(Item::Indicator), "\n"));
    }
    let mut playbooks: Vec<Playbook> = Vec::new();
    for (journey, members) in by_journey(said) {
        let members = in_order(&members);
        let source = Item::Journey(journey_of(journey, &members, there, &mut playbooks));
        add(format!("journeys/{journey}.slovo"), &text_of([source], ""));
    }
    let teams = teams(said, there);
    if !teams.is_empty() {
        add("people.slovo".to_owned(), &text_of(teams.into_iter().map(Item::Team), ""));
    }
    if !playbooks.is_empty() {
        add("when_it_breaks.slovo".to_owned(), &text_of(playbooks.into_iter().map(Item::Playbook), ""));
    }
    if target.project.is_none() && !said.is_empty() {
        made.push(Written { path: CONFIG_FILE.to_owned(), text: settings(&target.name, said) });
    }
    made.sort_by(|a, b| a.path.cmp(&b.path));
    made
}

/// Declarations one after the other. Names are made of letters that the language has; one that had none would be a line that the
/// compiler refuses, with all that depends on it.
fn text_of(items: impl IntoIterator<Item = Item>, between: &str) -> String {
    let written = items.into_iter().map(|item| item.write().unwrap_or_else(|| "no name\n".to_owned()));
    written.collect::<Vec<_>>().join(between)
}
