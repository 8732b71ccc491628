//! From objectives to files: names, people, playbooks, and the compiler's own word on all of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decompile::{self, Measure};
use super::names::{self, Position};
use super::objective::{Objective, Place, Said, Sli};
use super::report::{Finding, Grade, Outcome, Report};
use super::sloth::is_owner;
use super::{Imported, Read, Target, Unusable, Written, catalogue};
use crate::ast;
use crate::config;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::driver;
use crate::project::CONFIG_FILE;
use crate::resolve;
use crate::source::{FileId, SourceMap};
use crate::write::journeys::{self, Journey, Playbook, Promise, Step, Team};
use crate::write::text;

/// Sloth's period, unless its run said another.
const WINDOW: &str = "30d";
/// The owner of what names none.
const NOBODY: &str = "unstated";
/// Longer descriptions are no titles.
const LONGEST_TITLE: usize = 100;
/// What begins the comment above each promise.
const FROM: &str = "from ";

/// An objective that can be said.
struct Told {
    objective: Objective,
    journey: String,
    position: Position,
    measure: Measure,
    /// What has no place.
    lost: Vec<String>,
    /// A runbook's address.
    runbook: Option<String>,
    /// Texts kept as notes.
    notes: Vec<String>,
    /// The team's channel.
    channel: Option<Said>,
}

/// What a project has already.
#[derive(Default)]
struct There {
    journeys: BTreeMap<String, Place>,
    teams: BTreeMap<String, Place>,
    playbooks: BTreeMap<String, Place>,
    metrics: BTreeMap<String, Place>,
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
            metrics: names.metrics.iter().map(|(n, m)| (n.to_owned(), place(m.name.span))).collect(),
        }
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
        ..Report::default()
    };
    let mut said = told(read.objectives, &mut report);
    let taken: Vec<(String, Option<String>)> = said
        .iter()
        .filter_map(|s| Some((s, there.journeys.get(&s.journey)?)))
        .map(|(s, place)| {
            let name = &s.journey;
            let message =
                format!("`journey {name}` of {} is there already: {place}", s.objective.service.place);
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
    let files = loop {
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
                let shown = s.objective.shown();
                report.objectives.push(Outcome::refused(shown, s.objective.name.place.clone(), why.clone()));
            }
            why.is_none()
        });
        if said.is_empty() {
            break Vec::new();
        }
    };
    finish(&mut report, &said, &there, target);
    report.files = files.iter().map(|f| f.path.clone()).collect();
    Ok(Imported { files, report })
}

/// Objectives that can be said in the language; of the others the report says why not.
fn told(objectives: Vec<Objective>, report: &mut Report) -> Vec<Told> {
    let mut histograms = BTreeSet::new();
    for objective in &objectives {
        match &objective.sli {
            Sli::Events { error, total } => {
                decompile::histograms(&error.text, &mut histograms);
                decompile::histograms(&total.text, &mut histograms);
            }
            Sli::Ratio(query) => decompile::histograms(&query.text, &mut histograms),
            Sli::Plugin(_) => {}
        }
    }
    let mut services: BTreeMap<String, Said> = BTreeMap::new();
    let mut places: BTreeMap<(String, Option<String>, String), Place> = BTreeMap::new();
    let mut made = Vec::new();
    for objective in objectives {
        let place = objective.name.place.clone();
        let mut refuse = |why: String| {
            report.objectives.push(Outcome::refused(objective.shown(), place.clone(), why));
        };
        let (Some(journey), Some(position)) =
            (text::identifier(&objective.service.text), names::position(&objective.name.text))
        else {
            refuse(
                "its service or its name has no letter of a to z, of which an identifier could be made"
                    .to_owned(),
            );
            continue;
        };
        if let Some(first) = services.get(&journey)
            && first.text != objective.service.text
        {
            let why = format!(
                "its service `{}` would be the journey `{journey}`, as is `{}` ({})",
                objective.service.text, first.text, first.place
            );
            refuse(why.clone());
            report.findings.push(Finding { place: objective.service.place.clone(), text: why });
            continue;
        }
        let path =
            (journey.clone(), position.step.as_ref().map(|(name, _)| name.clone()), position.promise.clone());
        if let Some(first) = places.get(&path) {
            let shown = shown_path(&journey, &position);
            let why = format!("it would be the promise `{shown}`, as is the objective of {first}");
            refuse(why.clone());
            report.findings.push(Finding { place, text: why });
            continue;
        }
        let measured = match &objective.sli {
            Sli::Events { error, total } => {
                (decompile::events(&error.text, &total.text, &histograms), error.place.clone())
            }
            Sli::Ratio(query) => (decompile::ratio(&query.text, &histograms), query.place.clone()),
            Sli::Plugin(id) => {
                let id: String = id.text.chars().take(80).collect();
                refuse(format!(
                    "its queries are made by the plugin `{id}`, whose text is not here: write them as `events` and import again"
                ));
                continue;
            }
        };
        let measure = match measured {
            (Ok(measure), _) => measure,
            (Err(why), at) => {
                refuse(why.clone());
                report.findings.push(Finding { place: at, text: why });
                continue;
            }
        };
        let at = measured_place(&objective);
        for text in &measure.findings {
            report.findings.push(Finding { place: at.clone(), text: text.clone() });
        }
        services.entry(journey.clone()).or_insert_with(|| objective.service.clone());
        places.insert(path, objective.name.place.clone());
        made.push(around(objective, journey, position, measure));
    }
    made
}

fn measured_place(objective: &Objective) -> Place {
    match &objective.sli {
        Sli::Events { error: said, .. } | Sli::Ratio(said) | Sli::Plugin(said) => said.place.clone(),
    }
}

fn shown_path(journey: &str, position: &Position) -> String {
    match &position.step {
        Some((step, _)) => format!("{journey}.{step}.{}", position.promise),
        None => format!("{journey}.{}", position.promise),
    }
}

/// `a="b", c="d"`
fn listed(labels: &[&(String, Said)]) -> String {
    let shown: Vec<String> = labels.iter().map(|(key, said)| format!("{key}={:?}", said.text)).collect();
    shown.join(", ")
}

/// What stands around the measurement: what is taken over, and what has no place.
fn around(objective: Objective, journey: String, position: Position, measure: Measure) -> Told {
    let alerting = &objective.alerting;
    let mut lost: Vec<String> = Vec::new();
    let mut notes = Vec::new();
    let mut runbook = None;
    let mut channel = None;
    let labels = [
        ("labels", &objective.labels, ""),
        ("alert labels", &alerting.labels, ""),
        ("labels of pages", &alerting.page.labels, "page"),
        ("labels of tickets", &alerting.ticket.labels, "ticket"),
    ];
    for (what, list, own) in labels {
        let mut kept = Vec::new();
        for label in list {
            let (key, said) = label;
            if key == "slack_channel" && said.text.starts_with('#') && channel.is_none() {
                channel = Some(said.clone());
            } else if channel.as_ref().is_some_and(|c| c.text == said.text) && key == "slack_channel" {
                // Said already.
            } else if !(key == "severity" && said.text == own) {
                kept.push(label);
            }
        }
        if !kept.is_empty() {
            lost.push(format!("{what} {}", listed(&kept)));
        }
    }
    let annotations =
        alerting.annotations.iter().chain(&alerting.page.annotations).chain(&alerting.ticket.annotations);
    let mut left = Vec::new();
    for annotation in annotations {
        let (key, said) = annotation;
        let word = key.to_ascii_lowercase().replace('-', "_");
        let link = said.text.starts_with("https://") || said.text.starts_with("http://");
        // A text that the alert fills in would be shown as it is.
        let plain = !said.text.contains("{{");
        if link && plain && runbook.is_none() && (word.contains("runbook") || word.contains("playbook")) {
            runbook = Some(said.text.clone());
        } else if runbook.as_ref() == Some(&said.text) {
            // Said already.
        } else if link && plain && word.contains("dashboard") {
            let note = format!("Dashboard: {}", said.text);
            if !notes.contains(&note) {
                notes.push(note);
            }
        } else {
            left.push(annotation);
        }
    }
    if !left.is_empty() {
        lost.push(format!("annotations {}", listed(&left)));
    }
    if alerting.ticket.disabled && !alerting.page.disabled {
        lost.push("that tickets are switched off: whoever pages has tickets too".to_owned());
    }
    lost.extend(objective.lost.iter().map(|said| said.text.clone()));
    Told { objective, journey, position, measure, lost, runbook, notes, channel }
}

/// A team's identifier.
fn team_of(objective: &Objective) -> String {
    objective
        .owner
        .as_ref()
        .and_then(|said| text::identifier(&said.text))
        .unwrap_or_else(|| NOBODY.to_owned())
}

/// `tier: "2"` among the service's labels.
fn tier(objective: &Objective) -> Option<u32> {
    let (_, said) = objective.service_labels.iter().find(|(key, _)| key == "tier")?;
    said.text.parse().ok().filter(|tier| (1..=9).contains(tier))
}

/// Labels of a service that have no place; `owner` is its journey's.
fn lost_labels(objective: &Objective, owner: &str) -> Option<String> {
    let taken = tier(objective).is_some();
    let has_place = |(key, said): &&(String, Said)| {
        taken && key == "tier" || is_owner(key) && text::identifier(&said.text).as_deref() == Some(owner)
    };
    let left: Vec<&(String, Said)> = objective.service_labels.iter().filter(|l| !has_place(l)).collect();
    (!left.is_empty()).then(|| format!("labels of the service {}", listed(&left)))
}

/// What the objectives of a journey have lost together.
fn lost_together(members: &[&Told]) -> Vec<String> {
    let owner = members.first().map_or_else(String::new, |m| team_of(&m.objective));
    let labels: BTreeSet<String> = members.iter().filter_map(|m| lost_labels(&m.objective, &owner)).collect();
    let others: BTreeSet<String> =
        members.iter().map(|m| team_of(&m.objective)).filter(|o| *o != owner).collect();
    let mut made: Vec<String> = labels.into_iter().collect();
    if !others.is_empty() {
        let others: Vec<String> = others.into_iter().collect();
        made.push(format!(
            "a journey has one owner, and some of its objectives have others: {}",
            others.join(", ")
        ));
    }
    made
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

/// The name of a journey's playbook, or of the next one.
fn playbook_name(journey: &str, at: usize) -> String {
    let stem: String = journey.chars().take(28).collect();
    let stem = stem.trim_end_matches('_');
    if at == 0 { format!("{stem}_trouble") } else { format!("{stem}_trouble_{}", at + 1) }
}

/// All files, in the canonical form.
fn files(said: &[Told], there: &There, target: &Target<'_>) -> Vec<Written> {
    let mut made = Vec::new();
    let mut add = |path: String, source: &str| {
        // What cannot be formatted is told by the compiler.
        let text = crate::fmt::format(FileId(0), source).unwrap_or_else(|_| source.to_owned());
        made.push(Written { path, text });
    };
    let uses = decompile::together(said.iter().flat_map(|s| &s.measure.uses));
    let mut uses = uses;
    uses.retain(|name, _| !there.metrics.contains_key(name));
    if !uses.is_empty() {
        add("catalogue.slovo".to_owned(), &catalogue::catalogue(&uses));
    }
    let mut playbooks: Vec<Playbook> = Vec::new();
    for (journey, members) in by_journey(said) {
        let members = in_order(&members);
        let source = journeys::journey(&journey_of(journey, &members, there, &mut playbooks));
        add(format!("journeys/{journey}.slovo"), &source);
    }
    let teams = teams(said, there);
    if !teams.is_empty() {
        add("people.slovo".to_owned(), &journeys::teams(&teams));
    }
    if !playbooks.is_empty() {
        add("when_it_breaks.slovo".to_owned(), &journeys::playbooks(&playbooks));
    }
    if target.project.is_none() && !said.is_empty() {
        made.push(Written { path: CONFIG_FILE.to_owned(), text: settings(&target.name) });
    }
    made.sort_by(|a, b| a.path.cmp(&b.path));
    made
}

fn teams(said: &[Told], there: &There) -> Vec<Team> {
    let mut made: BTreeMap<String, Team> = BTreeMap::new();
    let mut channels: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for one in said {
        let name = team_of(&one.objective);
        if let Some(channel) = &one.channel {
            channels.entry(name.clone()).or_default().insert(&channel.text);
        }
        if there.teams.contains_key(&name) || made.contains_key(&name) {
            continue;
        }
        let owner = one.objective.owner.as_ref().filter(|_| name != NOBODY);
        let title = owner.map_or_else(|| "Not stated in the source".to_owned(), |said| said.text.clone());
        let comment =
            owner.is_none().then(|| "The source names no owner, and a journey needs one.".to_owned());
        made.insert(name.clone(), Team { name, title, channel: None, comment });
    }
    for (name, team) in &mut made {
        // Several channels: which is the team's isn't known.
        if let Some(one) = channels.get(name).filter(|c| c.len() == 1).and_then(BTreeSet::first) {
            team.channel = Some((*one).to_owned());
        }
    }
    made.into_values().collect()
}

fn journey_of(name: &str, members: &[&Told], there: &There, playbooks: &mut Vec<Playbook>) -> Journey {
    let first = members.first().map(|m| &m.objective);
    let mut journey = Journey {
        name: name.to_owned(),
        title: first.map_or_else(|| name.to_owned(), |o| o.service.text.clone()),
        owner: first.map_or_else(|| NOBODY.to_owned(), team_of),
        tier: first.and_then(tier),
        ..Journey::default()
    };
    journey.comments.push(format!("Sloth's window is set where it runs; {WINDOW}, its default, is taken."));
    journey.comments.extend(lost_together(members).iter().map(|l| format!("lost: {l}")));
    let each: BTreeSet<&BTreeSet<String>> = members.iter().map(|m| &m.measure.for_each).collect();
    let shared = each.first().copied().filter(|e| each.len() == 1 && !e.is_empty());
    journey.for_each = shared.into_iter().flatten().cloned().collect();
    // One runbook of all is the journey's.
    let runbooks: BTreeSet<Option<&str>> = members.iter().map(|m| m.runbook.as_deref()).collect();
    let mut playbook = |runbook: &str, known: &mut BTreeMap<String, String>| {
        if let Some(name) = known.get(runbook) {
            return name.clone();
        }
        let free = (0..=playbooks.len() + there.playbooks.len())
            .map(|at| playbook_name(name, at))
            .find(|n| !there.playbooks.contains_key(n) && !playbooks.iter().any(|p| p.name == *n));
        let made = free.unwrap_or_default();
        playbooks.push(Playbook { name: made.clone(), runbook: runbook.to_owned() });
        known.insert(runbook.to_owned(), made.clone());
        made
    };
    let mut books: BTreeMap<String, String> = BTreeMap::new();
    let one_for_all = runbooks.len() == 1;
    if let (true, Some(Some(runbook))) = (one_for_all, runbooks.first()) {
        journey.playbook = Some(playbook(runbook, &mut books));
    }
    for member in members {
        let own = member.runbook.as_deref().filter(|_| !one_for_all).map(|r| playbook(r, &mut books));
        let promise = promise_of(member, &journey, own);
        match &member.position.step {
            None => journey.promises.push(promise),
            Some((name, title)) => {
                if !journey.steps.iter().any(|s| s.name == *name) {
                    let (name, title) = (name.clone(), title.clone());
                    journey.steps.push(Step { name, title, promises: Vec::new() });
                }
                if let Some(step) = journey.steps.iter_mut().find(|s| s.name == *name) {
                    step.promises.push(promise);
                }
            }
        }
    }
    journey
}

fn promise_of(member: &Told, journey: &Journey, playbook: Option<String>) -> Promise {
    let objective = &member.objective;
    let measure = &member.measure;
    let mut comments: Vec<String> = Vec::new();
    comments.extend(measure.assumed.iter().map(|a| format!("assumed: {a}")));
    comments.extend(measure.escaped.iter().map(|e| format!("escaped: {e}")));
    if !member.lost.is_empty() {
        comments.push(format!("lost: {}", member.lost.join("; ")));
    }
    let percent = objective.objective.text.parse().ok().and_then(text::number);
    let percent = percent.unwrap_or_else(|| objective.objective.text.clone());
    let mut statements = vec![format!("keep for {percent}% of {} over {WINDOW}", measure.of)];
    match (objective.alerting.page.disabled, objective.alerting.ticket.disabled) {
        (true, true) => statements.push("urgency none".to_owned()),
        (true, false) => statements.push("urgency ticket".to_owned()),
        (false, _) => {}
    }
    if journey.for_each.is_empty() && !measure.for_each.is_empty() {
        let labels: Vec<&str> = measure.for_each.iter().map(String::as_str).collect();
        statements.push(format!("for each {}", labels.join(", ")));
    }
    statements.extend(measure.statements.iter().cloned());
    statements.extend(playbook.map(|name| format!("playbook {name}")));
    let description =
        objective.description.as_deref().map(|d| d.split_whitespace().collect::<Vec<_>>().join(" "));
    let short = description.as_ref().filter(|d| d.chars().count() <= LONGEST_TITLE);
    let title = match short {
        Some(description) => description.trim_end_matches('.').to_owned(),
        None => names::title(&objective.name.text),
    };
    if let (None, Some(description)) = (short, &description) {
        statements.push(format!("note {}", text::prose(description)));
    }
    statements.extend(member.notes.iter().map(|note| format!("note {}", text::prose(note))));
    Promise {
        name: member.position.promise.clone(),
        title,
        from: format!("{FROM}{}", objective.name.place),
        comments,
        statements,
    }
}

/// `slovo.yaml` of a new project.
fn settings(name: &str) -> String {
    format!(
        "# A Slovo project: this file, and every .slovo file in this folder and below.\n\
         project: {name}\n\n\
         # How often your Prometheus scrapes its targets and evaluates rules.\n\
         scrape_interval: 30s\n\
         evaluation_interval: 30s\n\n\
         # How long your Prometheus keeps samples. Unless somebody changed it that is 15d, and a window of {WINDOW} would be judged by\n\
         # the last 15: start it with `--storage.tsdb.retention.time={WINDOW}`, or write here what is true.\n\
         retention: {WINDOW}\n\n\
         outputs:\n  prometheus:\n    path: prometheus\n"
    )
}

/// What the compiler refuses, by the objective's number.
fn mistakes(files: &[Written], said: &[Told], target: &Target<'_>) -> BTreeMap<usize, String> {
    let mut sources = SourceMap::default();
    let mut ours: BTreeMap<usize, &Written> = BTreeMap::new();
    let empty = config::Config::default();
    let mut fresh = None;
    if let Some(project) = target.project {
        for (_, file) in project.sources.iter() {
            sources.add(file.path.clone(), Arc::clone(&file.text));
        }
    } else if let Some(yaml) = files.iter().find(|f| f.path == CONFIG_FILE) {
        let id = sources.add(CONFIG_FILE, yaml.text.as_str());
        fresh = Some(config::read(id, &sources, None, &mut Diagnostics::default()));
    }
    for file in files.iter().filter(|f| f.path.ends_with(".slovo")) {
        let id = sources.add(format!("{}{}", target.prefix, file.path), file.text.as_str());
        ours.insert(id.0 as usize, file);
    }
    let settings = target.project.map(|p| &p.config).or(fresh.as_ref()).unwrap_or(&empty);
    let compiled = driver::compile(&sources, settings);
    let mut refused = BTreeMap::new();
    let numbers: BTreeMap<(&str, usize), usize> = numbers(said);
    for wrong in compiled.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        let Some((file, at)) = wrong
            .labels
            .iter()
            .find_map(|l| Some((*ours.get(&(l.span.file.0 as usize))?, l.span.start as usize)))
        else {
            continue;
        };
        let why = in_words(wrong);
        for number in meant(file, at, said, &numbers) {
            refused.entry(number).or_insert_with(|| why.clone());
        }
    }
    refused
}

/// The number of an objective by its journey and its place among the promises written there.
fn numbers(said: &[Told]) -> BTreeMap<(&str, usize), usize> {
    let number: BTreeMap<*const Told, usize> =
        said.iter().enumerate().map(|(at, one)| (std::ptr::from_ref(one), at)).collect();
    let mut made = BTreeMap::new();
    for (journey, members) in by_journey(said) {
        for (at, member) in in_order(&members).into_iter().enumerate() {
            if let Some(found) = number.get(&std::ptr::from_ref(member)) {
                made.insert((journey, at), *found);
            }
        }
    }
    made
}

/// The objectives that a place in a file is about.
fn meant(file: &Written, at: usize, said: &[Told], numbers: &BTreeMap<(&str, usize), usize>) -> Vec<usize> {
    let all = || 0..said.len();
    let lines =
        || file.text.get(..at).unwrap_or("").lines().chain(file.text.get(at..).unwrap_or("").lines().take(1));
    if let Some(journey) = file.path.strip_prefix("journeys/").and_then(|p| p.strip_suffix(".slovo")) {
        let above = lines().filter(|l| l.trim_start().starts_with("# from ")).count();
        return match above.checked_sub(1).and_then(|at| numbers.get(&(journey, at))) {
            Some(number) => vec![*number],
            None => all().filter(|n| said.get(*n).is_some_and(|s| s.journey == journey)).collect(),
        };
    }
    if file.path == "catalogue.slovo" {
        let from = file.text.get(..at).map_or(0, |t| t.rfind('\n').map_or(0, |n| n + 1));
        let mut before = file.text.get(..from).unwrap_or("").lines().rev();
        let own = file.text.get(from..).and_then(|t| t.lines().next());
        let head = own.into_iter().chain(&mut before).find_map(|l| l.strip_prefix("metric "));
        let name = head.and_then(|h| h.split([':', ' ']).next()).map(|n| n.trim_matches('"').to_owned());
        let full = head.map(str::to_owned).unwrap_or_default();
        let uses = |s: &Told| {
            s.measure
                .uses
                .iter()
                .any(|u| name.as_deref() == Some(&u.metric) || full.starts_with(&format!("{}:", u.metric)))
        };
        let users: Vec<usize> = all().filter(|n| said.get(*n).is_some_and(uses)).collect();
        if !users.is_empty() {
            return users;
        }
    }
    all().collect()
}

/// A diagnostic in one line, with its first way out.
fn in_words(wrong: &Diagnostic) -> String {
    let help = wrong.help.first().map(|h| format!("; {h}")).unwrap_or_default();
    format!("Slovo refuses it ({}): {}{help}", wrong.code.id, wrong.message)
}

/// What became of the objectives that are written.
fn finish(report: &mut Report, said: &[Told], there: &There, target: &Target<'_>) {
    for one in said {
        let measure = &one.measure;
        let grade = match (&measure.escaped, measure.assumed.is_empty()) {
            (Some(_), _) => Grade::Escaped,
            (None, false) => Grade::Assumed,
            (None, true) => Grade::Exact,
        };
        report.objectives.push(Outcome {
            objective: one.objective.shown(),
            place: one.objective.name.place.clone(),
            promise: Some(shown_path(&one.journey, &one.position)),
            grade,
            assumed: measure.assumed.clone(),
            escaped: measure.escaped.iter().cloned().collect(),
            lost: one.lost.clone(),
            refused: None,
        });
    }
    for (journey, members) in by_journey(said) {
        let Some(first) = members.first() else { continue };
        for text in lost_together(&in_order(&members)) {
            report.lost.push(Finding {
                place: first.objective.service.place.clone(),
                text: format!("{journey}: {text}"),
            });
        }
    }
    report.objectives.sort_by(|a, b| (&a.place, &a.objective).cmp(&(&b.place, &b.objective)));
    report.findings.sort();
    report.findings.dedup();
    report.passed_over.sort();
    report.lost.sort();
    if said.is_empty() {
        return;
    }
    report.assumed.push(format!("Sloth's window is set where it runs; {WINDOW}, its default, is taken"));
    if said.iter().any(|s| s.objective.alerting.name.is_some()) {
        let text =
            "alerts have Slovo's own names (PromiseBurnsFast and others); those of the source are left out";
        report.assumed.push(text.to_owned());
    }
    if said.iter().any(|s| team_of(&s.objective) == NOBODY) {
        report.assumed.push(format!("journeys without an owner belong to the team `{NOBODY}`"));
    }
    let used: BTreeSet<&String> =
        said.iter().flat_map(|s| s.measure.uses.iter().map(|u| &u.metric)).collect();
    let known = used.iter().filter(|name| there.metrics.contains_key(**name)).count();
    if known > 0 {
        let text = format!(
            "{known} of the metrics are declared in the project already, and taken as they are there"
        );
        report.assumed.push(text);
    }
    if target.project.is_none() {
        report.next.push(
            "`slovo check` says what a reader will want to know; slovo.yaml holds intervals and retention"
                .to_owned(),
        );
    }
    report.next.push(
        "`compatibility: sloth` in slovo.yaml keeps Sloth's series, and with them dashboards (docs/rules.md)"
            .to_owned(),
    );
    report.next.push("`slovo backfill` gives the new rules a history".to_owned());
}
