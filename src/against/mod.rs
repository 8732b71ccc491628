//! What the promises of a project read, held against what a server stores: `slovo check --against`. A pure comparison with a snapshot: a
//! server that is asked now is made into one first, so that both say the same.
//!
//! ```text
//! Model, files -> reads    what each promise selects, as its rules do
//!              -> Wanted   what a server has to be asked (live::asked)
//! Snapshot     -> grade    never there, gone, label never there, value never there, quiet
//!              -> told     messages at their places; one for all that is the same
//!              -> metrics  kinds, bounds, labels
//!              -> scrapes  scrape intervals
//!              -> server   retention, functions; rules, by their fingerprints
//! ```

mod finding;
mod grade;
mod metrics;
mod places;
mod reads;
mod rules;
mod scrapes;
mod server;
mod snapshot;
mod told;

#[cfg(test)]
mod tests;

pub use reads::Wanted;
#[cfg(feature = "live")]
pub(crate) use rules::{fingerprint, fingerprint_of_all};
pub use snapshot::{FORMAT, Loaded, Presence, Seen, Snapshot, TooLarge};
#[cfg(feature = "live")]
pub(crate) use told::slip;

use std::collections::{BTreeMap, BTreeSet};

use crate::ast::File;
use crate::check::several;
use crate::diag::Diagnostics;
use crate::ir::Model;
use finding::Finding;
use grade::{Grade, Server};
use places::Places;

/// With what a project was compared, for whoever reads the findings.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// `server` or `snapshot`.
    pub kind: &'static str,
    /// The server's address, or the file.
    pub name: String,
    /// The day it was asked, by the server's clock.
    pub seen: Option<String>,
    /// How long samples are kept, in the server's words.
    pub retention: Option<String>,
    /// How many selectors were compared.
    pub selectors: usize,
    /// How many selectors the promises have: more than were compared where of some nothing is known.
    pub all_selectors: usize,
    /// What cannot be said: where there is something, all is not fine.
    pub cannot_say: Vec<String>,
    /// What is no mistake, and is to be known.
    pub notes: Vec<String>,
}

/// What a comparison found.
#[derive(Debug, Default)]
pub struct Compared {
    /// Mistakes and warnings; those that the source accepts are taken out and counted.
    pub diagnostics: Diagnostics,
    /// What cannot be said, each in a sentence.
    pub unknown: Vec<String>,
    /// What is no mistake, and is to be known.
    pub notes: Vec<String>,
    /// How many selectors were compared.
    pub selectors: usize,
    /// How many selectors the promises have.
    pub all_selectors: usize,
}

/// Compares what a model reads with what a server has. `files` are the project's, parsed.
pub fn compare(model: &Model, files: &[File], snapshot: &Snapshot) -> Compared {
    let (server, places, catalogue) = (Server::new(snapshot), Places::of(files), reads::catalogue(files));
    let mut found: Vec<Finding> = Vec::new();
    let mut made = Compared::default();
    let (mut selectors, mut open, mut unknown) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
    let mut read = Vec::new();
    for (_, promise) in model.promises() {
        let readings = reads::of(promise, &catalogue);
        for reading in &readings {
            let texts = reading.forms.iter().map(|form| form.text.clone());
            if matches!(server.grade(reading), Grade::Unknown(_)) {
                open.extend(texts.clone());
            }
            selectors.extend(texts);
        }
        told::tell(&readings, &server, &places, &mut found, &mut unknown);
        metrics::of_promise(&readings, &server, &places, &catalogue, &mut found);
        read.extend(readings);
    }
    (made.selectors, made.all_selectors) = (selectors.len() - open.len(), selectors.len());
    let mut untold = Vec::new();
    metrics::of_catalogue(model, &read, &server, &catalogue, &mut found, (&mut untold, &mut made.notes));
    server::check(model, snapshot, &mut found, &mut made.notes);
    let foreign = model.promises().filter(|(_, p)| p.measurement.queries().any(crate::promql::is_foreign));
    let foreign: Vec<String> = foreign.map(|(_, p)| format!("`{}`", p.path)).collect();
    if !foreign.is_empty() {
        made.notes.push(format!("not compared, as their queries are MetricsQL: {}", finding::some(&foreign)));
    }
    made.unknown = lacking(&unknown, model, snapshot);
    made.unknown.extend(untold);
    let allows: Vec<_> = files.iter().flat_map(|file| &file.allows).cloned().collect();
    made.diagnostics = finding::fold(found, &allows, model.settings.today);
    made.diagnostics.sort();
    made
}

/// Of which promises something is not known, and which environment may be the reason.
fn lacking(unknown: &BTreeMap<String, Vec<String>>, model: &Model, snapshot: &Snapshot) -> Vec<String> {
    let named = |environment: &Option<String>| match environment {
        Some(name) => format!("with `--env {name}`"),
        None => "without `--env`".to_owned(),
    };
    let mut made = Vec::new();
    if !unknown.is_empty() && snapshot.environment != model.settings.environment {
        let selectors = unknown.values().map(Vec::len).sum();
        return vec![format!(
            "the snapshot was made {}, and is compared {}: nothing is known of {} of {}; each environment needs its own",
            named(&snapshot.environment),
            named(&model.settings.environment),
            several(selectors, "selector"),
            several(unknown.len(), "promise")
        )];
    }
    for (promise, selectors) in unknown {
        let Some(first) = selectors.first() else { continue };
        let more = match selectors.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        made.push(format!("`{promise}` reads what is not known: `{first}`{more}"));
    }
    made
}
