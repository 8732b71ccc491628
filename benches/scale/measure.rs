//! A command as a whole process: wall, processor time and peak memory as the operating system accounts them.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use wait4::Wait4;

/// One run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) memory: u64,
    pub(crate) status: i32,
}

/// Runs it in a folder, its output thrown away.
pub(crate) fn once(program: &Path, args: &[String], folder: &Path) -> io::Result<Run> {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let ended = command.spawn()?.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    let cpu = (ended.rusage.utime + ended.rusage.stime).as_secs_f64();
    Ok(Run { wall, cpu, memory: ended.rusage.maxrss, status: ended.status.code().unwrap_or(-1) })
}

/// The medians of several runs.
pub(crate) fn median(runs: &[Run]) -> Run {
    let of = |value: &dyn Fn(&Run) -> f64| {
        let mut all: Vec<f64> = runs.iter().map(value).collect();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    let mut memory: Vec<u64> = runs.iter().map(|r| r.memory).collect();
    memory.sort_unstable();
    Run {
        wall: of(&|r| r.wall),
        cpu: of(&|r| r.cpu),
        memory: memory[memory.len() / 2],
        status: runs[0].status,
    }
}
