//! Programs that take their time, such as promtool: they end when a signal ends this one, and what they write to temporary folders goes
//! with ours.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::screen::for_people;
use super::temporary;
use crate::project::read_start;

/// The processes that run now.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// What a program says at most.
const LONGEST: u64 = 1024 * 1024;
/// The longest pause between two looks at a process.
const PAUSE: Duration = Duration::from_millis(10);
/// Where a program puts what is temporary, in a folder of ours.
const FOLDER: &str = "tmp";

/// A program that works in a folder of ours, and puts what is temporary there, too: promtool leaves its storage where it is ended.
pub(super) fn within(program: &str, folder: &Path) -> std::io::Result<Command> {
    let temporary = std::path::absolute(folder.join(FOLDER))?;
    std::fs::create_dir_all(&temporary)?;
    let mut command = Command::new(program);
    command.current_dir(folder);
    for name in ["TMPDIR", "TMP", "TEMP"] {
        command.env(name, &temporary);
    }
    Ok(command)
}

/// Runs a program to its end. `None`: it takes longer than it may, and was ended.
pub(super) fn run(command: &mut Command, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    temporary::watch();
    let began = Instant::now();
    // Its own group: what it starts is ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = {
        // Within the lock: a signal finds it in the list, or it is never started.
        let mut running = running();
        let child = command.spawn()?;
        running.insert(child.id());
        child
    };
    let mut pause = Duration::from_millis(1);
    loop {
        {
            let mut running = running();
            let late = began.elapsed() >= limit;
            // Its number may belong to another one as soon as it has been asked for its end.
            let status = if late { None } else { child.try_wait()? };
            if late {
                end(child.id());
                child.kill()?;
                child.wait()?;
            }
            if late || status.is_some() {
                running.remove(&child.id());
                return Ok(status);
            }
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSE);
    }
}

/// What a program wrote to a file, as text for people: the program may be any, and so may what it says.
pub(super) fn said(file: &Path) -> std::io::Result<String> {
    let said = read_start(file, LONGEST)?;
    Ok(for_people(&String::from_utf8_lossy(&said)))
}

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends all that run. While what it gives is held no other is started.
pub(super) fn end_all() -> MutexGuard<'static, BTreeSet<u32>> {
    let running = running();
    running.iter().for_each(|id| end(*id));
    running
}

/// Ends a process and what it started.
#[cfg(unix)]
fn end(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// Here the process alone is ended, by who waits for it.
#[cfg(not(unix))]
fn end(_: u32) {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_takes_too_long_is_ended() {
        let began = Instant::now();
        // What it starts, too: it holds the pipe.
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & sleep 600"]);
        assert!(run(&mut command, Duration::from_millis(20)).unwrap().is_none());
        assert!(run(&mut Command::new("true"), Duration::from_secs(60)).unwrap().unwrap().success());
        assert!(began.elapsed() < Duration::from_secs(60));
        assert!(running().is_empty());
    }

    #[test]
    fn what_is_said_is_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("said");
        let said_so = b"\x1b[31mred\x07\r\n\tgot: \xff \xe2\x80\xae";
        std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), said_so).unwrap();
        let text = "\u{fffd}[31mred\u{fffd}\u{fffd}\n\tgot: \u{fffd} \u{fffd}";
        assert_eq!(said(&file).unwrap(), text);
    }
}
