//! `slovo test`: proves the rules with promtool, and says in the language's terms what does not hold.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::json;

use super::args::Test;
use super::screen::{Screen, for_people};
use super::temporary::Temporary;
use super::{Failure, Outcome, Status, alert_texts, check, children, counted, load, plural, status_of};
use crate::backend::proofs::{Check, Proofs, Pruned, RuleFiles, Suite, Wrong, prove, read};
use crate::backend::rule_file;
use crate::config::{nearest, rules};
use crate::diag::render::plain_json;
use crate::ir::{Model, Origin};
use crate::rules::RuleSet;

/// What did not hold.
struct Failed<'p> {
    job: &'p Job<'p>,
    /// None: the rules could not be evaluated at all.
    check: Option<&'p Check>,
    wrong: Wrong,
}

pub(super) fn run(options: &Test, start: &Path, screen: &Screen) -> Outcome {
    let project = load(start, &options.wishes);
    let mut compiled = project.compile();
    let Some(mut model) = compiled.model.take() else {
        check::show(&project, &compiled, screen);
        screen.say(&format!("{}; nothing was tested", counted(&compiled.diagnostics)));
        return Ok(status_of(&compiled.diagnostics));
    };
    let (_, texts) = rules(&project.config.outputs).unzip();
    alert_texts::fill(&project, &mut model, texts.flatten())?;
    let promtool = find(&options.promtool)?;
    let proofs = wanted(prove(&model), &options.promises, &model)?;
    let began = Instant::now();
    let folder = Temporary::new("slovo-test-", options.keep)?;
    let playable = model.playable();
    if options.keep {
        write_rules(&playable, folder.path())?;
        screen.say(&format!("rules and tests are kept in {}", folder.path().display()));
    }
    let jobs = jobs(&proofs, crate::rules::all(&playable));
    let results = run_all(&jobs, (&promtool, options.progress), folder.path(), screen)?;
    let unsteady: Vec<&str> =
        jobs.iter().zip(&results).filter(|(_, answer)| answer.unsteady).map(|(job, _)| job.title()).collect();
    let failed: Vec<Failed<'_>> = jobs
        .iter()
        .zip(results)
        .flat_map(|(job, answer)| answer.wrong.into_iter().map(move |wrong| (job, wrong)))
        .map(|(job, wrong)| Failed {
            job,
            check: wrong.check.and_then(|n| job.piece.case.checks.get(n)),
            wrong,
        })
        .collect();
    let checks: usize = proofs.suites.iter().flat_map(|s| &s.cases).map(|c| c.checks.len()).sum();
    if options.json() {
        Screen::out(&plain_json(&as_json(&model, &proofs, (&failed, &unsteady), checks)))?;
    } else {
        for one in &failed {
            Screen::err(&for_people(&as_text(&model, one)));
        }
        for title in &unsteady {
            screen.say(&format!("promtool gave two answers to \"{title}\"; the second counts"));
        }
        for one in &proofs.unproved {
            screen.say(&format!("not proved: {} ({}): {}", one.promise, model.place(one.origin), one.why));
        }
        let promises: BTreeSet<_> =
            proofs.suites.iter().flat_map(|s| &s.cases).flat_map(|c| &c.checks).map(|c| &c.promise).collect();
        let seconds = began.elapsed().as_secs_f32();
        let tested = format!("{} of {}", plural(checks, "check"), plural(promises.len(), "promise"));
        screen.say(&match failed.len() {
            0 => format!("{tested}: all hold ({seconds:.1} s)"),
            n => format!("{tested}: {n} failed ({seconds:.1} s)"),
        });
    }
    Ok(if failed.is_empty() { Status::Fine } else { Status::Mistakes })
}

/// So long a program may take to say its version.
const ANSWERS: Duration = Duration::from_secs(20);
/// So long promtool may take for one case.
const ENDS: Duration = Duration::from_secs(60 * 60);

/// Is promtool there?
/// Each runs in a folder of its own, so a path is made absolute.
pub(super) fn find(promtool: &str) -> Result<String, Failure> {
    let path = Path::new(promtool);
    let below = path.components().count() > 1 || promtool.starts_with('.');
    let program = std::path::absolute(path).ok().filter(|_| below).unwrap_or_else(|| path.to_owned());
    let program = program.to_string_lossy().into_owned();
    let mut asked = Command::new(&program);
    asked.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match children::run(&mut asked, ANSWERS) {
        Ok(Some(status)) if status.success() => Ok(program),
        Ok(None) => Err(Failure::new(format!(
            "`{promtool} --version` says nothing for {} seconds",
            ANSWERS.as_secs()
        ))),
        Ok(Some(_)) => Err(Failure::new(format!("`{promtool} --version` fails"))),
        Err(error) => {
            let message = format!("`{promtool}` cannot be run: {}", error.to_string().to_lowercase());
            Err(Failure::new(message).help(
                "promtool comes with Prometheus: `apt-get install prometheus` on Debian and Ubuntu, `brew install prometheus` on macOS, or the \
                 archive from prometheus.io/download; `--promtool PATH` says where it is",
            ))
        }
    }
}

/// The proofs of what was asked for: promises, steps or journeys by their paths; all where nothing was.
fn wanted(mut proofs: Proofs, asked: &[String], model: &Model) -> Result<Proofs, Failure> {
    if asked.is_empty() {
        return Ok(proofs);
    }
    let paths: Vec<String> = model.promises().map(|(_, p)| p.path.to_string()).collect();
    let covers = |asked: &str, path: &str| {
        path.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    for name in asked {
        if !paths.iter().any(|p| covers(name, p)) {
            let failure = Failure::new(format!("there is no promise `{name}`"));
            return Err(match nearest(name, paths.iter().map(String::as_str)) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("`slovo explain` lists the promises"),
            });
        }
    }
    let asked_for = |path: &str| asked.iter().any(|a| covers(a, path));
    for suite in &mut proofs.suites {
        for case in &mut suite.cases {
            case.checks.retain(|c| asked_for(&c.promise.to_string()));
        }
        suite.cases.retain(|c| !c.checks.is_empty());
    }
    proofs.unproved.retain(|u| asked_for(&u.promise.to_string()));
    Ok(proofs)
}

#[allow(clippy::disallowed_methods, reason = "a temporary folder of our own")]
pub(super) fn put(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|e| Failure::io(format!("`{}` cannot be written", path.display()), &e))
}

/// Writes all rules, for those who keep them.
fn write_rules(model: &Model, folder: &Path) -> Result<(), Failure> {
    for artifact in rule_file::plain(model) {
        put(&folder.join(&artifact.path), &artifact.text)?;
    }
    Ok(())
}

/// A piece of a case to run, with the rules and series that its checks read.
struct Job<'p> {
    suite: &'p Suite,
    /// The number of the case in its suite.
    case: usize,
    piece: Pruned,
}

impl Job<'_> {
    fn title(&self) -> &str {
        &self.piece.case.title
    }
}

/// What promtool said of a case.
#[derive(Debug, Default)]
struct Answer {
    /// What did not hold.
    wrong: Vec<Wrong>,
    /// Asked again, it said something else.
    unsteady: bool,
}

fn jobs<'p>(proofs: &'p Proofs, rules: Vec<(String, RuleSet)>) -> Vec<Job<'p>> {
    let files = RuleFiles::of(rules);
    let cases: Vec<(&Suite, usize)> =
        proofs.suites.iter().flat_map(|s| (0..s.cases.len()).map(move |c| (s, c))).collect();
    let one = |&(suite, case): &(&'p Suite, usize)| -> Vec<Job<'p>> {
        let Some(whole) = suite.cases.get(case) else { return Vec::new() };
        let pieces = files.pieces(&suite.journeys, whole, suite.every);
        pieces.into_iter().map(|piece| Job { suite, case, piece }).collect()
    };
    cases.par_iter().flat_map_iter(one).collect()
}

/// What cases gave, by their numbers.
type Numbered = Vec<(usize, Answer)>;

/// How far the proofs are. It goes to standard error only, so that what is printed otherwise stays the same.
struct Progress {
    began: Instant,
    cases: usize,
    weight: u64,
    /// What each case has beside its own weight.
    each: u64,
    /// Also where nobody looks at a terminal: a line each tenth.
    lines: bool,
    done: Mutex<(usize, u64)>,
}

impl Progress {
    fn new(jobs: &[Job<'_>], lines: bool) -> Self {
        // Starting promtool takes its time too, whatever it is to do: as long as a case of mean weight, roughly.
        let weight: u64 = jobs.iter().map(|j| j.piece.weight).sum();
        let each = weight / u64::try_from(jobs.len().max(1)).unwrap_or(1);
        Self {
            began: Instant::now(),
            cases: jobs.len(),
            weight: weight.saturating_mul(2),
            each,
            lines,
            done: Mutex::default(),
        }
    }
    /// Another one is done.
    fn tell(&self, weight: u64, screen: &Screen) {
        let Ok(mut done) = self.done.lock() else { return };
        let tenth = |weight: u64| weight.saturating_mul(10) / self.weight.max(1);
        let before = tenth(done.1);
        done.0 += 1;
        done.1 = done.1.saturating_add(weight).saturating_add(self.each);
        let text = proving((done.0, self.cases), (done.1, self.weight), self.began.elapsed());
        screen.count(&text, self.lines && tenth(done.1) > before);
    }
}

/// How many are done, and how long the rest will take if it goes on like this. The first ones say little of the others.
fn proving((done, of): (usize, usize), (weight, all): (u64, u64), taken: Duration) -> String {
    let left = all.saturating_sub(weight);
    let millis = taken.as_millis().saturating_mul(u128::from(left)) / u128::from(weight.max(1));
    let told = weight.saturating_mul(20) >= all && taken >= Duration::from_secs(1) && left > 0;
    if !told {
        return format!("proving {done} of {of}");
    }
    let about = match millis.div_ceil(1_000) {
        seconds @ ..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    };
    format!("proving {done} of {of}, about {about} left")
}

/// Runs all cases, those that take long first, so that no core waits for the last one.
fn run_all(
    jobs: &[Job<'_>],
    (promtool, lines): (&str, bool),
    folder: &Path,
    screen: &Screen,
) -> Result<Vec<Answer>, Failure> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|n| std::cmp::Reverse(jobs.get(*n).map_or(0, |j| j.piece.weight)));
    let next = AtomicUsize::new(0);
    let progress = Progress::new(jobs, lines);
    // Each takes the next one when it is free.
    let worker = |_| {
        let mut made = Vec::new();
        while let Some(number) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(job) = jobs.get(*number) {
                made.push((*number, ask(promtool, &folder.join(number.to_string()), job)?));
                progress.tell(job.piece.weight, screen);
            }
        }
        Ok(made)
    };
    let made: Result<Vec<Numbered>, Failure> =
        (0..rayon::current_num_threads()).into_par_iter().with_max_len(1).map(worker).collect();
    screen.counted();
    let mut made: Numbered = made?.into_iter().flatten().collect();
    made.sort_by_key(|(number, _)| *number);
    Ok(made.into_iter().map(|(_, answer)| answer).collect())
}

/// Runs one piece in a folder of its own. What fails is asked once more: promtool's storage compacts blocks behind the back of
/// the query, and once in some thousand cases of a month's samples a series is missing. A wrong rule fails both times.
fn ask(promtool: &str, folder: &Path, job: &Job<'_>) -> Result<Answer, Failure> {
    std::fs::create_dir_all(folder).map_err(|e| Failure::io("a temporary folder cannot be made", &e))?;
    for (journey, text) in &job.piece.files {
        put(&folder.join(format!("{journey}.yml")), text)?;
    }
    put(&folder.join("case.yml"), &job.suite.text_of_case("", job.case, &job.piece.case))?;
    let first = once(promtool, folder)?;
    if first.is_empty() {
        return Ok(Answer::default());
    }
    let wrong = once(promtool, folder)?;
    Ok(Answer { unsteady: wrong != first, wrong })
}

/// Runs the case in a folder: what did not hold.
fn once(promtool: &str, folder: &Path) -> Result<Vec<Wrong>, Failure> {
    let failed = |e: &std::io::Error| Failure::io(format!("`{promtool}` cannot be run"), e);
    let into = folder.join("said");
    let run = || {
        // What fails goes to standard error, the rest to standard output: in one file they stand in their order.
        let file = File::create(&into)?;
        let mut command = children::within(promtool, folder)?;
        command
            .args(["test", "rules", "case.yml"])
            .env("GOGC", "400") // a sixth less time for a few megabytes
            .stdin(Stdio::null())
            .stderr(file.try_clone()?)
            .stdout(file);
        children::run(&mut command, ENDS)
    };
    let Some(status) = run().map_err(|e| failed(&e))? else {
        return Err(Failure::new(format!("`{promtool}` needs more than an hour for a case")));
    };
    let said = children::said(&into).map_err(|e| failed(&e))?;
    if status.success() {
        // A program that does nothing succeeds, too.
        return if said.contains("SUCCESS") {
            Ok(Vec::new())
        } else {
            Err(Failure::new(format!(
                "`{promtool} test rules` does not say that the rules hold, though it succeeds"
            ))
            .help("is it promtool? It says SUCCESS where every check holds"))
        };
    }
    if said.trim().is_empty() {
        return Err(Failure::new(format!("`{promtool}` ended without a word: {status}")));
    }
    Ok(read(&said))
}

/// `path:line`
fn place(model: &Model, origin: Origin) -> (String, u32) {
    let path = model.files.0.get(origin.span.file.0 as usize).map_or("?", String::as_str);
    (path.to_owned(), origin.line)
}

fn as_text(model: &Model, failed: &Failed<'_>) -> String {
    let title = failed.job.title();
    let Some(check) = failed.check else {
        return format!(
            "failed: the rules of {} can't be evaluated\n  while playing \"{title}\"\n  {}\n\n",
            failed.job.suite.journeys.join(", "),
            failed.wrong.got.replace('\n', "\n  ")
        );
    };
    let (path, line) = place(model, check.origin);
    format!(
        "failed: {}: {}\n  --> {path}:{line}\n  {} into \"{title}\"\n  expected: {}\n       got: {}\n  query: {}\n\n",
        check.promise,
        check.says,
        check.at,
        failed.wrong.expected.replace('\n', "\n            "),
        failed.wrong.got.replace('\n', "\n            "),
        check.expr
    )
}

fn as_json(
    model: &Model,
    proofs: &Proofs,
    (failed, unsteady): (&[Failed<'_>], &[&str]),
    checks: usize,
) -> String {
    let failures: Vec<_> = failed
        .iter()
        .map(|f| {
            let (path, line) = f.check.map_or_else(Default::default, |c| place(model, c.origin));
            json!({
                "promise": f.check.map(|c| c.promise.to_string()),
                "journeys": f.job.suite.journeys,
                "file": path,
                "line": line,
                "says": f.check.map(|c| c.says.as_str()),
                "story": f.job.title(),
                "at": f.check.map(|c| c.at.to_string()),
                "query": f.check.map(|c| c.expr.as_str()),
                "expected": f.wrong.expected,
                "got": f.wrong.got,
            })
        })
        .collect();
    let unproved: Vec<_> = proofs
        .unproved
        .iter()
        .map(|u| {
            let (path, line) = place(model, u.origin);
            json!({"promise": u.promise.to_string(), "file": path, "line": line, "why": u.why})
        })
        .collect();
    let all = json!({"checks": checks, "failures": failures, "unproved": unproved, "unsteady": unsteady});
    format!("{all:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_estimated() {
        let told = |done, weight, seconds| proving((done, 90), (weight, 1_000), Duration::from_secs(seconds));
        assert_eq!(told(1, 10, 5), "proving 1 of 90");
        assert_eq!(told(3, 250, 10), "proving 3 of 90, about 30 s left");
        assert_eq!(told(3, 100, 30), "proving 3 of 90, about 5 min left");
        assert_eq!(told(90, 1_000, 60), "proving 90 of 90");
    }
}
