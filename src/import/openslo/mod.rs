//! OpenSLO: `openslo/v1`, `openslo/v1alpha`, `openslo.com/v2alpha` and the custom resources `openslo.com/v1`. Objects refer to each
//! other by name, across files: they are collected first, and read when all are there.

mod alerts;
mod indicator;
mod slo;
mod source;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use super::Read;
use super::objective::{Place, Tool};
use super::reader::{Reader, find, short, word};
use super::report::Finding;
use crate::config::tree::Node;
use crate::source::SourceMap;

/// The kinds of objects that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Slo,
    Sli,
    Service,
    DataSource,
    AlertPolicy,
    AlertCondition,
    AlertNotificationTarget,
}

impl Kind {
    fn find(word: &str) -> Option<Self> {
        [
            Kind::Slo,
            Kind::Sli,
            Kind::Service,
            Kind::DataSource,
            Kind::AlertPolicy,
            Kind::AlertCondition,
            Kind::AlertNotificationTarget,
        ]
        .into_iter()
        // The custom resource of a data source is a `Datasource`.
        .find(|kind| kind.as_str().eq_ignore_ascii_case(word))
    }
    fn as_str(self) -> &'static str {
        match self {
            Kind::Slo => "SLO",
            Kind::Sli => "SLI",
            Kind::Service => "Service",
            Kind::DataSource => "DataSource",
            Kind::AlertPolicy => "AlertPolicy",
            Kind::AlertCondition => "AlertCondition",
            Kind::AlertNotificationTarget => "AlertNotificationTarget",
        }
    }
}

/// Which version an object is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    V1Alpha,
    V1,
    V2Alpha,
}

impl Version {
    fn find(word: &str) -> Option<Self> {
        Some(match word {
            "openslo/v1alpha" => Version::V1Alpha,
            "openslo/v1" | "openslo.com/v1" => Version::V1,
            "openslo.com/v2alpha" | "openslo/v2alpha" => Version::V2Alpha,
            _ => return None,
        })
    }
}

/// An object of the input.
#[derive(Debug)]
pub(super) struct Object {
    kind: Kind,
    version: Version,
    name: String,
    place: Place,
    node: Node,
}

/// All objects of an input.
#[derive(Debug, Default)]
pub(super) struct Objects {
    list: Vec<Object>,
    by_name: BTreeMap<(Kind, String), usize>,
}

/// Collects an object; `false`: it is none of OpenSLO's.
pub(super) fn collect(document: &Node, sources: &SourceMap, read: &mut Read) -> bool {
    let Some(version) = word(document, "apiVersion").and_then(Version::find) else { return false };
    let Some(kind) = word(document, "kind").and_then(Kind::find) else { return false };
    let mut reader = Reader { tool: Tool::OpenSlo, sources, read };
    let name = find(document, "metadata").and_then(|m| reader.text(m, "name"));
    let Some(name) = name else {
        reader.refuse(document, kind.as_str(), "it has no `metadata.name`");
        return true;
    };
    let key = (kind, name.text.clone());
    let objects = &mut read.openslo;
    objects.by_name.entry(key).or_insert(objects.list.len());
    objects.list.push(Object { kind, version, name: name.text, place: name.place, node: document.clone() });
    true
}

/// Reads what was collected.
pub(super) fn finish(sources: &SourceMap, read: &mut Read) {
    let objects = std::mem::take(&mut read.openslo);
    let mut used = BTreeSet::new();
    let mut cx = Cx {
        reader: Reader { tool: Tool::OpenSlo, sources, read },
        objects: &objects,
        used: &mut used,
        told: BTreeSet::new(),
        doubled: None,
    };
    for object in objects.list.iter().filter(|o| o.kind == Kind::Slo) {
        slo::read(&mut cx, object);
    }
    for (at, object) in objects.list.iter().enumerate().filter(|(_, o)| o.kind != Kind::Slo) {
        let (kind, name) = (object.kind.as_str(), short(&object.name));
        let first = objects.by_name.get(&(object.kind, object.name.clone())).copied().unwrap_or(at);
        let place = object.place.clone();
        if first != at && used.contains(&first) {
            let taken = objects.list.get(first).map(|o| o.place.to_string()).unwrap_or_default();
            let text = format!("`{kind}` `{name}` is written twice; that of {taken} is taken");
            read.findings.push(Finding { place, text });
        } else if !used.contains(&at) {
            let text = format!("not imported: `{kind}` `{name}`, which no SLO of the input uses");
            read.passed_over.push(Finding { place, text });
        }
    }
}

/// What reading an SLO needs.
struct Cx<'c, 'r> {
    reader: Reader<'r>,
    objects: &'c Objects,
    used: &'c mut BTreeSet<usize>,
    /// Objects whose keys were looked at.
    told: BTreeSet<usize>,
    /// An object that was used has a key twice: where, and what is wrong.
    doubled: Option<(Place, String)>,
}

impl<'c> Cx<'c, '_> {
    /// An object by its name.
    fn object(&mut self, kind: Kind, name: &str) -> Option<&'c Object> {
        let at = *self.objects.by_name.get(&(kind, name.to_owned()))?;
        self.used.insert(at);
        let object = self.objects.list.get(at)?;
        self.doubled = self.doubled.take().or_else(|| self.reader.doubled(&object.node, ""));
        Some(object)
    }
    /// Is it the first time that this object is read?
    fn first_time(&mut self, object: &Object) -> bool {
        let at = self.objects.by_name.get(&(object.kind, object.name.clone()));
        at.is_some_and(|at| self.told.insert(*at))
    }
    /// The name that was most likely meant.
    fn near(&self, kind: Kind, name: &str) -> String {
        let names = self.objects.by_name.keys().filter(|(k, _)| *k == kind).map(|(_, n)| n.as_str());
        crate::config::nearest(name, names)
            .map(|near| format!("; `{}` is meant?", short(near)))
            .unwrap_or_default()
    }
}

/// The keys of every object, and of its metadata.
fn known_head(reader: &mut Reader<'_>, object: &Object) {
    let what = format!("the object `{}`", short(&object.name));
    reader.known(&object.node, &what, &["apiVersion", "kind", "metadata", "spec", "status"]);
    if let Some(metadata) = find(&object.node, "metadata") {
        // Kubernetes adds what it needs for itself.
        let own = ["name", "displayName", "labels", "annotations"];
        let kubernetes = [
            "namespace",
            "creationTimestamp",
            "uid",
            "resourceVersion",
            "generation",
            "managedFields",
            "finalizers",
            "ownerReferences",
        ];
        reader.known(metadata, "`metadata`", &[&own[..], &kubernetes[..]].concat());
    }
}
