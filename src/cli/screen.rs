//! Standard output and standard error: colours, columns, progress, and readers that go away.

use std::io::{ErrorKind, IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anstream::AutoStream;

use super::Failure;
use super::args::Color;
use crate::diag::render::{Options, clean, line, wrap};

/// Columns where the width of the screen is not known, as in a CI log.
const COLUMNS: usize = 80;
/// Wider lines are hard to read.
const WIDEST: usize = 110;

/// The terminal, or what stands in for it.
#[derive(Debug)]
pub(super) struct Screen {
    color: Color,
    quiet: bool,
    /// Every message, however many.
    all: bool,
}

impl Screen {
    pub(super) fn new(color: Color, quiet: bool, all: bool) -> Self {
        Self { color, quiet, all }
    }
    /// Are all messages printed, however many?
    pub(super) fn all(&self) -> bool {
        self.all
    }
    fn colored(&self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
            }
        }
    }
    /// Colours on standard output?
    pub(super) fn colored_out(&self) -> bool {
        self.colored(std::io::stdout().is_terminal())
    }
    /// How findings are rendered on standard error.
    pub(super) fn options(&self) -> Options {
        let terminal = std::io::stderr().is_terminal();
        let columns = terminal_size::terminal_size_of(std::io::stderr()).map(|(w, _)| usize::from(w.0));
        Options {
            width: columns.map_or(COLUMNS, |c| c.min(WIDEST)),
            color: self.colored(terminal),
            all: self.all,
        }
    }
    /// Prints to standard output. A reader that has gone away is fine; a full disk is not.
    pub(super) fn out(text: &str) -> Result<(), Failure> {
        // Escapes reach old Windows consoles as calls; elsewhere they pass through.
        let mut out = AutoStream::always(std::io::stdout().lock());
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::io("standard output cannot be written", &error))
            }
            _ => Ok(()),
        }
    }
    /// Prints a text for people to standard output; headings are between [`Marks::STAND_INS`].
    pub(super) fn show(&self, text: &str) -> Result<(), Failure> {
        let (bold, off) = if self.colored_out() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let Marks { bold: begins, off: ends } = Marks::STAND_INS;
        Self::out(&for_people(text).replace(begins, bold).replace(ends, off))
    }
    /// Prints to standard error, which may be gone.
    pub(super) fn err(text: &str) {
        let _ = AutoStream::always(std::io::stderr().lock()).write_all(text.as_bytes());
    }
    /// A line about what was done; not under `--quiet`.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            Self::err(&format!("{}\n", clean(text)));
        }
    }
    /// A line that is printed under `--quiet` too.
    pub(super) fn warn(&self, text: &str) {
        let width = self.options().width.saturating_sub(2);
        Self::err(&format!("{}\n", wrap(&clean(text), width, 0).join("\n  ")));
    }
    /// Why a command could not do its work.
    pub(super) fn fail(&self, message: &str, help: Option<&str>) {
        let options = self.options();
        let (red, bold, off) =
            if options.color { ("\x1b[31;1m", "\x1b[0m\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        let message = wrap(&for_people(message), options.width.saturating_sub(2), 5).join("\n  ");
        Self::err(&format!("{red}error{bold}: {message}{off}\n"));
        if let Some(help) = help {
            let lines = wrap(&for_people(help), options.width.saturating_sub(9), 0);
            Self::err(&format!(" = help: {}\n", lines.join("\n         ")));
        }
    }
    /// Shows how far something is: on a terminal in one line that changes, elsewhere in a line of its own where that is `wanted`.
    pub(super) fn count(&self, doing: &str, wanted: bool) {
        if self.quiet {
            return;
        }
        if std::io::stderr().is_terminal() {
            Self::err(&format!("\r\x1b[K{}", line(doing)));
        } else if wanted {
            Self::err(&format!("{}\n", line(doing)));
        }
    }
    /// Takes what [`Screen::count`] showed away.
    pub(super) fn counted(&self) {
        if !self.quiet && std::io::stderr().is_terminal() {
            Self::err("\r\x1b[K");
        }
    }
    /// Shows that something takes long, on a terminal only, until what it returns is dropped.
    pub(super) fn progress(&self, doing: &str) -> Progress {
        if self.quiet || !std::io::stderr().is_terminal() {
            return Progress { running: None };
        }
        let (done, wait) = channel::<()>();
        let doing = doing.to_owned();
        let thread = std::thread::spawn(move || {
            let began = Instant::now();
            let mut shown = false;
            while wait.recv_timeout(Duration::from_millis(500)) == Err(RecvTimeoutError::Timeout) {
                Self::err(&format!("\r{doing} ({} s)", began.elapsed().as_secs()));
                shown = true;
            }
            if shown {
                Self::err("\r\x1b[K");
            }
        });
        Progress { running: Some((done, thread)) }
    }
}

/// A line that shows that something takes long; gone when dropped.
#[derive(Debug)]
pub(super) struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.running.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

/// What a panic prints.
pub(super) fn last_words(text: &str) {
    Screen::err(text);
}

/// What a terminal is told to do in texts for people: only this program may tell it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Bold begins.
    pub(super) bold: &'static str,
    /// And ends.
    pub(super) off: &'static str,
}

impl Marks {
    /// Stand-ins from a plane that nobody writes, until [`Screen::show`] puts the terminal's own in their place.
    pub(super) const STAND_INS: Self = Self { bold: "\u{f5b01}", off: "\u{f5b02}" };
}

/// The one way of text for people, whoever wrote it, to a terminal: no character of it moves the cursor, changes colours or turns
/// the reading direction. Tabs and line breaks stay.
pub(super) fn for_people(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, part) in text.split('\t').enumerate() {
        if at > 0 {
            out.push('\t');
        }
        out.push_str(&clean(part));
    }
    out
}

/// A unified diff between two texts, coloured where asked.
pub(super) fn unified(before: &str, after: &str, names: (&str, &str), color: bool) -> String {
    let diff = similar::TextDiff::from_lines(before, after);
    let names = (line(names.0), line(names.1));
    let shown = diff.unified_diff().context_radius(3).header(&names.0, &names.1).to_string();
    let shown = for_people(&shown);
    if !color {
        return shown;
    }
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'+') => format!("\x1b[32m{line}\x1b[0m\n"),
        Some(b'-') => format!("\x1b[31m{line}\x1b[0m\n"),
        Some(b'@') => format!("\x1b[36m{line}\x1b[0m\n"),
        _ => format!("{line}\n"),
    };
    shown.lines().map(paint).collect()
}
