//! Journeys and their steps.

use std::collections::BTreeSet;

use super::out::Out;
use super::promise::{Outer, promise};
use super::{Cx, for_each, numbers};
use crate::ast::{self, Ident, JourneyStmt, StepStmt};
use crate::ir;
use crate::resolve::PromiseRef;

/// Makes a journey of all its promises that have no mistake.
pub(crate) fn journey<'a>(
    cx: &Cx<'a>,
    broken: &BTreeSet<&str>,
    written: &'a ast::Journey,
) -> (ir::Journey, Out) {
    let mut out = Out::default();
    let mut made = ir::Journey {
        id: written.name.name.clone(),
        title: written.title.value.clone(),
        owner: String::new(),
        user: None,
        goal: None,
        tier: None,
        review: None,
        agreed: None,
        data: None,
        policy: None,
        playbook: None,
        notes: Vec::new(),
        places: ir::JourneyPlaces { name: written.name.span, review: None, agreed: None, data: None },
        steps: Vec::new(),
        promises: Vec::new(),
        left_out: false,
        origin: cx.origin(written.span),
    };
    let mut outer = Outer::default();
    for stmt in &written.body.stmts {
        statement(&mut out, &mut made, &mut outer, stmt);
    }
    for_each::reserved(&mut out, outer.for_each);
    let mut add = |list: &mut Vec<ir::Promise>, left_out: &mut bool, at: PromiseRef<'a>, outer: Outer<'a>| {
        // A second declaration of the name was reported; the first one counts.
        let step = at.step.map(|s| s.name.name.as_str());
        let first = cx.names.promise(&written.name.name, step, &at.promise.name.name);
        if first.is_none_or(|f| !std::ptr::eq(f.promise, at.promise)) {
            *left_out = true;
            return;
        }
        let (promise, found) = promise(cx, broken, at, outer);
        *left_out |= promise.is_none();
        list.extend(promise);
        out.found.extend(found.found);
        out.unlabelled.extend(found.unlabelled);
    };
    let steps = |s: &&JourneyStmt| matches!(s, JourneyStmt::Step(_));
    made.steps.reserve_exact(written.body.stmts.iter().filter(steps).count());
    for stmt in &written.body.stmts {
        if let JourneyStmt::Step(step) = stmt {
            let (mut made_step, playbook) = step_of(cx, step);
            let promises = |s: &&StepStmt| matches!(s, StepStmt::Promise(_));
            made_step.promises.reserve_exact(step.body.stmts.iter().filter(promises).count());
            let inner = Outer { playbook: playbook.or(outer.playbook), ..outer };
            for stmt in &step.body.stmts {
                if let StepStmt::Promise(promise) = stmt {
                    let at = PromiseRef { journey: written, step: Some(step), promise };
                    add(&mut made_step.promises, &mut made_step.left_out, at, inner);
                }
            }
            made.steps.push(made_step);
        } else if let JourneyStmt::Promise(promise) = stmt {
            let at = PromiseRef { journey: written, step: None, promise };
            made.promises.reserve_exact(1);
            add(&mut made.promises, &mut made.left_out, at, outer);
        }
    }
    (made, out)
}

fn statement<'a>(out: &mut Out, made: &mut ir::Journey, outer: &mut Outer<'a>, stmt: &'a JourneyStmt) {
    match stmt {
        JourneyStmt::Owner(team, _) => {
            if made.owner.is_empty() {
                made.owner.clone_from(&team.name);
            }
        }
        JourneyStmt::User(s, _) => {
            made.user.get_or_insert_with(|| s.value.clone());
        }
        JourneyStmt::Goal(s, _) => {
            made.goal.get_or_insert_with(|| s.value.clone());
        }
        JourneyStmt::Tier(n, _) => made.tier = numbers::tier(out, n),
        JourneyStmt::Review(every, last, span) => {
            numbers::length(&mut out.found, every, "a review");
            made.review.get_or_insert((every.value, last.as_ref().map(|d| d.value)));
            made.places.review.get_or_insert(*span);
        }
        JourneyStmt::Agreed(teams, day, span) => {
            made.places.agreed.get_or_insert(*span);
            made.agreed.get_or_insert_with(|| {
                (teams.iter().map(|t| t.name.clone()).collect(), day.as_ref().map(|d| d.value))
            });
        }
        JourneyStmt::Data(class, text, span) => {
            made.data.get_or_insert_with(|| (class.value, text.as_ref().map(|t| t.value.clone())));
            made.places.data.get_or_insert(*span);
        }
        JourneyStmt::BudgetPolicy(name, _) => {
            made.policy.get_or_insert_with(|| name.name.clone());
        }
        JourneyStmt::Playbook(name, _) => {
            made.playbook.get_or_insert_with(|| name.name.clone());
            outer.playbook.get_or_insert(name);
        }
        JourneyStmt::ForEach(labels, _) => {
            if outer.for_each.is_empty() {
                outer.for_each = labels;
            }
        }
        JourneyStmt::NoData(loud, _) => {
            outer.no_data.get_or_insert(loud.value);
        }
        JourneyStmt::Note(s, _) => made.notes.push(s.value.clone()),
        JourneyStmt::Step(_) | JourneyStmt::Promise(_) | JourneyStmt::Junk(_) => {}
    }
}

fn step_of<'a>(cx: &Cx<'a>, written: &'a ast::Step) -> (ir::Step, Option<&'a Ident>) {
    let mut playbook = None;
    let mut made = ir::Step {
        id: written.name.name.clone(),
        title: written.title.value.clone(),
        critical: false,
        if_broken: None,
        served_by: Vec::new(),
        tested_by: Vec::new(),
        playbook: None,
        notes: Vec::new(),
        promises: Vec::new(),
        left_out: false,
        places: ir::StepPlaces { name: written.name.span, title: written.title.span },
        origin: cx.origin(written.span),
    };
    let texts = |list: &[ast::Str]| list.iter().map(|s| s.value.clone()).collect::<Vec<_>>();
    for stmt in &written.body.stmts {
        match stmt {
            StepStmt::Critical(_) => made.critical = true,
            StepStmt::IfBroken(s, _) => {
                made.if_broken.get_or_insert_with(|| s.value.clone());
            }
            StepStmt::ServedBy(list, _) => made.served_by = texts(list),
            StepStmt::TestedBy(list, _) => made.tested_by = texts(list),
            StepStmt::Playbook(name, _) => {
                playbook.get_or_insert(name);
                made.playbook.get_or_insert_with(|| name.name.clone());
            }
            StepStmt::Note(s, _) => made.notes.push(s.value.clone()),
            StepStmt::Promise(_) | StepStmt::Junk(_) => {}
        }
    }
    (made, playbook)
}
