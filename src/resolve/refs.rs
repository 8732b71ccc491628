//! References: teams, policies, playbooks, indicators, promises.

use rustc_hash::FxHashMap;

use super::suggest::{closest, list};
use super::tables::{Names, Table};
use super::{args, paths};
use crate::ast::{
    self, Ident, Item, JourneyStmt, MetricStmt, PlaybookStmt, PolicyAction, PolicyStmt, PromiseStmt,
    PromiseStmtKind, StepStmt,
};
use crate::diag::codes::names::{COMPOSED_ALONE, COMPOSED_MEMBER, LISTED_TWICE, UNKNOWN_NAME};
use crate::diag::{Diagnostic, Diagnostics};

/// Checks what an item refers to.
pub(super) fn check(names: &Names<'_>, item: &Item, out: &mut Diagnostics) {
    let mut refs = Refs { names, out };
    match item {
        Item::Journey(i) => refs.journey(i),
        Item::Policy(i) => refs.policy(i),
        Item::Playbook(i) => refs.playbook(i),
        Item::Indicator(i) => args::declared(i, refs.out),
        Item::Scenario(i) => {
            if names.find(None, &i.promise).is_none()
                && !i.body.has_junk
                && let Some(found) = names.path_mistake(None, &i.promise)
            {
                refs.out.push(found);
            }
        }
        Item::Metric(i) => {
            for stmt in i.body.iter().flat_map(|b| &b.stmts) {
                if let MetricStmt::SilentWhenIdle(Some(ast::Selector { matchers: Some(list), .. }), _) = stmt
                {
                    args::no_variables_in(list, refs.out);
                }
            }
        }
        Item::Team(_) | Item::Junk(_) => {}
    }
}

struct Refs<'n, 'a> {
    names: &'n Names<'a>,
    out: &'n mut Diagnostics,
}

impl Refs<'_, '_> {
    fn team(&mut self, name: &Ident) {
        self.known("team", &self.names.teams, name);
    }

    /// Is the name in the table? If not: misspelt, of another kind, or not there at all.
    fn known<T>(&mut self, kind: &str, table: &Table<'_, T>, name: &Ident) {
        if !table.has(&name.name) && !self.names.may_be_junk(kind, &name.name) {
            let found = unknown(self.names, kind, table, name);
            self.out.push(found);
        }
    }

    fn once_each(&mut self, what: &str, list: &[Ident]) {
        for (at, name) in list.iter().enumerate() {
            if let Some(first) = list.iter().take(at).find(|n| n.name == name.name) {
                let said = format!("{what} `{}` is named twice", name.name);
                self.out.push(
                    Diagnostic::new(&LISTED_TWICE, name.span, said, "named again here")
                        .also(first.span, "first named here")
                        .help("remove one of them"),
                );
            }
        }
    }

    fn journey(&mut self, item: &ast::Journey) {
        for stmt in &item.body.stmts {
            match stmt {
                JourneyStmt::Owner(team, _) => self.team(team),
                JourneyStmt::Agreed(teams, _, _) => {
                    for team in teams {
                        self.team(team);
                    }
                    self.once_each("team", teams);
                }
                JourneyStmt::BudgetPolicy(name, _) => self.known("policy", &self.names.policies, name),
                JourneyStmt::Playbook(name, _) => self.known("playbook", &self.names.playbooks, name),
                JourneyStmt::ForEach(labels, _) => self.once_each("label", labels),
                JourneyStmt::Step(step) => self.step(item, step),
                JourneyStmt::Promise(promise) => self.promise(item, promise),
                JourneyStmt::User(..)
                | JourneyStmt::Goal(..)
                | JourneyStmt::Tier(..)
                | JourneyStmt::Review(..)
                | JourneyStmt::Data(..)
                | JourneyStmt::NoData(..)
                | JourneyStmt::Note(..)
                | JourneyStmt::Junk(_) => {}
            }
        }
    }

    fn step(&mut self, journey: &ast::Journey, step: &ast::Step) {
        for stmt in &step.body.stmts {
            match stmt {
                StepStmt::Playbook(name, _) => self.known("playbook", &self.names.playbooks, name),
                StepStmt::Promise(promise) => self.promise(journey, promise),
                StepStmt::Critical(_)
                | StepStmt::IfBroken(..)
                | StepStmt::ServedBy(..)
                | StepStmt::TestedBy(..)
                | StepStmt::Note(..)
                | StepStmt::Junk(_) => {}
            }
        }
    }

    fn promise(&mut self, journey: &ast::Journey, promise: &ast::Promise) {
        for stmt in &promise.body.stmts {
            match &stmt.kind {
                PromiseStmtKind::Playbook(name) => self.known("playbook", &self.names.playbooks, name),
                PromiseStmtKind::ForEach(labels) => self.once_each("label", labels),
                PromiseStmtKind::MeasuredBy { indicator, args, narrowed } => {
                    match self.names.indicators.get(&indicator.name) {
                        Some(found) => args::call(found, indicator, args, self.out),
                        None => self.known("indicator", &self.names.indicators, indicator),
                    }
                    if let Some(matchers) = narrowed {
                        args::no_variables_in(matchers, self.out);
                    }
                }
                PromiseStmtKind::Composed(_, list) => self.composed(journey, promise, stmt, list),
                PromiseStmtKind::Stream(stream) => args::no_variables(stream, self.out),
                PromiseStmtKind::Keep { .. }
                | PromiseStmtKind::Aim(_)
                | PromiseStmtKind::Expect(..)
                | PromiseStmtKind::Because(..)
                | PromiseStmtKind::BlindTo(_)
                | PromiseStmtKind::Proxy(..)
                | PromiseStmtKind::Urgency(_)
                | PromiseStmtKind::NoData(_)
                | PromiseStmtKind::Note(_)
                | PromiseStmtKind::Junk => {}
            }
        }
    }

    fn composed(
        &mut self,
        journey: &ast::Journey,
        promise: &ast::Promise,
        stmt: &PromiseStmt,
        list: &[ast::Path],
    ) {
        let own = journey.name.name.as_str();
        let mut seen: FxHashMap<*const ast::Promise, &ast::Path> = FxHashMap::default();
        for path in list {
            let Some(found) = self.names.find(Some(own), path) else {
                let found = self.names.path_mistake(Some(own), path);
                if let Some(found) = found.filter(|_| !promise.body.has_junk) {
                    self.out.push(found);
                }
                continue;
            };
            let shown = paths::shown(path);
            if std::ptr::eq(found.promise, promise) {
                let said = format!("promise `{}` is composed of itself", promise.name.name);
                let made = Diagnostic::new(&COMPOSED_MEMBER, path.span, said, "the promise itself");
                self.out.push(made.help("remove it from the list"));
                continue;
            }
            let inner =
                found.promise.body.stmts.iter().find(|s| matches!(s.kind, PromiseStmtKind::Composed(..)));
            if let Some(inner) = inner {
                let said = format!("member `{shown}` is composed itself");
                self.out.push(
                    Diagnostic::new(&COMPOSED_MEMBER, path.span, said, "a composed promise")
                        .also(inner.span, "composed here")
                        .help("name its members instead"),
                );
            }
            if let Some(first) = seen.get(&std::ptr::from_ref(found.promise)) {
                self.out.push(
                    Diagnostic::new(
                        &LISTED_TWICE,
                        path.span,
                        format!("member `{shown}` is named twice"),
                        "the same promise again",
                    )
                    .also(first.span, "first named here")
                    .help("remove one of them: its errors would be counted twice"),
                );
            }
            seen.entry(std::ptr::from_ref(found.promise)).or_insert(path);
        }
        if list.len() == 1 {
            let said = format!("promise `{}` is composed of one promise only", promise.name.name);
            self.out.push(
                Diagnostic::new(&COMPOSED_ALONE, stmt.span, said, "one member")
                    .help("name at least two members, or measure the promise itself"),
            );
        }
    }

    fn policy(&mut self, item: &ast::Policy) {
        for stmt in &item.body.stmts {
            match stmt {
                PolicyStmt::Clause { action: PolicyAction::Tell(team), .. }
                | PolicyStmt::EscalateTo(team, _) => {
                    self.team(team);
                }
                PolicyStmt::Clause { .. } | PolicyStmt::Incident(..) | PolicyStmt::Junk(_) => {}
            }
        }
    }

    fn playbook(&mut self, item: &ast::Playbook) {
        for stmt in &item.body.stmts {
            match stmt {
                PlaybookStmt::Responder(team, _) | PlaybookStmt::HearFrom(team, _) => self.team(team),
                PlaybookStmt::FirstUpdate(..)
                | PlaybookStmt::Say(..)
                | PlaybookStmt::Restore(..)
                | PlaybookStmt::Runbook(..)
                | PlaybookStmt::Junk(_) => {}
            }
        }
    }
}

/// A name that is not in its table.
fn unknown<T>(names: &Names<'_>, kind: &str, table: &Table<'_, T>, name: &Ident) -> Diagnostic {
    let text = &name.name;
    if let Some((other, span)) = names.kind_of(text) {
        let article = if kind == "indicator" { "an" } else { "a" };
        let said = format!("`{text}` is {other}, not {article} {kind}");
        let made =
            Diagnostic::new(&UNKNOWN_NAME, name.span, said, format!("{article} {kind} is expected here"))
                .also(span, format!("{other} of this name"));
        return with_nearest(made, kind, table, name);
    }
    let made = Diagnostic::new(
        &UNKNOWN_NAME,
        name.span,
        format!("there is no {kind} `{text}`"),
        "not declared in this project",
    );
    with_nearest(made, kind, table, name)
}

fn with_nearest<T>(made: Diagnostic, kind: &str, table: &Table<'_, T>, name: &Ident) -> Diagnostic {
    if let Some(found) = closest(&name.name, table.names()) {
        return made.maybe_fix(format!("did you mean `{found}`?"), name.span, found);
    }
    let there = list(table.names(), 6);
    let declare = match kind {
        "playbook" | "indicator" => format!("declare it: `{kind} {} {{ .. }}`", name.name),
        _ => format!("declare it: `{kind} {} \"..\"`", name.name),
    };
    if there.is_empty() {
        made.help(declare)
    } else {
        made.help(format!("the project declares {there}")).help(format!("or {declare}"))
    }
}
