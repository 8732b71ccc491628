//! Blocks of samples, as promtool makes them.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

use super::super::Failure;
use crate::backend::prometheus::backfill::Layer;
use crate::project::read_plain;
use crate::promql::quote;

/// No `meta.json` is larger.
const LARGEST_META: u64 = 1024 * 1024;

/// How folders are called that blocks are made in.
pub(super) const TEMPORARY: &str = ".slovo-backfill-";
/// How folders are called whose blocks are thrown away.
pub(super) const PROBE: &str = ".slovo-probe-";

/// What is asked of a block's `meta.json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Meta {
    pub(super) min_time: i64,
    /// Just after the last sample.
    pub(super) max_time: i64,
    pub(super) stats: Stats,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats {
    pub(super) num_samples: u64,
}

/// A block that promtool has made.
pub(super) struct Block {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) meta: Meta,
}

/// A folder to make blocks in; in the data folder, so that moving is renaming: the server never sees a half of them.
pub(super) fn folder_in(data: &Path, prefix: &str) -> Result<TempDir, Failure> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir_in(data);
    made.map_err(|e| Failure::io(format!("a folder in `{}` cannot be made", data.display()), &e))
}

/// Blocks in a folder: folders with a `meta.json`.
pub(super) fn blocks_in(folder: &Path) -> Result<Vec<Block>, Failure> {
    let failed = |e: &std::io::Error| Failure::io("promtool's blocks cannot be read", e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| failed(&e))? {
        let path = entry.map_err(|e| failed(&e))?.path();
        if !path.is_dir() {
            continue;
        }
        let text = read_plain(&path.join("meta.json"), LARGEST_META).map_err(|e| failed(&e))?;
        let meta = serde_json::from_str(&text)
            .map_err(|e| Failure::new(format!("`{}` is not as expected: {e}", path.display())))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if !is_name(&name) {
            return Err(Failure::new(format!("promtool made `{name}`, which is not a block's name")));
        }
        found.push(Block { path, name, meta });
    }
    found.sort_by(|a, b| (a.meta.min_time, &a.name).cmp(&(b.meta.min_time, &b.name)));
    Ok(found)
}

/// Is it what blocks are called: a ULID?
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// A stretch of time that a layer's blocks cover, and what is in it.
pub(super) struct Stretch {
    from: i64,
    until: i64,
    pub(super) samples: u64,
}

impl Stretch {
    /// Of blocks in the order of their beginnings: those that reach into each other are one stretch.
    pub(super) fn of(blocks: &[Block]) -> Vec<Self> {
        let mut made: Vec<Self> = Vec::new();
        for Block { meta, .. } in blocks {
            let samples = meta.stats.num_samples;
            match made.last_mut() {
                Some(last) if meta.min_time < last.until => {
                    last.until = last.until.max(meta.max_time);
                    last.samples = last.samples.saturating_add(samples);
                }
                _ => made.push(Self { from: meta.min_time, until: meta.max_time, samples }),
            }
        }
        made
    }
    /// How many samples of the layer's series the server has in it.
    pub(super) fn expr(&self, project: &str, layer: &Layer) -> String {
        count(project, layer, (self.from, self.until - 1))
    }
}

/// How many samples of a layer's series the server has between two moments (milliseconds), both counted in. Name by name: a
/// range function drops the name, and series that differ in nothing else would be one.
pub(super) fn count(project: &str, layer: &Layer, (first, last): (i64, i64)) -> String {
    let (seconds, millis) = (last.div_euclid(1000), last.rem_euclid(1000));
    let range = (last - first + 1).max(1);
    let project = quote(project);
    let one = |name: &String| {
        format!(
            "(sum(count_over_time({name}{{project={project}}}[{range}ms] @ {seconds}.{millis:03})) or vector(0))"
        )
    };
    layer.names.iter().map(one).collect::<Vec<_>>().join(" + ")
}
