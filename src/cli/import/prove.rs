//! `slovo import --prove`: promtool is asked, several objectives at a time.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::backend::proofs::{Wrong, read};
use crate::cli::children;
use crate::cli::screen::Screen;
use crate::cli::temporary::Temporary;
use crate::cli::test::{find, put};
use crate::cli::{Failure, plural};
use crate::import::{CASE, Imported, Target, Trial};

/// Objectives that one promtool tests, one after the other: most of what a single one takes is promtool's start.
const TOGETHER: usize = 16;
/// How long promtool may take for each of them. One takes a tenth of a second.
const EACH: Duration = Duration::from_secs(20);
/// How long all of them may take.
const ALL: Duration = Duration::from_secs(30 * 60);

/// What promtool said of an objective, or why it said nothing.
type Answer = Result<Vec<Wrong>, String>;

/// Proves what can be proven; of the rest the report says why not.
pub(super) fn prove(
    made: &mut Imported,
    target: &Target<'_>,
    promtool: &str,
    screen: &Screen,
) -> Result<(), Failure> {
    let promtool = match find(promtool) {
        Ok(program) => program,
        Err(failure) => {
            let help = failure.help.map(|help| format!("; {help}")).unwrap_or_default();
            made.without_promtool(&format!("{}{help}", failure.message));
            return Ok(());
        }
    };
    let trials = made.trials(target);
    let began = Instant::now();
    let answers = ask_all(&trials, &promtool, began, screen)?;
    for (trial, answer) in trials.iter().zip(answers) {
        made.judge(trial, answer.as_deref().map_err(Clone::clone));
    }
    // What is proven on steady days is looked at on others, one objective of each kind.
    let hours = made.hours(target);
    let answers = ask_all(&hours, &promtool, began, screen)?;
    for (trial, answer) in hours.iter().zip(answers) {
        made.judge(trial, answer.as_deref().map_err(Clone::clone));
    }
    made.proven(target);
    if !trials.is_empty() {
        let seconds = began.elapsed().as_secs_f32();
        screen.say(&format!("held {} against promtool ({seconds:.1} s)", plural(trials.len(), "objective")));
    }
    Ok(())
}

fn ask_all(
    trials: &[Trial],
    promtool: &str,
    began: Instant,
    screen: &Screen,
) -> Result<Vec<Answer>, Failure> {
    if trials.is_empty() {
        return Ok(Vec::new());
    }
    let folder = Temporary::new("slovo-import-", false)?;
    let cores = rayon::current_num_threads().max(1);
    let size = trials.len().div_ceil(cores * 2).clamp(1, TOGETHER);
    let done = AtomicUsize::new(0);
    let batch = |(number, batch): (usize, &[Trial])| -> Result<Vec<Answer>, Failure> {
        let folder = folder.path().join(number.to_string());
        let made = ask(batch, promtool, &folder, began)?;
        let so_far = done.fetch_add(batch.len(), Ordering::Relaxed) + batch.len();
        screen.count(&format!("proving {so_far} of {}", trials.len()), false);
        Ok(made)
    };
    let made: Result<Vec<Vec<Answer>>, Failure> =
        trials.par_chunks(size).enumerate().with_max_len(1).map(batch).collect();
    screen.counted();
    Ok(made?.into_iter().flatten().collect())
}

/// Asks of several; where they take too long together, of each by itself.
fn ask(batch: &[Trial], promtool: &str, folder: &Path, began: Instant) -> Result<Vec<Answer>, Failure> {
    for (number, trial) in batch.iter().enumerate() {
        let own = folder.join(number.to_string());
        std::fs::create_dir_all(&own).map_err(|e| Failure::io("a temporary folder cannot be made", &e))?;
        for (name, text) in &trial.files {
            put(&own.join(name), text)?;
        }
    }
    let all: Vec<usize> = (0..batch.len()).collect();
    if let Some(said) = run(&all, promtool, folder, began)? {
        return Ok(all.iter().map(|number| answer(&said, *number)).collect());
    }
    let late = || format!("promtool needs more than {} s", EACH.as_secs());
    let one = |number: &usize| {
        let said = if batch.len() > 1 { run(&[*number], promtool, folder, began)? } else { None };
        Ok(said.map_or_else(|| Err(late()), |said| answer(&said, *number)))
    };
    all.iter().map(one).collect()
}

/// Runs promtool on some of a folder's trials. `None`: it takes too long.
fn run(numbers: &[usize], promtool: &str, folder: &Path, began: Instant) -> Result<Option<String>, Failure> {
    let failed = |e: &std::io::Error| Failure::io(format!("`{promtool}` cannot be run"), e);
    let into = folder.join(format!("said-{}", numbers.first().copied().unwrap_or_default()));
    // What fails goes to standard error, the rest to standard output: in one file they stand in their order.
    let file = File::create(&into).map_err(|e| failed(&e))?;
    let also = file.try_clone().map_err(|e| failed(&e))?;
    let mut command = children::within(promtool, folder).map_err(|e| failed(&e))?;
    command
        .args(["test", "rules"])
        .args(numbers.iter().map(|number| format!("{number}/{CASE}")))
        .env("GOGC", "400")
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(also);
    let limit = EACH.saturating_mul(u32::try_from(numbers.len()).unwrap_or(1));
    let limit = limit.min(ALL.saturating_sub(began.elapsed()));
    if children::run(&mut command, limit).map_err(|e| failed(&e))?.is_none() {
        return Ok(None);
    }
    let said = children::said(&into).map_err(|e| failed(&e))?;
    Ok(Some(said))
}

/// What promtool said of one of its files.
fn answer(said: &str, number: usize) -> Answer {
    let head = format!("Unit Testing:  {number}/{CASE}");
    let Some((_, own)) = said.split_once(&head) else {
        let words: Vec<&str> = said.split_whitespace().collect();
        let said: String = words.join(" ").chars().take(200).collect();
        let colon = if said.is_empty() { "nothing of it" } else { "only: " };
        return Err(format!("promtool says {colon}{said}"));
    };
    let own = own.split("Unit Testing:").next().unwrap_or(own);
    if own.trim() == "SUCCESS" {
        return Ok(Vec::new());
    }
    Ok(read(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_by_file() {
        let said = "Unit Testing:  0/case.yml\n  SUCCESS\n\nUnit Testing:  1/case.yml\n  FAILED:\n    expr: \"x # p: by the source [0.0]\", time: 1h30m,\n        \
                    exp: nil\n        got: {} 2E-01\n\n\nUnit Testing:  10/case.yml\n  FAILED:\n    expr: \"x # p: by the rules [0.1]\", time: 1h30m, err: many\n\n";
        assert_eq!(answer(said, 0), Ok(Vec::new()));
        let one = answer(said, 1).unwrap();
        assert_eq!((one[0].check, one[0].got.as_str()), (Some(0), "{} 2E-01"));
        let ten = answer(said, 10).unwrap();
        assert_eq!((ten[0].check, ten[0].got.as_str()), (Some(1), "many"));
        assert!(answer(said, 2).is_err());
    }
}
