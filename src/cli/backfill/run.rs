//! `--run`: makes the blocks of each layer beside the data folder, moves them in, and waits until the server shows them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::super::args::Backfill;
use super::super::screen::Screen;
use super::super::{Failure, plural, test};
use crate::backend::prometheus::backfill::Layer;
use crate::promql::quote;

/// How long the server may take to show new blocks; it looks for them once a minute.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(2);

/// What is asked of a block's `meta.json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    min_time: i64,
    /// Just after the last sample.
    max_time: i64,
    stats: Stats,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    num_samples: u64,
}

/// A block that promtool has made.
struct Block {
    path: PathBuf,
    name: String,
    meta: Meta,
}

pub(super) fn run(
    options: &Backfill,
    project: &str,
    layers: &[Layer],
    screen: &Screen,
) -> Result<(), Failure> {
    test::find(&options.promtool)?;
    let data = &options.output_dir;
    if !data.is_dir() {
        let message = format!("`{}` is no folder", data.display());
        return Err(Failure::new(message).help(
            "`--output-dir` is the data folder of the Prometheus at `--url`: its `--storage.tsdb.path`",
        ));
    }
    refuse_twice(options, project)?;
    let mut written: Vec<String> = Vec::new();
    for (at, layer) in layers.iter().enumerate() {
        let number = format!("layer {} of {}", at + 1, layers.len());
        let progress = screen.progress(&number);
        let made = one(options, project, layer, at + 1 < layers.len(), &mut written);
        drop(progress);
        let blocks = made.map_err(|failure| undo(failure, &written))?;
        screen.say(&format!("{number}: {} ({})", plural(blocks, "block"), layer.names.join(", ")));
    }
    screen.say(&format!(
        "{} from {} to {}; Prometheus shows the last ones within a minute",
        plural(written.len(), "block"),
        options.start,
        options.end
    ));
    Ok(())
}

/// Names the blocks that a run that failed has left.
fn undo(failure: Failure, written: &[String]) -> Failure {
    if written.is_empty() {
        return failure;
    }
    let list = written.join(" ");
    let help = failure.help.clone().map(|h| format!("{h}; ")).unwrap_or_default();
    failure.help(format!("{help}before another try, remove the blocks that are there already: {list}"))
}

/// What is recorded already would be there twice, and counted twice.
fn refuse_twice(options: &Backfill, project: &str) -> Result<(), Failure> {
    let seconds = options.end.as_second() - options.start.as_second();
    let expr = format!(
        "count(count_over_time(promise:events:rate{{project={}}}[{seconds}s] @ {}))",
        quote(project),
        options.end.as_second()
    );
    if ask(options, &expr)? > 0.0 {
        let message = format!(
            "Prometheus has samples of these rules between {} and {}: they would be there twice, and be counted twice",
            options.start, options.end
        );
        return Err(Failure::new(message)
            .help("let `--end` be before the first sample of `promise:events:rate`, or remove the blocks of an earlier backfill"));
    }
    Ok(())
}

/// One layer. Gives the number of its blocks.
fn one(
    options: &Backfill,
    project: &str,
    layer: &Layer,
    wait: bool,
    written: &mut Vec<String>,
) -> Result<usize, Failure> {
    let data = &options.output_dir;
    // In the data folder, so that moving is renaming: the server never sees a half of them.
    let made = tempfile::Builder::new().prefix(".slovo-backfill-").tempdir_in(data);
    let folder =
        made.map_err(|e| Failure::io(format!("a folder in `{}` cannot be made", data.display()), &e))?;
    let rules = folder.path().join("rules.yml");
    test::put(&rules, &layer.text)?;
    let output = Command::new(&options.promtool)
        .args(["tsdb", "create-blocks-from", "rules", "--quiet", "--url", &options.url])
        .args(["--start", &options.start.to_string(), "--end", &options.end.to_string(), "--output-dir"])
        .arg(folder.path())
        .arg(&rules)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::io(format!("`{}` cannot be run", options.promtool), &e))?;
    let said = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat();
    // promtool reports some rules that fail and goes on.
    if !output.status.success() || said.contains("err=") || said.contains("level=error") {
        return Err(Failure::new(format!("promtool cannot backfill a layer: {}", said.trim())));
    }
    let mut blocks = blocks_in(folder.path())?;
    blocks.sort_by_key(|b| b.meta.min_time);
    if blocks.is_empty() {
        return Err(Failure::new(format!("no rule gave a sample: {}", layer.names.join(", "))).help(
            "does the Prometheus at `--url` have samples of your metrics between `--start` and `--end`?",
        ));
    }
    let mut expected = Vec::new();
    if wait {
        for stretch in Stretch::of(&blocks) {
            let expr = stretch.expr(project, layer);
            let before = ask(options, &expr)?;
            expected.push((expr, before + stretch.samples));
        }
    }
    for block in &blocks {
        std::fs::rename(&block.path, data.join(&block.name))
            .map_err(|e| Failure::io(format!("the block `{}` cannot be moved", block.name), &e))?;
        written.push(block.name.clone());
    }
    until_shown(options, &expected)?;
    Ok(blocks.len())
}

/// Blocks in a folder: folders with a `meta.json`.
#[allow(clippy::disallowed_methods, reason = "promtool has made them, in a folder of ours")]
fn blocks_in(folder: &Path) -> Result<Vec<Block>, Failure> {
    let failed = |e: &std::io::Error| Failure::io("promtool's blocks cannot be read", e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| failed(&e))? {
        let path = entry.map_err(|e| failed(&e))?.path();
        let Ok(text) = std::fs::read_to_string(path.join("meta.json")) else { continue };
        let meta = serde_json::from_str(&text)
            .map_err(|e| Failure::new(format!("`{}` is not as expected: {e}", path.display())))?;
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        found.push(Block { path, name, meta });
    }
    Ok(found)
}

/// A stretch of time that a layer's blocks cover, and what is in it.
struct Stretch {
    from: i64,
    until: i64,
    samples: f64,
}

impl Stretch {
    /// Of blocks in the order of their beginnings: those that reach into each other are one stretch.
    fn of(blocks: &[Block]) -> Vec<Self> {
        let mut made: Vec<Self> = Vec::new();
        for Block { meta, .. } in blocks {
            let samples = u32::try_from(meta.stats.num_samples).map_or(f64::MAX, f64::from);
            match made.last_mut() {
                Some(last) if meta.min_time < last.until => {
                    last.until = last.until.max(meta.max_time);
                    last.samples += samples;
                }
                _ => made.push(Self { from: meta.min_time, until: meta.max_time, samples }),
            }
        }
        made
    }
    /// How many samples of the layer's series the server has in it. Name by name: a range function drops the name, and
    /// series that differ in nothing else would be one.
    fn expr(&self, project: &str, layer: &Layer) -> String {
        let last = self.until - 1;
        let (seconds, millis) = (last.div_euclid(1000), last.rem_euclid(1000));
        let range = (self.until - self.from).max(1);
        let project = quote(project);
        let one = |name: &String| {
            format!(
                "(sum(count_over_time({name}{{project={project}}}[{range}ms] @ {seconds}.{millis:03})) or vector(0))"
            )
        };
        layer.names.iter().map(one).collect::<Vec<_>>().join(" + ")
    }
}

/// Waits until the server has so many samples of each stretch. While blocks are moved in, it may find some of them and miss
/// others: a folder is not read at one moment.
fn until_shown(options: &Backfill, expected: &[(String, f64)]) -> Result<(), Failure> {
    let began = Instant::now();
    let mut open = expected.iter().peekable();
    while let Some((expr, samples)) = open.peek() {
        // It may be away for a moment: a restart loads blocks too.
        let last = ask(options, expr);
        if last.as_ref().is_ok_and(|n| n >= samples) {
            open.next();
            continue;
        }
        if began.elapsed() >= PATIENCE {
            let seen = last?;
            let message = format!(
                "the Prometheus at {} doesn't show the new blocks: {seen} of {samples} samples after {} s",
                options.url,
                PATIENCE.as_secs()
            );
            return Err(Failure::new(message)
                .help("is `--output-dir` its data folder, may it read them, and does its retention reach back to `--start`?"));
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// The number that a query gives; 0 where it gives nothing.
fn ask(options: &Backfill, expr: &str) -> Result<f64, Failure> {
    let output = Command::new(&options.promtool)
        .args(["query", "instant", &options.url, expr])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::io(format!("`{}` cannot be run", options.promtool), &e))?;
    if output.status.success() {
        // `{} => 12 @[1790812800]`
        let text = String::from_utf8_lossy(&output.stdout);
        let number = text.split_once("=> ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        return Ok(number.unwrap_or(0.0));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("the Prometheus at {} cannot be asked: {}", options.url, said.trim()))
        .help("`--url` is its address, such as http://localhost:9090"))
}
