//! Which blocks a backfill has put into a data folder, in a file beside them, so that they can be taken out again.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::super::args::Backfill;
use super::super::output::{Lock, replace};
use super::super::screen::Screen;
use super::super::{Failure, plural};
use super::blocks::{PROBE, TEMPORARY, folder_in, is_name};
use crate::project::read_plain;

/// No record is larger.
const LARGEST_RECORD: u64 = 16 * 1024 * 1024;
/// The file's name in the data folder. Prometheus passes over what is not called as a block is.
pub(super) const RECORD: &str = "slovo-backfill.txt";
/// Its first line.
pub(super) const HEAD: &str = "# Blocks that slovo backfill put into this folder. `slovo backfill --undo` takes out those of the last run.";

/// What a run has put there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Project, start and end.
    pub(super) what: String,
    /// The server's address.
    url: String,
    /// The blocks by name.
    pub(super) blocks: Vec<String>,
    /// It came to its end.
    pub(super) done: bool,
}

/// A data folder that this process alone backfills.
pub(super) struct Record {
    path: PathBuf,
    folder: PathBuf,
    pub(super) runs: Vec<Run>,
    _lock: Lock,
}

impl Record {
    /// Locks the folder, removes what killed runs were making in it, and reads what was put there.
    pub(super) fn open(data: &Path) -> Result<Self, Failure> {
        if !data.is_dir() {
            let message = format!("`{}` is not a folder", data.display());
            return Err(Failure::new(message).help(
                "`--output-dir` is the data folder of the Prometheus at `--url`: its `--storage.tsdb.path`",
            ));
        }
        let lock = Lock::take(data, &data.display().to_string())?;
        let path = data.join(RECORD);
        let text = match read_plain(&path, LARGEST_RECORD) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Failure::io(format!("`{}` cannot be read", path.display()), &error)),
        };
        let runs = parse(&text).map_err(|line| {
            Failure::new(format!(
                "`{}` cannot be used: line {line} is not as slovo writes it",
                path.display()
            ))
            .help("restore it, or move it away: then `--undo` doesn't know those blocks")
        })?;
        for entry in fs::read_dir(data).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(TEMPORARY) || name.starts_with(PROBE) {
                remove(&entry.path());
            }
        }
        Ok(Self { path, folder: data.to_owned(), runs, _lock: lock })
    }
    /// The last run was interrupted.
    pub(super) fn refuse_interrupted(&self) -> Result<(), Failure> {
        let Some(run) = self.runs.last().filter(|run| !run.done && !run.blocks.is_empty()) else {
            return Ok(());
        };
        let message = format!(
            "an earlier backfill ({}) was interrupted and left {} in `{}`",
            run.what,
            plural(run.blocks.len(), "block"),
            self.folder.display()
        );
        Err(Failure::new(message).help(
            "stop Prometheus, take them out with `slovo backfill --undo` and the same `--output-dir`, start it, and try again",
        ))
    }
    /// Adds a line. It is on the disk before what it tells of is done.
    fn add(&self, lines: &str) -> Result<(), Failure> {
        let written = OpenOptions::new().create(true).append(true).open(&self.path).and_then(|mut file| {
            let head = if file.metadata()?.len() == 0 { format!("{HEAD}\n") } else { String::new() };
            file.write_all(format!("{head}{lines}").as_bytes())?;
            file.sync_all()
        });
        written.map_err(|e| Failure::io(format!("`{}` cannot be written", self.path.display()), &e))
    }
    pub(super) fn begin(&mut self, what: String, url: &str) -> Result<(), Failure> {
        self.add(&format!("run {what} {url}\n"))?;
        self.runs.push(Run { what, url: url.to_owned(), blocks: Vec::new(), done: false });
        Ok(())
    }
    /// These blocks are about to be moved in.
    pub(super) fn blocks<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Result<(), Failure> {
        let names: Vec<String> = names.map(str::to_owned).collect();
        self.add(&lines(&names))?;
        if let Some(run) = self.runs.last_mut() {
            run.blocks.extend(names);
        }
        Ok(())
    }
    pub(super) fn done(&mut self) -> Result<(), Failure> {
        self.add("done\n")
    }
    /// Takes out the blocks of the last run that are still there.
    fn undo(&mut self) -> Result<(Run, usize), Failure> {
        let Some(run) = self.runs.last().cloned() else {
            let message = format!("no backfill is recorded in `{}`", self.folder.display());
            return Err(Failure::new(message).help(format!("`{RECORD}` in the data folder names the blocks")));
        };
        let away = folder_in(&self.folder, TEMPORARY)?;
        let mut taken = 0;
        for name in &run.blocks {
            let block = self.folder.join(name);
            // A link of that name is not what was put there.
            if !block.symlink_metadata().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            // Out of sight at once: a block that is half removed is never read.
            fs::rename(&block, away.path().join(name))
                .map_err(|e| Failure::io(format!("the block `{name}` cannot be taken out"), &e))?;
            taken += 1;
        }
        self.runs.pop();
        self.rewrite()?;
        away.close().map_err(|e| Failure::io("the blocks that were taken out cannot be removed", &e))?;
        Ok((run, taken))
    }
    #[allow(clippy::disallowed_methods, reason = "a record of ours that names nothing")]
    fn rewrite(&self) -> Result<(), Failure> {
        let failed = |e: &io::Error| Failure::io(format!("`{}` cannot be written", self.path.display()), e);
        if self.runs.is_empty() {
            return fs::remove_file(&self.path).map_err(|e| failed(&e));
        }
        let mut text = format!("{HEAD}\n");
        for run in &self.runs {
            let done = if run.done { "done\n" } else { "" };
            let _ = write!(text, "run {} {}\n{}{done}", run.what, run.url, lines(&run.blocks));
        }
        replace(&self.path, text.as_bytes()).map_err(|e| failed(&e))
    }
}

/// Each on a line of its own.
fn lines(names: &[String]) -> String {
    names.iter().flat_map(|name| [name.as_str(), "\n"]).collect()
}

/// The runs of a record, or the number of the line that is wrong. A last line that was cut short names a block that was
/// never moved.
fn parse(text: &str) -> Result<Vec<Run>, usize> {
    let mut runs: Vec<Run> = Vec::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let Some(line) = line.strip_suffix('\n') else { break };
        match (runs.last_mut(), line) {
            _ if line.starts_with('#') || line.is_empty() => {}
            (_, _) if line.starts_with("run ") => {
                let (what, url) = line[4..].rsplit_once(' ').ok_or(at + 1)?;
                let (what, url) = (what.to_owned(), url.to_owned());
                runs.push(Run { what, url, blocks: Vec::new(), done: false });
            }
            (Some(run), "done") => run.done = true,
            (Some(run), name) if is_name(name) => run.blocks.push(name.to_owned()),
            _ => return Err(at + 1),
        }
    }
    Ok(runs)
}

/// `--undo`.
pub(super) fn undo(options: &Backfill, screen: &Screen) -> Result<(), Failure> {
    let data = &options.output_dir;
    let mut record = Record::open(data)?;
    // The server that the run asked, too: another address may have been given by mistake.
    let known = record.runs.last().map(|run| run.url.clone());
    if answers(&options.url) || known.as_deref().is_some_and(answers) || in_use(data) {
        let message =
            format!("a Prometheus is running on `{}`: it must not lose blocks that it reads", data.display());
        return Err(Failure::new(message).help(format!(
            "stop it first; nothing was changed. Something answers at {}, or holds the lock in the folder",
            known.unwrap_or_else(|| options.url.clone())
        )));
    }
    let (run, taken) = record.undo()?;
    let gone = run.blocks.len() - taken;
    screen.say(&format!("took out {} of the backfill {}", plural(taken, "block"), run.what));
    if gone > 0 {
        screen.say(&format!(
            "{} no longer there under {} name: Prometheus has merged what was in it with other samples, or dropped it; \
             what was merged stays",
            if gone == 1 { "1 block is".to_owned() } else { format!("{gone} blocks are") },
            if gone == 1 { "its" } else { "their" },
        ));
    }
    Ok(())
}

/// Does anything take connections at this address?
fn answers(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = host.rsplit('@').next().unwrap_or(host);
    let port = if scheme == "https" { 443 } else { 80 };
    let with_port =
        host.rsplit_once(':').is_some_and(|(_, p)| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let address = if with_port { host.to_owned() } else { format!("{host}:{port}") };
    let found = address.to_socket_addrs().into_iter().flatten();
    found.into_iter().any(|at| TcpStream::connect_timeout(&at, Duration::from_secs(3)).is_ok())
}

/// Some versions of Prometheus lock the file `lock` in the data folder while they run.
fn in_use(data: &Path) -> bool {
    let opened = OpenOptions::new().read(true).write(true).open(data.join("lock"));
    opened.is_ok_and(|file| file.try_lock().is_err())
}

/// Removes a folder of a killed run. Its promtool may still be writing there: then again, for a second.
fn remove(folder: &Path) {
    for _ in 0..20 {
        let _ = fs::remove_dir_all(folder);
        if folder.symlink_metadata().is_err() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records() {
        let name = "01HZX3V5J6K7M8N9P0Q1R2S3T4";
        let text = format!(
            "{HEAD}\nrun shop a b http://x:9090\n{name}\ndone\nrun shop c d http://x:9090\n{name}\n01HZX3"
        );
        let run = |what: &str, done| Run {
            what: what.to_owned(),
            url: "http://x:9090".to_owned(),
            blocks: vec![name.to_owned()],
            done,
        };
        assert_eq!(parse(&text), Ok(vec![run("shop a b", true), run("shop c d", false)]));
        assert_eq!(parse("run a b\n../../etc\n"), Err(2));
        assert_eq!(parse(&format!("{name}\n")), Err(1));
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn servers() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(answers(&format!("http://127.0.0.1:{port}/prefix")));
        assert!(answers(&format!("http://user:word@127.0.0.1:{port}")));
        drop(listener);
        assert!(!answers(&format!("http://127.0.0.1:{port}/")));
    }
}
