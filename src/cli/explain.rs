//! `slovo explain`: a code's page, or what a promise becomes.

mod page;
mod promise;

use std::path::Path;

use super::args::Explain;
use super::screen::{Marks, Screen};
use super::{Failure, Outcome, Status, check, load, status_of};
use crate::config::nearest;
use crate::diag::{Severity, codes};
use crate::ir::{Model, Promise, Selector, Series};
use crate::promql::print::selector_text;
use crate::rules;
use crate::sentences;

pub(super) fn run(options: &Explain, start: &Path, screen: &Screen) -> Outcome {
    let Some(what) = &options.what else {
        let lines: Vec<String> = codes::all().map(|c| format!("{}  {}", c.id, c.title)).collect();
        Screen::out(&(lines.join("\n") + "\n"))?;
        return Ok(Status::Fine);
    };
    if let Some(code) = codes::find(what) {
        let Marks { bold, off } = Marks::STAND_INS;
        screen.show(&page::text(code.page, screen.options().width, (bold, off)))?;
        return Ok(Status::Fine);
    }
    let mut letters = what.chars();
    let like_a_code =
        letters.next().is_some_and(|c| "EWew".contains(c)) && letters.all(|c| c.is_ascii_digit());
    if like_a_code && what.len() > 1 {
        let near = nearest(&what.to_ascii_uppercase(), codes::all().map(|c| c.id));
        let help = near.map_or("`slovo explain` lists all codes".to_owned(), |n| {
            format!("did you mean `{n}`? `slovo explain` lists all codes")
        });
        return Err(Failure::new(format!("there is no code `{what}`")).help(help));
    }
    promise_at(what, options, start, screen)
}

fn promise_at(what: &str, options: &Explain, start: &Path, screen: &Screen) -> Outcome {
    let project = load(start, &options.wishes);
    let mut compiled = project.compile();
    let Some(model) = &compiled.model else {
        // what is only worth reading is said by `check`
        compiled.diagnostics.retain(|d| d.severity == Severity::Error);
        check::show(&project, &compiled, screen);
        screen.say("a promise can be explained once these are mended");
        return Ok(status_of(&compiled.diagnostics));
    };
    // A promise, or all promises of a step or a journey, as `slovo test` takes them.
    let covers =
        |path: &str| path.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let found: Vec<&Promise> =
        model.promises().map(|(_, p)| p).filter(|p| covers(&p.path.to_string())).collect();
    if found.is_empty() {
        return Err(unknown(what, "no code and no promise", model));
    }
    let Marks { bold, off } = Marks::STAND_INS;
    let texts: Vec<String> = found
        .iter()
        .map(|promise| {
            let explained = rules::explain(model, promise);
            let facts = facts(model, promise);
            let said = sentences::promise::floor(promise);
            promise::text(&explained, &said, &facts, screen.options().width, options.rules, (bold, off))
        })
        .collect();
    screen.show(&texts.join("\n"))?;
    Ok(Status::Fine)
}

/// What each metric of a promise's streams states of itself, each sentence once, by the alphabet.
fn stated(promise: &Promise, one: impl Fn(&Selector) -> Option<String>) -> Vec<String> {
    let mut list: Vec<String> =
        promise.measurement.series().filter_map(Series::selector).filter_map(one).collect();
    list.sort_unstable();
    list.dedup();
    list
}

/// What is stated of the data a promise reads.
fn facts(model: &Model, promise: &Promise) -> Vec<String> {
    let named = stated(promise, |s| s.born_with_event.then(|| format!("`{}`", s.metric)));
    let idle = stated(promise, |s| {
        let alive = s.alive.as_deref()?;
        let there = selector_text(&alive.metric, &alive.matchers);
        Some(format!("While `{there}` is there, that `{}` is missing means that nothing happens.", s.metric))
    });
    let sums = stated(promise, |s| {
        s.increases?;
        let name = &s.metric;
        Some(format!(
            "Samples of `{name}` are increases: each is added once, and what a lost one said is lost."
        ))
    });
    let either = stated(promise, |s| {
        s.either.then(|| {
            format!(
                "`{}` may be stored as a classic histogram or as a native one with custom buckets: both are counted, each event once.",
                s.metric
            )
        })
    });
    let foreign = promise.measurement.queries().any(crate::promql::is_foreign);
    let foreign = foreign.then(|| {
        "A query of it is not PromQL: MetricsQL, as it stands. What it reads is not looked up in the catalogue, and the promise is not proved.".to_owned()
    });
    let late = model.lateness(promise);
    let late = (!late.is_zero()).then(|| {
        format!("What it reads is known up to {late} later, and so is everything that is said of it; alerts below have that in them.")
    });
    let births = format!("Series of {} are born with their first event.", named.join(", "));
    let joined = promise.measurement.events().is_some_and(|events| !events.faults.is_empty());
    let once = "What is bad in several ways counts once: bad is what is left of all when the good ones, which are bad in none, are taken away.";
    joined
        .then(|| once.to_owned())
        .into_iter()
        .chain((!named.is_empty()).then_some(births))
        .chain(idle)
        .chain(sums)
        .chain(either)
        .chain(foreign)
        .chain(late)
        .chain([sentences::promise::kept(model, promise)])
        .chain(sentences::breaks::no_data(promise).map(str::to_owned))
        .collect()
}

/// No such promise: the one that was meant, or those of the journey or step that was named.
/// A path that finds nothing; `no` says what there isn't.
pub(super) fn unknown(what: &str, no: &str, model: &Model) -> Failure {
    let paths: Vec<String> = model.promises().map(|(_, p)| p.path.to_string()).collect();
    let failure = Failure::new(format!("there is {no} `{what}`"));
    let below: Vec<&str> = paths
        .iter()
        .filter(|p| {
            p.strip_prefix(what).is_some_and(|r| r.starts_with('.')) || p.ends_with(&format!(".{what}"))
        })
        .map(String::as_str)
        .collect();
    if !below.is_empty() {
        return failure.help(format!(
            "did you mean {}?",
            below.iter().take(8).map(|p| format!("`{p}`")).collect::<Vec<_>>().join(" or ")
        ));
    }
    match nearest(what, paths.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None if paths.is_empty() => failure.help("this project has no promises yet"),
        None => failure.help(format!(
            "a promise is named by its path, such as `{}`",
            paths.first().map_or("", String::as_str)
        )),
    }
}
