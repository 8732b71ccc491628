//! An engine's storage that takes samples at any moment, and remembers them: so it can be asked what was recorded, and be
//! cut as a retention cuts it.

use std::collections::BTreeMap;

use super::engine::{Engine, Server};
use super::http::{self, Labels, Series};
use super::remote::{self, Sample};

/// The storage.
pub struct Store {
    engine: Engine,
    server: Server,
    folder: tempfile::TempDir,
    kept: BTreeMap<Labels, Vec<Sample>>,
}

impl Store {
    /// An empty one.
    pub fn new(engine: &Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = engine.start(folder.path());
        Self { engine: engine.clone(), server, folder, kept: BTreeMap::new() }
    }
    /// Writes samples, visible to every query from now on.
    pub fn write(&mut self, list: &[(Labels, Vec<Sample>)]) {
        if list.iter().all(|(_, samples)| samples.is_empty()) {
            return;
        }
        remote::write(self.server.port, list.iter().map(|(l, s)| (l, s.as_slice())));
        self.flush();
        for (labels, samples) in list {
            match self.kept.get_mut(labels) {
                Some(known) => known.extend(samples),
                None => drop(self.kept.insert(labels.clone(), samples.clone())),
            }
        }
    }
    /// Writes native histograms of a series; they are not remembered.
    pub fn histograms(&self, labels: &Labels, list: &[remote::Histogram]) {
        remote::write_histograms(self.server.port, labels, list);
    }
    fn flush(&self) {
        if self.engine.victoria {
            http::send(self.server.port, "GET", "/internal/force_flush", "").unwrap();
        }
    }
    /// Forgets everything before a moment, as the engine's retention does.
    pub fn cut(&mut self, before: i64) {
        for samples in self.kept.values_mut() {
            samples.retain(|s| s.0 >= before);
        }
        self.kept.retain(|_, samples| !samples.is_empty());
        let folder = tempfile::tempdir().unwrap();
        self.server = self.engine.start(folder.path());
        self.folder = folder;
        remote::write(self.server.port, self.kept.iter().map(|(l, s)| (l, s.as_slice())));
        self.flush();
    }
    /// An expression at each step.
    pub fn range(&self, expr: &str, from: i64, to: i64, step: i64) -> Vec<Series> {
        let seconds = |ms: i64| ms as f64 / 1000.0;
        if from == to {
            return http::query(self.server.port, expr, seconds(from));
        }
        http::query_range(self.server.port, expr, seconds(from), seconds(to), seconds(step))
    }
    /// The only value of an expression at a moment; NaN where there is none.
    pub fn value(&self, expr: &str, at: i64) -> f64 {
        http::value(self.server.port, expr, at as f64 / 1000.0)
    }
    /// Series of this name with these labels, and their samples without staleness markers.
    pub fn recorded<'a>(
        &'a self,
        name: &'a str,
        with: &'a [(&'a str, &'a str)],
    ) -> impl Iterator<Item = (&'a Labels, Vec<Sample>)> {
        let has = move |l: &Labels, n: &str, v: &str| l.get(n).is_some_and(|x| x == v);
        self.kept
            .iter()
            .filter(move |(l, _)| has(l, "__name__", name) && with.iter().all(|(n, v)| has(l, n, v)))
            .map(|(l, s)| (l, s.iter().filter(|s| !remote::is_stale(s.1)).copied().collect()))
    }
    /// Every recorded name that begins so.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let names = self.kept.keys().filter_map(|l| l.get("__name__")).filter(|n| n.starts_with(prefix));
        let mut names: Vec<String> = names.cloned().collect();
        names.sort();
        names.dedup();
        names
    }
}
