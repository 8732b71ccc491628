//! Paths of promises: `pay.accepted` in the own journey first, `checkout.pay.accepted` from anywhere.

use super::suggest::closest;
use super::tables::{Names, PromiseRef};
use crate::ast::{self, JourneyStmt, Path, StepStmt};
use crate::diag::Diagnostic;
use crate::diag::codes::names::{AMBIGUOUS_PATH, NOT_A_PROMISE, UNKNOWN_PROMISE};

impl<'a> Names<'a> {
    /// The promise a path names, seen from a journey; without one only full paths count.
    pub fn find(&self, from: Option<&str>, path: &Path) -> Option<PromiseRef<'a>> {
        let (own, absolute) = self.readings(from, path);
        match (own, absolute) {
            (Some(own), Some(other)) if !std::ptr::eq(own.promise, other.promise) => None,
            (Some(found), _) | (None, Some(found)) => Some(found),
            (None, None) => None,
        }
    }

    /// What a path means in the own journey, and what it means as a full path.
    fn readings(&self, from: Option<&str>, path: &Path) -> (Option<PromiseRef<'a>>, Option<PromiseRef<'a>>) {
        let parts: Vec<&str> = path.parts.iter().map(|p| p.name.as_str()).collect();
        match parts.as_slice() {
            [promise] => (from.and_then(|j| self.promise(j, None, promise)), None),
            [first, second] => {
                (from.and_then(|j| self.promise(j, Some(first), second)), self.promise(first, None, second))
            }
            [journey, step, promise] => (None, self.promise(journey, Some(step), promise)),
            _ => (None, None),
        }
    }

    /// May a path lead to something that could not be read, and was reported?
    fn leads_to_junk(&self, from: Option<&str>, path: &Path) -> bool {
        let named = |part: &ast::Ident| {
            ["journey", "step", "promise"].iter().any(|k| self.may_be_junk(k, &part.name))
        };
        let own = from.and_then(|j| self.journeys.get(j));
        let first = path.parts.first().and_then(|p| self.journeys.get(&p.name));
        path.parts.iter().any(named) || own.into_iter().chain(first).any(|j| j.body.has_junk)
    }

    /// What is wrong with a path that [`Names::find`] does not find; nothing where it may only follow.
    pub(super) fn path_mistake(&self, from: Option<&str>, path: &Path) -> Option<Diagnostic> {
        if self.leads_to_junk(from, path) {
            return None;
        }
        Some(self.wrong_path(from, path))
    }

    fn wrong_path(&self, from: Option<&str>, path: &Path) -> Diagnostic {
        let shown = shown(path);
        if let (Some(own), Some(other)) = self.readings(from, path) {
            let full = full_path(own);
            return Diagnostic::new(
                &AMBIGUOUS_PATH,
                path.span,
                format!("`{shown}` may be two promises"),
                "which of the two?",
            )
            .also(own.promise.name.span, "this one, of the same journey")
            .also(other.promise.name.span, "or this one, of another journey")
            .help(format!("write `{full}` for the first"))
            .help("for the second, rename the step or the other journey: its full path has two parts only");
        }
        self.no_promise(from, path).unwrap_or_else(|| {
            let made = Diagnostic::new(
                &UNKNOWN_PROMISE,
                path.span,
                format!("there is no promise `{shown}`"),
                "not declared",
            );
            self.meant(from, path, made)
        })
    }

    /// The path of a journey or a step.
    fn no_promise(&self, from: Option<&str>, path: &Path) -> Option<Diagnostic> {
        let step_of = |journey: &str, step: &str| {
            let journey = self.journeys.get(journey)?;
            journey.body.stmts.iter().find_map(|s| {
                let JourneyStmt::Step(s) = s else { return None };
                (s.name.name == step).then_some((journey, s))
            })
        };
        let names: Vec<&str> = path.parts.iter().map(|p| p.name.as_str()).collect();
        let step = match names.as_slice() {
            [one] => from.and_then(|j| step_of(j, one)),
            [journey, step] => step_of(journey, step),
            _ => None,
        };
        let shown = shown(path);
        if let Some((_, step)) = step {
            let inside = step.body.stmts.iter().find_map(|s| {
                let StepStmt::Promise(p) = s else { return None };
                Some(p.name.name.as_str())
            });
            let made = Diagnostic::new(
                &NOT_A_PROMISE,
                path.span,
                format!("`{shown}` is a step, not a promise"),
                "a step",
            )
            .also(step.name.span, "declared here");
            return Some(match inside {
                Some(promise) => made.maybe_fix(
                    format!("name a promise of it: `{shown}.{promise}`"),
                    path.span,
                    format!("{shown}.{promise}"),
                ),
                None => made.help("give the step a promise and name that"),
            });
        }
        let [one] = names.as_slice() else { return None };
        let journey = self.journeys.get(one)?;
        let inside = journey.body.stmts.iter().find_map(|s| {
            let JourneyStmt::Promise(p) = s else { return None };
            Some(p.name.name.as_str())
        });
        let made = Diagnostic::new(
            &NOT_A_PROMISE,
            path.span,
            format!("`{one}` is a journey, not a promise"),
            "a journey",
        )
        .also(journey.name.span, "declared here");
        Some(match inside {
            Some(promise) => made.maybe_fix(
                format!("name a promise of it: `{one}.{promise}`"),
                path.span,
                format!("{one}.{promise}"),
            ),
            None => made.help(format!("name a promise of it: `{one}.STEP.PROMISE`")),
        })
    }

    /// Adds what was probably meant.
    fn meant(&self, from: Option<&str>, path: &Path, made: Diagnostic) -> Diagnostic {
        let wanted = shown(path);
        let paths = self.paths();
        if let Some((own, range)) = from.and_then(|own| Some((own, paths.of.get(own)?))) {
            let list = paths.full.get(range.clone()).unwrap_or_default();
            // As written inside it.
            let inner = list.iter().filter_map(|path| path.get(own.len() + 1..));
            if let Some(found) = closest(&wanted, inner) {
                let found = found.to_owned();
                return made.maybe_fix(format!("did you mean `{found}`?"), path.span, found);
            }
        }
        if let Some(there) = paths.inner.get(&wanted).and_then(|at| paths.full.get(*at)) {
            // Right but for the journey in front.
            return made.maybe_fix(format!("did you mean `{there}`?"), path.span, there);
        }
        match closest(&wanted, paths.full.iter().map(String::as_str)) {
            Some(found) => {
                let title = format!("did you mean `{found}`?");
                made.maybe_fix(title, path.span, found)
            }
            None => made.help(match from {
                Some(_) => "write `STEP.PROMISE`, or `JOURNEY.STEP.PROMISE` for one of another journey",
                None => "write `JOURNEY.STEP.PROMISE`, or `JOURNEY.PROMISE` for one of the whole journey",
            }),
        }
    }
}

/// The paths of a journey's promises, as written inside it.
pub(super) fn paths_in(journey: &ast::Journey) -> Vec<String> {
    let mut list = Vec::new();
    for stmt in &journey.body.stmts {
        if let JourneyStmt::Promise(p) = stmt {
            list.push(p.name.name.clone());
        }
        let JourneyStmt::Step(step) = stmt else { continue };
        for stmt in &step.body.stmts {
            if let StepStmt::Promise(p) = stmt {
                list.push(format!("{}.{}", step.name.name, p.name.name));
            }
        }
    }
    list
}

/// The path from anywhere.
fn full_path(found: PromiseRef<'_>) -> String {
    let journey = &found.journey.name.name;
    match found.step {
        Some(step) => format!("{journey}.{}.{}", step.name.name, found.promise.name.name),
        None => format!("{journey}.{}", found.promise.name.name),
    }
}

/// As written.
pub(super) fn shown(path: &Path) -> String {
    path.parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(".")
}
