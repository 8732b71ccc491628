//! One repository often holds the same objects for several clusters: they have one name, and a label tells them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Read;
use super::super::objective::{Objective, Said};

/// Labels that say where an object belongs, the plainest first.
const PLACES: [&str; 7] = ["cluster", "instance", "environment", "env", "stage", "region", "tenant"];

/// An objective with the labels of its object.
#[derive(Debug)]
pub(in crate::import) struct Labelled {
    /// Its number among all objectives.
    pub(super) at: usize,
    pub(super) labels: Vec<(String, Said)>,
}

impl Labelled {
    fn value(&self, key: &str) -> Option<&str> {
        let word = |k: &str| k.strip_prefix(super::PREFIX).unwrap_or(k) == key;
        self.labels.iter().find(|(k, _)| word(k)).map(|(_, said)| said.text.as_str())
    }
}

/// Gives objects of one service and one name a journey for each place.
pub(in crate::import) fn tell_apart(read: &mut Read) {
    let labelled = std::mem::take(&mut read.pyrra);
    let mut services: BTreeMap<String, Vec<&Labelled>> = BTreeMap::new();
    for one in &labelled {
        if let Some(objective) = read.objectives.get(one.at) {
            services.entry(objective.service.name.text.clone()).or_default().push(one);
        }
    }
    for members in services.values() {
        let Some(key) = telling(members, &read.objectives) else { continue };
        for one in members {
            let (Some(value), Some(objective)) = (one.value(key), read.objectives.get_mut(one.at)) else {
                continue;
            };
            let service = &mut objective.service.name.text;
            service.push(' ');
            service.push_str(value);
        }
        let text = format!(
            "objects of one name are told apart by their label `{key}`: each of its values is a journey of its own"
        );
        if !read.assumed.contains(&text) {
            read.assumed.push(text);
        }
    }
}

/// The label by which all members of one name differ, where some have one name.
fn telling(members: &[&Labelled], objectives: &[Objective]) -> Option<&'static str> {
    let mut names: BTreeMap<&str, Vec<&Labelled>> = BTreeMap::new();
    for one in members {
        names.entry(&objectives.get(one.at)?.name.text).or_default().push(one);
    }
    names.retain(|_, same| same.len() > 1);
    if names.is_empty() {
        return None;
    }
    PLACES.into_iter().find(|key| {
        names.values().all(|same| {
            let values: BTreeSet<&str> = same.iter().filter_map(|one| one.value(key)).collect();
            values.len() == same.len()
        })
    })
}
