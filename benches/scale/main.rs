//! `cargo bench --bench scale [-- OPTIONS]`: whole-process time and memory of `slovo` on synthetic projects, beside a
//! Sloth-compatible generator (slokit) on the same promises, run in turn.
//!
//! ```text
//! --promises N,N,..   sizes (default 1000,10000,100000)
//! --runs N            counted runs of each command, after one warm-up (default 5)
//! --slokit PATH       the other generator (default: `slokit` on PATH; without one only slovo is measured)
//! --write FOLDER      only write the project (FOLDER/slovo) and the specs (FOLDER/sloth) of the first size
//! ```
//!
//! `cargo test --benches` runs a small project once, to see that it is still valid.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a benchmark"
)]
#![allow(
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark writes files, prints ratios"
)]

mod measure;
mod project;

use std::path::{Path, PathBuf};

struct Options {
    sizes: Vec<usize>,
    runs: usize,
    slokit: Option<PathBuf>,
    write: Option<PathBuf>,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let bench = args.iter().any(|a| a == "--bench");
    let sizes =
        value("--promises").unwrap_or_else(|| if bench { "1000,10000,100000" } else { "80" }.to_owned());
    let options = Options {
        sizes: sizes.split(',').map(|n| n.parse().expect("--promises takes numbers")).collect(),
        runs: value("--runs")
            .map_or(if bench { 5 } else { 1 }, |n| n.parse().expect("--runs takes a number")),
        slokit: value("--slokit").map(PathBuf::from).or_else(|| on_path("slokit")),
        write: value("--write").map(PathBuf::from),
    };
    if let Some(folder) = &options.write {
        project::write_slovo(&folder.join("slovo"), options.sizes[0]).expect("write");
        project::write_sloth(&folder.join("sloth"), options.sizes[0]).expect("write");
        return;
    }
    println!("{:<44} {:>9} {:>9} {:>9} {:>12}", "command", "wall s", "cpu s", "peak MB", "a second");
    for promises in &options.sizes {
        size(*promises, &options);
    }
    let shop = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/astronomy-shop");
    row("check astronomy-shop", 0, &[Task::slovo("check", &shop)], options.runs);
}

/// A command and what it must end with.
struct Task {
    name: &'static str,
    /// Moved away before each run.
    fresh: Option<PathBuf>,
    program: PathBuf,
    args: Vec<String>,
    folder: PathBuf,
    status: i32,
}

impl Task {
    fn slovo(command: &str, folder: &Path) -> Self {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_slovo"));
        let name = if command == "check" { "slovo check" } else { "slovo build" };
        Self {
            name,
            fresh: None,
            program,
            args: vec![command.to_owned()],
            folder: folder.to_owned(),
            status: 0,
        }
    }
}

fn size(promises: usize, options: &Options) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (slovo, sloth) = (place.path().join("slovo"), place.path().join("sloth"));
    project::write_slovo(&slovo, promises).expect("write");
    let to = |folder: &str| {
        vec!["build".to_owned(), "-o".to_owned(), place.path().join(folder).display().to_string()]
    };
    let first =
        Task { fresh: Some(place.path().join("first")), args: to("first"), ..Task::slovo("build", &slovo) };
    let again = Task { name: "slovo build, unchanged", args: to("again"), ..Task::slovo("build", &slovo) };
    let mut tasks = vec![Task::slovo("check", &slovo), first, again];
    project::write_sloth(&sloth, promises).expect("write");
    if let Some(slokit) = &options.slokit {
        let args = ["generate", "-i", ".", "-o", "../rules.yaml"].map(str::to_owned).to_vec();
        let (name, program) = ("slokit generate", slokit.clone());
        tasks.push(Task { name, fresh: None, program, args, folder: sloth.clone(), status: 0 });
    }
    row(&promises.to_string(), promises, &tasks, options.runs);
    // The way in: the same specs, and ten metrics for each of them.
    let exposition = place.path().join("metrics.txt");
    project::write_metrics(&exposition, promises * 10).expect("write");
    let fresh = |folder: &str| Some(place.path().join(folder));
    let specs = Task {
        name: "slovo import",
        fresh: fresh("imported"),
        args: ["import", ".", "-o", "../imported"].map(str::to_owned).to_vec(),
        // Labels of alerts have no place.
        status: 1,
        ..Task::slovo("build", &sloth)
    };
    row(&format!("{promises} SLOs"), promises, &[specs], options.runs);
    let metrics = Task {
        name: "slovo metrics import",
        args: ["metrics", "import", "metrics.txt"].map(str::to_owned).to_vec(),
        ..Task::slovo("build", place.path())
    };
    row(&format!("{} families", promises * 10), promises * 10, &[metrics], options.runs);
    project::break_one(&slovo, promises).expect("write");
    let broken = Task { status: 1, ..Task::slovo("check", &slovo) };
    row(&format!("{promises}, one file broken"), promises, &[broken], options.runs);
}

/// Runs the tasks in turn, so that a slow moment of the machine hits all of them.
fn row(label: &str, promises: usize, tasks: &[Task], runs: usize) {
    let mut all = vec![Vec::new(); tasks.len()];
    for round in 0..=runs {
        for (task, results) in tasks.iter().zip(&mut all) {
            if let Some(folder) = task.fresh.as_ref().filter(|f| f.exists()) {
                // Moved away and removed at the end: for some seconds after files were removed ext4 looks long for a free
                // inode, and a thousand new files took three seconds of system time.
                std::fs::rename(folder, folder.with_extension(round.to_string())).expect("move");
            }
            let run = measure::once(&task.program, &task.args, &task.folder).expect("run");
            assert_eq!(
                run.status,
                task.status,
                "{} {:?} in {}",
                task.program.display(),
                task.args,
                task.folder.display()
            );
            if round > 0 || runs == 1 {
                results.push(run);
            }
        }
    }
    for (task, results) in tasks.iter().zip(&all) {
        let run = measure::median(results);
        println!(
            "{:<44} {:>9.3} {:>9.3} {:>9.1} {:>12.0}",
            format!("{} ({label})", task.name),
            run.wall,
            run.cpu,
            run.memory as f64 / 1e6,
            promises as f64 / run.wall
        );
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|p| p.is_file())
}
