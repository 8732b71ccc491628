//! Bad days: scrapes lost, Prometheus away, deploys, births, wrong intervals. Counts of short courses against the truth, on any
//! engine, beside what others' formulas give.

mod base;
mod course;
mod judge;
mod limits;
mod list;
mod lives;
mod long;
mod table;

use std::time::Instant;

use crate::common::engine::Engine;
use base::Base;
use judge::Sum;
use limits::{Limits, Measured};

/// A handful for a few minutes.
const QUICK: &[&str] =
    &["loss50", "away20", "resets", "newinst", "podslow20m-born", "born", "late1e6", "declared15", "slow"];

/// What was asked for on the command line.
pub struct Wanted {
    /// Engines.
    pub engines: Vec<Engine>,
    /// Courses by name; all where nothing is said.
    pub courses: Option<Vec<String>>,
    /// Only a handful?
    pub quick: bool,
    /// Scrape intervals.
    pub scrapes: Option<Vec<u64>>,
    /// A file of other expressions.
    pub base: Option<String>,
    /// Recorded series to be added up instead of the budget's.
    pub sum: Option<Sum>,
    /// A file of limits.
    pub check: Option<String>,
    /// Print such a file?
    pub limits: bool,
    /// Every rule moment by moment?
    pub stepwise: bool,
    /// Groups of other names are evaluated at other times within their intervals.
    pub phase: String,
}

/// Plays and prints. What is outside of the limits.
pub fn run(wanted: &Wanted) -> Result<Vec<String>, String> {
    let base = wanted.base.as_deref().map(Base::read).transpose()?;
    let limits = wanted.check.as_deref().map(Limits::read).transpose()?;
    let entries = list::all();
    for name in wanted.courses.iter().flatten() {
        if !entries.iter().any(|e| e.name == *name) {
            let names: Vec<&str> = entries.iter().map(|e| e.name.as_str()).collect();
            return Err(format!("no course is called `{name}`; there are {}", names.join(", ")));
        }
    }
    let asked = |name: &str| match &wanted.courses {
        Some(list) => list.iter().any(|n| n == name),
        None => !wanted.quick || QUICK.contains(&name),
    };
    let (mut outside, mut measured) = (Vec::new(), Measured::default());
    for engine in &wanted.engines {
        let kind = if engine.victoria { "victoria" } else { "prometheus" };
        let (clock, mut rows) = (Instant::now(), Vec::new());
        for entry in entries.iter().filter(|e| asked(&e.name)) {
            let scrapes =
                entry.scrapes.iter().filter(|s| wanted.scrapes.as_ref().is_none_or(|w| w.contains(s)));
            for scrape in scrapes.take(if wanted.quick { 1 } else { usize::MAX }) {
                let course = (entry.make)(*scrape);
                let course = course.counted();
                let mut rules =
                    crate::rules(&format!("visit{}", wanted.phase), course.declared, course.window);
                if let Some(base) = &base {
                    base.replace(&mut rules, course.declared);
                }
                let clock = Instant::now();
                let figures = judge::play(engine, &course, &rules, wanted.sum.as_ref(), wanted.stepwise);
                let name = format!("{}@{scrape}", entry.name);
                eprintln!(
                    "{}",
                    table::progress(&engine.name, &name, &figures, clock.elapsed().as_secs_f64())
                );
                if let Some(limits) = &limits {
                    outside.extend(limits.outside(kind, &name, &figures));
                }
                measured.add(kind, &name, &figures);
                rows.push(table::Row {
                    name: entry.name.clone(),
                    says: entry.says.clone(),
                    scrape: *scrape,
                    figures,
                });
            }
        }
        println!("{}", table::markdown(&engine.name, &rows, clock.elapsed().as_secs_f64()));
    }
    if wanted.limits {
        println!("{}", measured.file());
    }
    Ok(outside)
}
