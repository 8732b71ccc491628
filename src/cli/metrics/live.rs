//! `slovo metrics import URL`: the catalogue from a running server.

use std::collections::BTreeMap;
use std::path::Path;

use super::super::args::MetricsImport;
use super::super::screen::Screen;
use super::super::server::{client, selection, tell};
use super::super::{Outcome, Status};
use super::{Given, into_project, load, without};
use crate::catalogue_import::{Declared, Used, most_common};
use crate::live::{Client, Interval, Known, Stored};
use crate::value::Duration;

pub(super) fn import(
    options: &MetricsImport,
    url: &str,
    in_project: bool,
    start: &Path,
    screen: &Screen,
) -> Outcome {
    let client = client(&options.server.connection, url, start, screen)?;
    let selection = selection(&options.server)?;
    let loaded = if in_project {
        match load(&options.follow_links, None, start, screen) {
            Ok(loaded) => Some(loaded),
            Err(status) => return Ok(status),
        }
    } else {
        None
    };
    let declared = loaded.as_ref().map(|loaded| Declared::of(&loaded.files).kinds()).unwrap_or_default();
    let used = loaded.as_ref().filter(|_| options.only_used).map(|loaded| Used::of(&loaded.files));
    let only = used.as_ref().map(|used| move |name: &str| used.has(name));
    let known =
        Known { only: only.as_ref().map(|f| f as &dyn Fn(&str) -> bool), declared: &declared, all: false };
    let stored = asked(&client, || Stored::ask(&client, &selection, known), screen)?;
    let whole = tell(&client, screen);
    let name = [client.address().to_string()];
    let names: Vec<&str> = name.iter().map(String::as_str).collect();
    let mut given =
        Given { exposition: &stored.exposition, names: &names, usual: None, findings: Vec::new(), whole };
    let status = if let Some(loaded) = &loaded {
        let says = loaded.project.config.settings.scrape_interval;
        let other = tell_interval(&stored, Some(says), screen);
        given.usual = (!other).then_some(says);
        let status = into_project(options, loaded, given, start, screen)?;
        if other && status == Status::Fine { Status::Mistakes } else { status }
    } else {
        given.usual = most_common(&stored.exposition);
        tell_interval(&stored, None, screen);
        without(&given, screen)?
    };
    for note in &stored.notes {
        screen.say(note);
    }
    Ok(if whole { status } else { Status::Unknown })
}

/// Asks, and says how often a server was asked where it gave no answer, too.
pub(super) fn asked<T>(
    client: &Client,
    ask: impl FnOnce() -> Result<T, crate::live::Trouble>,
    screen: &Screen,
) -> Result<T, super::super::Failure> {
    let progress = screen.progress(&format!("asking {}", client.address()));
    let answer = ask();
    drop(progress);
    if answer.is_err() {
        tell(client, screen);
    }
    Ok(answer?)
}

/// Says how often targets are scraped. Is it another interval than the project says, everywhere?
fn tell_interval(stored: &Stored, says: Option<Duration>, screen: &Screen) -> bool {
    let mut jobs: BTreeMap<Duration, Vec<&str>> = BTreeMap::new();
    let mut mixed = Vec::new();
    for (job, interval) in &stored.intervals {
        match interval {
            Interval::Every(every) => jobs.entry(*every).or_default().push(job),
            Interval::Mixed => mixed.push(job.as_str()),
            Interval::Unknown => {}
        }
    }
    if !mixed.is_empty() {
        screen.say(&format!("targets of one job are scraped at different intervals: {}", some(&mixed)));
    }
    if jobs.is_empty() {
        screen.say(
            "how often targets are scraped is not known: there is no `up` with three samples in ten minutes",
        );
        return false;
    }
    for (every, jobs) in &jobs {
        screen.say(&format!("scraped every {every}: {}", some(jobs)));
    }
    match (says, jobs.keys().next()) {
        (Some(says), Some(every)) if jobs.len() == 1 && *every != says => {
            screen.say(&format!("slovo.yaml says `scrape_interval: {says}`; it should be {every}"));
            true
        }
        _ => false,
    }
}

fn some(jobs: &[&str]) -> String {
    const MOST: usize = 8;
    let mut shown = jobs.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    if jobs.len() > MOST {
        shown.push_str(", …");
    }
    shown
}
