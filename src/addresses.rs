//! Addresses: of dashboards, documents and runbooks. Made from identifiers, never from titles, so that links outlive a
//! renaming.
//!
//! Dashboards: //! `slo-overview`, `slo-j-checkout`, `slo-p-checkout-pay-accepted`: `a` to `z`, digits and `-`, at most 40 characters, so
//! that they are names of Kubernetes objects as well. What is longer is cut and ends with a hash of the whole path, and so
//! do two paths that would be written alike.

use std::collections::BTreeMap;

use crate::ir::{Journey, Model, Promise, PromisePath};
use crate::render::url;
use crate::value::hash;

/// The number of the panel that alerts lead to: a promise's burn rates with the lines at which its alerts fire.
pub(crate) const ALERT_PANEL: u32 = 12;

/// The address of a promise's runbook, whole where a base is configured.
pub(crate) fn runbook(model: &Model, promise: &Promise) -> Option<String> {
    let playbook = promise.playbook.as_ref().and_then(|id| model.playbooks.get(id))?;
    let runbook = playbook.runbook.as_deref()?;
    Some(match &model.settings.links.runbooks {
        Some(base) if !runbook.contains("://") => {
            format!("{base}/{}", url::encoded(runbook.trim_start_matches('/')))
        }
        // Not an address: a text like any other.
        _ if !runbook.contains("://") => runbook.to_owned(),
        Some(_) | None => url::encoded(runbook),
    })
}

/// The address of a journey's document, where a base is configured.
pub(crate) fn journey_document(model: &Model, journey: &Journey) -> Option<String> {
    let base = model.settings.links.documents.as_deref()?;
    Some(format!("{base}/journeys/{}.html", journey.id))
}

/// The address of a promise in its journey's document.
pub(crate) fn document(model: &Model, promise: &Promise) -> Option<String> {
    let base = model.settings.links.documents.as_deref()?;
    let path = &promise.path;
    Some(format!("{base}/journeys/{}.html#{}", path.journey, anchor(path)))
}

/// The place of a promise on its journey's page: `pay.accepted`.
pub(crate) fn anchor(path: &PromisePath) -> String {
    match &path.step {
        Some(step) => format!("{step}.{}", path.promise),
        None => path.promise.clone(),
    }
}

/// Grafana's limit.
const LONGEST: usize = 40;

/// The addresses of a model's dashboards.
#[derive(Clone, Debug, Default)]
pub(crate) struct Uids {
    prefix: String,
    overview: String,
    journeys: BTreeMap<String, String>,
    promises: BTreeMap<PromisePath, String>,
}

impl Uids {
    /// Of every journey and promise.
    pub(crate) fn of(model: &Model) -> Self {
        let prefix = &model.settings.grafana.prefix;
        let journeys: Vec<(String, String, String)> = model
            .journeys
            .iter()
            .map(|j| (j.id.clone(), format!("{prefix}-j-{}", dashed(&j.id)), j.id.clone()))
            .collect();
        let promises: Vec<(PromisePath, String, String)> = model
            .promises()
            .map(|(_, p)| {
                let path = &p.path;
                let step = path.step.as_deref().map(|s| format!("-{}", dashed(s))).unwrap_or_default();
                let plain = format!("{prefix}-p-{}{step}-{}", dashed(&path.journey), dashed(&path.promise));
                (path.clone(), plain, path.to_string())
            })
            .collect();
        Self {
            prefix: prefix.clone(),
            overview: format!("{prefix}-overview"),
            journeys: settle(journeys),
            promises: settle(promises),
        }
    }
    /// That of the board of all journeys.
    pub(crate) fn overview(&self) -> &str {
        &self.overview
    }
    /// That of a journey's board.
    pub(crate) fn journey(&self, id: &str) -> &str {
        self.journeys.get(id).map_or("", String::as_str)
    }
    /// What the uids of a journey's promises begin with, where they are [plain](Self::is_plain).
    pub(crate) fn prefix_of_promises(&self, journey: &str) -> String {
        format!("{}-p-{}", self.prefix, dashed(journey))
    }
    /// Is the uid of this promise's board made of its identifiers alone, without a hash?
    pub(crate) fn is_plain(&self, path: &PromisePath) -> bool {
        let step = path.step.as_deref().map(|s| format!("-{}", dashed(s))).unwrap_or_default();
        let plain = format!("{}{step}-{}", self.prefix_of_promises(&path.journey), dashed(&path.promise));
        self.promise(path) == plain
    }
    /// That of a promise's board.
    pub(crate) fn promise(&self, path: &PromisePath) -> &str {
        self.promises.get(path).map_or("", String::as_str)
    }
}

fn dashed(id: &str) -> String {
    id.replace('_', "-")
}

/// Cuts what is too long, and tells apart what would be alike.
fn settle<K: Ord>(list: Vec<(K, String, String)>) -> BTreeMap<K, String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for (_, plain, _) in &list {
        *times.entry(plain.clone()).or_default() += 1;
    }
    let one = |(key, plain, whole): (K, String, String)| {
        let alone = times.get(&plain).is_none_or(|n| *n == 1);
        // An identifier may end with `_`, a Kubernetes name may not end with `-`.
        let fits = alone && plain.len() <= LONGEST && !plain.ends_with('-');
        let uid = if fits { plain } else { hashed(&plain, &whole) };
        (key, uid)
    };
    list.into_iter().map(one).collect()
}

/// The start of it and a hash of the whole.
fn hashed(plain: &str, whole: &str) -> String {
    let head: String = plain.chars().take(LONGEST - 9).collect();
    format!("{}-{:08x}", head.trim_end_matches('-'), hash::short(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_alike() {
        let list = |names: &[&str]| {
            let made = names
                .iter()
                .map(|n| ((*n).to_owned(), format!("slo-p-{}", n.replace(['_', '.'], "-")), (*n).to_owned()));
            settle(made.collect())
        };
        let made = list(&["checkout.pay.accepted"]);
        assert_eq!(made["checkout.pay.accepted"], "slo-p-checkout-pay-accepted");
        let long = format!("checkout.{}.accepted", "a".repeat(40));
        let made = list(&[&long]);
        assert_eq!(made[&long].len(), 40);
        assert!(made[&long].starts_with("slo-p-checkout-aaaa"), "{made:?}");
        let made = list(&["a.b_c.d", "a.b.c_d"]);
        assert_ne!(made["a.b_c.d"], made["a.b.c_d"]);
        assert!(made.values().all(|u| u.len() <= 40 && u.starts_with("slo-p-a-b-c-d-")), "{made:?}");
    }
}
