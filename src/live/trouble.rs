//! Why a server gave no answer that can be used.

/// What sort of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// What the user gave cannot be used: an address, a file, an option.
    Given,
    /// The server is away, refuses, or says something that is not an answer: nothing is known.
    Unknown,
    /// The server answers, and not as the API says.
    Odd,
    /// The answer has more than is read. A smaller question may have one.
    TooMuch,
    /// The server does not have what was asked for; others do.
    NotThere,
    /// The server understood the question and refused it.
    Refused,
}

/// Why there is no answer, in one sentence, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What sort.
    pub sort: Sort,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// A smaller part of the server may do: whoever has no options for one says how else.
    pub part: bool,
}

impl Trouble {
    pub(super) fn new(sort: Sort, message: impl Into<String>) -> Self {
        Self { sort, message: message.into(), help: None, part: false }
    }
    pub(super) fn given(message: impl Into<String>) -> Self {
        Self::new(Sort::Given, message)
    }
    pub(super) fn unknown(message: impl Into<String>) -> Self {
        Self::new(Sort::Unknown, message)
    }
    /// With the options that take a part of a server.
    pub(super) fn take_a_part(self) -> Self {
        let made = self.help("take a part: `--job`, `--select`, or `--only-used` in a project");
        Self { part: true, ..made }
    }
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What a server says, short and on one line, for a message.
pub(super) fn said(text: &str) -> String {
    const MOST: usize = 200;
    let words: Vec<&str> = text.split_whitespace().take(MOST).collect();
    let line = words.join(" ");
    let kept: String = line.chars().filter(|c| !c.is_control()).take(MOST).collect();
    if kept.len() < line.len() { format!("{kept}…") } else { kept }
}
