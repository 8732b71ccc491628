//! `--run`: makes the blocks of each layer beside the data folder, moves them in, and waits until the server shows them.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::super::args::Backfill;
use super::super::screen::Screen;
use super::super::{Failure, plural, test};
use super::blocks::{Stretch, TEMPORARY, blocks_in, folder_in};
use super::moments::{Regrouped, safe_name};
use super::promtool::create_blocks;
use super::question::{Server, Unanswered};
use super::record::Record;
use crate::backend::prometheus::backfill::Layer;
use crate::promql::quote;
use crate::series::{EVENTS, EVENTS_5M};

/// How long the server may take to show new blocks; it looks for them once a minute.
const PATIENCE: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_secs(2);
/// How often a layer is made before its failure counts.
const ATTEMPTS: u32 = 3;

pub(super) fn run(
    options: &Backfill,
    project: &str,
    layers: &[Layer],
    regrouped: &Regrouped,
    screen: &Screen,
) -> Result<(), Failure> {
    test::find(&options.promtool)?;
    let server = Server::of(options)?;
    let mut record = Record::open(&options.output_dir)?;
    record.refuse_interrupted()?;
    refuse_twice(options, &server, project)?;
    let name = safe_name(options, regrouped)?;
    record.begin(format!("{project} {} {}", options.start, options.end), &options.url)?;
    for (at, (layer, text)) in layers.iter().zip(&regrouped.texts).enumerate() {
        let number = format!("layer {} of {}", at + 1, layers.len());
        let progress = screen.progress(&number);
        let wait = at + 1 < layers.len();
        let made = one((options, &server), project, (layer, text, &name), wait, &mut record);
        drop(progress);
        let blocks = made.map_err(|failure| left(failure, &record))?;
        screen.say(&format!("{number}: {} ({})", plural(blocks, "block"), layer.names.join(", ")));
    }
    record.done()?;
    screen.say(&format!(
        "{} from {} to {}; Prometheus shows the last ones within a minute",
        plural(record.runs.last().map_or(0, |run| run.blocks.len()), "block"),
        options.start,
        options.end
    ));
    Ok(())
}

/// Names the blocks that a run that failed has left.
fn left(failure: Failure, record: &Record) -> Failure {
    let blocks = record.runs.last().map_or(0, |run| run.blocks.len());
    if blocks == 0 {
        return failure;
    }
    let help = failure.help.clone().map(|h| format!("{h}; ")).unwrap_or_default();
    failure.help(format!(
        "{help}before another try, stop Prometheus and take out the {} that are there already: `slovo backfill --undo`",
        plural(blocks, "block")
    ))
}

/// What is recorded already would be there twice, and counted twice.
fn refuse_twice(options: &Backfill, server: &Server, project: &str) -> Result<(), Failure> {
    let seconds = options.end.as_second() - options.start.as_second();
    // Roll-ups of any version of these rules: budgets are made of them.
    let there = |series: &str| {
        let (project, end) = (quote(project), options.end.as_second());
        format!("count(count_over_time({series}{{project={project}}}[{seconds}s] @ {end}))")
    };
    let expr = format!("{} or {}", there(EVENTS), there(EVENTS_5M));
    if server.ask(&expr)?.is_some_and(|series| series > 0) {
        let message = format!(
            "Prometheus has samples of these rules between {} and {}: they would be there twice, and be counted twice",
            options.start, options.end
        );
        return Err(Failure::new(message).help(
            "let `--end` be before the first sample of `promise:events:roll5m`, or take out an earlier backfill with `--undo`",
        ));
    }
    Ok(())
}

/// One layer. Gives the number of its blocks.
fn one(
    (options, server): (&Backfill, &Server),
    project: &str,
    (layer, text, name): (&Layer, &str, &str),
    wait: bool,
    record: &mut Record,
) -> Result<usize, Failure> {
    let data = &options.output_dir;
    // Dropped at the end, and what is left in it with it.
    let folder = make(options, server, name, text)?;
    let blocks = blocks_in(folder.path())?;
    if blocks.is_empty() {
        return Err(Failure::new(format!("no rule gave a sample: {}", layer.names.join(", "))).help(
            "does the Prometheus at `--url` have samples of your metrics between `--start` and `--end`?",
        ));
    }
    let mut expected = Vec::new();
    if wait {
        for stretch in Stretch::of(&blocks) {
            let expr = stretch.expr(project, layer);
            let before = patiently(|| server.count(&expr))?;
            expected.push((expr, before.saturating_add(stretch.samples)));
        }
    }
    record.blocks(blocks.iter().map(|block| block.name.as_str()))?;
    for block in &blocks {
        std::fs::rename(&block.path, data.join(&block.name))
            .map_err(|e| Failure::io(format!("the block `{}` cannot be moved", block.name), &e))?;
    }
    until_shown(server, options, &expected)?;
    Ok(blocks.len())
}

/// A folder with the blocks of a layer. A server that goes away meanwhile is waited for: then the layer is made again, since
/// what promtool has made until then is not whole.
fn make(options: &Backfill, server: &Server, name: &str, text: &str) -> Result<TempDir, Failure> {
    let range = (options.start.to_string(), options.end.to_string());
    let mut left = ATTEMPTS;
    loop {
        let folder = folder_in(&options.output_dir, TEMPORARY)?;
        test::put(&folder.path().join(name), text)?;
        left -= 1;
        match create_blocks(options, folder.path(), name, (&range.0, &range.1)) {
            Ok(()) => return Ok(folder),
            Err(failure) if left == 0 => return Err(failure),
            Err(_) => {
                std::thread::sleep(PAUSE);
                patiently(|| server.ask("vector(1)"))?;
            }
        }
    }
}

/// Asks until the server is there.
fn patiently<T>(mut question: impl FnMut() -> Result<T, Unanswered>) -> Result<T, Unanswered> {
    let began = Instant::now();
    loop {
        match question() {
            Err(Unanswered::Away(_)) if began.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            answer => return answer,
        }
    }
}

/// Waits until the server has so many samples of each stretch. While blocks are moved in, it may find some of them and miss
/// others: a folder is not read at one moment.
fn until_shown(server: &Server, options: &Backfill, expected: &[(String, u64)]) -> Result<(), Failure> {
    let began = Instant::now();
    let mut open = expected.iter().peekable();
    while let Some((expr, samples)) = open.peek() {
        // It may be away for a moment: a restart loads blocks too.
        let last = match server.count(expr) {
            Ok(seen) if seen >= *samples => {
                open.next();
                continue;
            }
            Err(Unanswered::Unreadable(failure)) => return Err(failure),
            other => other,
        };
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
