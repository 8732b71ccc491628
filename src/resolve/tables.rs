//! Tables of what is declared: the first declaration of a name counts, a second one is reported.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::junk::Junk;
use crate::ast::{self, Item};
use crate::diag::codes::names::DUPLICATE;
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Span;

/// Declarations of one kind.
#[derive(Debug)]
pub struct Table<'a, T> {
    at: FxHashMap<&'a str, usize>,
    list: Vec<(&'a str, &'a T)>,
}

impl<T> Default for Table<'_, T> {
    fn default() -> Self {
        Self { at: FxHashMap::default(), list: Vec::new() }
    }
}

impl<'a, T> Table<'a, T> {
    /// The declaration of a name.
    pub fn get(&self, name: &str) -> Option<&'a T> {
        self.at.get(name).and_then(|i| self.list.get(*i)).map(|(_, item)| *item)
    }
    /// Is it declared?
    pub fn has(&self, name: &str) -> bool {
        self.at.contains_key(name)
    }
    /// All declarations in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a T)> + '_ {
        self.list.iter().copied()
    }
    /// All names in the order of the files.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.list.iter().map(|(name, _)| *name)
    }
    /// Adds one; gives the earlier declaration of the same name, which stays.
    fn add(&mut self, name: &'a str, item: &'a T) -> Option<&'a T> {
        if let Some(first) = self.get(name) {
            return Some(first);
        }
        self.at.insert(name, self.list.len());
        self.list.push((name, item));
        None
    }
}

/// A promise with the places it stands in.
#[derive(Clone, Copy, Debug)]
pub struct PromiseRef<'a> {
    /// Its journey.
    pub journey: &'a ast::Journey,
    /// Its step, where it stands in one.
    pub step: Option<&'a ast::Step>,
    /// Itself.
    pub promise: &'a ast::Promise,
}

/// What is declared where.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// `team`
    pub teams: Table<'a, ast::Team>,
    /// `metric`
    pub metrics: Table<'a, ast::Metric>,
    /// `indicator`
    pub indicators: Table<'a, ast::Indicator>,
    /// `journey`
    pub journeys: Table<'a, ast::Journey>,
    /// `policy`
    pub policies: Table<'a, ast::Policy>,
    /// `playbook`
    pub playbooks: Table<'a, ast::Playbook>,
    /// `scenario`
    pub scenarios: Table<'a, ast::Scenario>,
    promises: FxHashMap<(&'a str, Option<&'a str>, &'a str), PromiseRef<'a>>,
    /// The `for each` of journeys that have one.
    each: FxHashMap<&'a str, &'a [ast::Ident]>,
    paths: OnceLock<Paths>,
    junk: Junk<'a>,
}

/// The paths of all promises, for suggestions.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// `journey.step.promise`, in the order of the files.
    pub(super) full: Vec<String>,
    /// Those of a journey among them.
    pub(super) of: FxHashMap<String, Range<usize>>,
    /// The first of those that end in this, behind their journeys.
    pub(super) inner: FxHashMap<String, usize>,
}

impl<'a> Names<'a> {
    /// The promise of a journey, in a step or the journey's own.
    pub fn promise(&self, journey: &str, step: Option<&str>, promise: &str) -> Option<PromiseRef<'a>> {
        // A key of shorter-lived strings: the map is covariant in 'a, so looking up needs no copy.
        let map: &FxHashMap<(&str, Option<&str>, &str), PromiseRef<'a>> = &self.promises;
        map.get(&(journey, step, promise)).copied()
    }

    /// The `for each` of a journey.
    pub(crate) fn each_of(&self, journey: &str) -> &'a [ast::Ident] {
        self.each.get(journey).copied().unwrap_or_default()
    }

    /// The paths of all promises: collected once, however many are misspelt.
    pub(super) fn paths(&self) -> &Paths {
        self.paths.get_or_init(|| {
            let mut made = Paths::default();
            for (name, journey) in self.journeys.iter() {
                let begin = made.full.len();
                for inner in super::paths::paths_in(journey) {
                    let at = made.full.len();
                    made.full.push(format!("{name}.{inner}"));
                    made.inner.entry(inner).or_insert(at);
                }
                made.of.insert(name.to_owned(), begin..made.full.len());
            }
            made
        })
    }

    /// May text that could not be read, and was reported, declare this?
    pub(crate) fn may_be_junk(&self, kind: &str, name: &str) -> bool {
        self.junk.may_declare(kind, name)
    }

    /// What else bears this name, with its article: `a policy`.
    pub fn kind_of(&self, name: &str) -> Option<(&'static str, Span)> {
        let kinds = [
            ("a team", self.teams.get(name).map(|t| t.name.span)),
            ("a policy", self.policies.get(name).map(|t| t.name.span)),
            ("a playbook", self.playbooks.get(name).map(|t| t.name.span)),
            ("an indicator", self.indicators.get(name).map(|t| t.name.span)),
            ("a journey", self.journeys.get(name).map(|t| t.name.span)),
            ("a scenario", self.scenarios.get(name).map(|t| t.name.span)),
            ("a metric", self.metrics.get(name).map(|t| t.name.span)),
        ];
        kinds.into_iter().find_map(|(kind, span)| Some((kind, span?)))
    }
}

/// Reports a name's second declaration.
pub(super) fn duplicate(out: &mut Diagnostics, kind: &str, name: &str, first: Span, second: Span) {
    out.push(
        Diagnostic::new(
            &DUPLICATE,
            second,
            format!("{kind} `{name}` is declared twice"),
            "declared again here",
        )
        .also(first, "first declared here")
        .help("rename or remove one of them"),
    );
}

/// So many promises are made room for in each file.
const PROMISES: usize = 8;

/// Collects the declarations of all files.
pub(super) fn collect<'a>(files: &'a [ast::File], junk: Junk<'a>, out: &mut Diagnostics) -> Names<'a> {
    let mut names = Names { junk, ..Names::default() };
    names.promises.reserve(files.len() * PROMISES);
    for item in files.iter().flat_map(|f| &f.items) {
        let again = match item {
            Item::Team(i) => {
                names.teams.add(&i.name.name, i).map(|f| ("team", &i.name.name, f.name.span, i.name.span))
            }
            Item::Metric(i) => {
                names.metrics.add(&i.name.name, i).map(|f| ("metric", &i.name.name, f.name.span, i.name.span))
            }
            Item::Indicator(i) => names
                .indicators
                .add(&i.name.name, i)
                .map(|f| ("indicator", &i.name.name, f.name.span, i.name.span)),
            Item::Journey(i) => {
                let first = names.journeys.add(&i.name.name, i);
                if first.is_none() {
                    add_promises(&mut names, i, out);
                }
                first.map(|f| ("journey", &i.name.name, f.name.span, i.name.span))
            }
            Item::Policy(i) => names
                .policies
                .add(&i.name.name, i)
                .map(|f| ("policy", &i.name.name, f.name.span, i.name.span)),
            Item::Playbook(i) => names
                .playbooks
                .add(&i.name.name, i)
                .map(|f| ("playbook", &i.name.name, f.name.span, i.name.span)),
            Item::Scenario(i) => names
                .scenarios
                .add(&i.name.name, i)
                .map(|f| ("scenario", &i.name.name, f.name.span, i.name.span)),
            Item::Junk(_) => None,
        };
        if let Some((kind, name, first, second)) = again {
            duplicate(out, kind, name, first, second);
        }
    }
    names
}

/// A journey's promises. Steps and the journey's own promises share one namespace; so do the promises of a step.
fn add_promises<'a>(names: &mut Names<'a>, journey: &'a ast::Journey, out: &mut Diagnostics) {
    let mut own: FxHashMap<&'a str, (&'static str, Span)> = FxHashMap::default();
    let mut take = |kind: &'static str, name: &'a ast::Ident, out: &mut Diagnostics| -> bool {
        let Some((first_kind, first)) = own.get(name.name.as_str()) else {
            own.insert(&name.name, (kind, name.span));
            return true;
        };
        if *first_kind == kind {
            duplicate(out, kind, &name.name, *first, name.span);
        } else {
            let said = Diagnostic::new(
                &DUPLICATE,
                name.span,
                format!("`{}` is both a step and a promise of journey `{}`", name.name, journey.name.name),
                format!("a {kind} of the same name"),
            );
            let help = "steps and the journey's own promises share one namespace; rename one of them";
            out.push(said.also(*first, format!("the {first_kind}")).help(help));
        }
        false
    };
    for stmt in &journey.body.stmts {
        match stmt {
            ast::JourneyStmt::Step(step) => {
                let first_step = take("step", &step.name, out);
                add_step(names, journey, step, first_step, out);
            }
            ast::JourneyStmt::Promise(promise) => {
                if take("promise", &promise.name, out) {
                    let key = (journey.name.name.as_str(), None, promise.name.name.as_str());
                    names.promises.insert(key, PromiseRef { journey, step: None, promise });
                }
            }
            ast::JourneyStmt::Owner(..)
            | ast::JourneyStmt::User(..)
            | ast::JourneyStmt::Goal(..)
            | ast::JourneyStmt::Tier(..)
            | ast::JourneyStmt::Review(..)
            | ast::JourneyStmt::Agreed(..)
            | ast::JourneyStmt::Data(..)
            | ast::JourneyStmt::BudgetPolicy(..)
            | ast::JourneyStmt::Playbook(..)
            | ast::JourneyStmt::NoData(..)
            | ast::JourneyStmt::Note(..)
            | ast::JourneyStmt::Junk(_) => {}
            ast::JourneyStmt::ForEach(labels, _) => {
                names.each.entry(journey.name.name.as_str()).or_insert(labels);
            }
        }
    }
}

fn add_step<'a>(
    names: &mut Names<'a>,
    journey: &'a ast::Journey,
    step: &'a ast::Step,
    first_step: bool,
    out: &mut Diagnostics,
) {
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for stmt in &step.body.stmts {
        let ast::StepStmt::Promise(promise) = stmt else { continue };
        let name = promise.name.name.as_str();
        if let Some(first) = seen.get(name) {
            duplicate(out, "promise", name, *first, promise.name.span);
            continue;
        }
        seen.insert(name, promise.name.span);
        if first_step {
            let key = (journey.name.name.as_str(), Some(step.name.name.as_str()), name);
            names.promises.insert(key, PromiseRef { journey, step: Some(step), promise });
        }
    }
}
