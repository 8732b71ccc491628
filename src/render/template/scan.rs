//! A look at a template before it is parsed. minijinja's parser and compiler recurse with the length of an expression and of
//! a chain of `elif`, so both are bounded here; and what `set` keeps is bounded, since a text that is doubled forty times
//! takes forty steps and a terabyte.

use std::borrow::Cow;

/// Words and marks in one tag.
const IN_A_TAG: usize = 400;
/// `elif` in one template.
const ELIFS: usize = 100;

/// What the parser could not bear.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) line: usize,
    pub(super) message: String,
}

/// The template, what its `set` tags keep passed through the filter [`super::filters::BOUNDED`].
pub(super) fn bounded(text: &str) -> Result<Cow<'_, str>, Wrong> {
    let mut scan = Scan { text, at: 0, balance: 0, elifs: 0, inserts: Vec::new() };
    scan.run()?;
    if scan.inserts.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let mut made = String::with_capacity(text.len() + scan.inserts.len() * 16);
    let mut from = 0;
    for (at, what) in scan.inserts {
        made.push_str(text.get(from..at).unwrap_or(""));
        made.push_str(what);
        from = at;
    }
    made.push_str(text.get(from..).unwrap_or(""));
    Ok(Cow::Owned(made))
}

/// Reads tags as minijinja's lexer does. Where that finds a mistake the rest doesn't matter: nothing is parsed behind it.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// Open brackets, over all tags, as in minijinja.
    balance: i32,
    elifs: usize,
    inserts: Vec<(usize, &'static str)>,
}

/// What a tag holds, as far as it matters here.
#[derive(Default)]
struct Tag {
    tokens: usize,
    set: bool,
    elif: bool,
    /// Behind the `=` of a `set`.
    assigned: Option<usize>,
}

impl Scan<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) -> Result<(), Wrong> {
        while let Some(open) = self.rest().find('{') {
            self.at += open;
            let start = self.at;
            match self.rest().as_bytes().get(1) {
                Some(b'#') => {
                    let Some(end) = self.text.get(start + 2..).and_then(|t| t.find("#}")) else { break };
                    self.at = start + 2 + end + 2;
                }
                Some(mark @ (b'{' | b'%')) => {
                    let end = if *mark == b'{' { "}}" } else { "%}" };
                    self.at =
                        start + 2 + usize::from(matches!(self.rest().as_bytes().get(2), Some(b'-' | b'+')));
                    if end == "%}"
                        && let Some(length) = basic(self.rest(), "raw", false)
                    {
                        self.at += length;
                        if !self.skip_raw() {
                            break;
                        }
                    } else if !self.tag(start, end)? {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    /// To the end of a raw block.
    fn skip_raw(&mut self) -> bool {
        while let Some(open) = self.rest().find("{%") {
            self.at += open + 2;
            if let Some(length) = basic(self.rest(), "endraw", true) {
                self.at += length;
                return true;
            }
        }
        false
    }

    /// Reads a tag that began at `start`; says no where the lexer would stop.
    fn tag(&mut self, start: usize, end: &str) -> Result<bool, Wrong> {
        let mut tag = Tag::default();
        loop {
            let rest = self.rest();
            let Some(byte) = rest.bytes().next() else { return Ok(false) };
            if byte.is_ascii_whitespace() {
                self.at += 1;
                continue;
            }
            let closing = usize::from(matches!(byte, b'-' | b'+'));
            if self.balance == 0 && rest.get(closing..).is_some_and(|t| t.starts_with(end)) {
                if let Some(from) = tag.assigned {
                    self.inserts.push((from, " ("));
                    self.inserts.push((self.at, super::filters::BOUNDED_AFTER));
                }
                self.at += closing + end.len();
                return Ok(true);
            }
            let Some(length) = self.token(&mut tag) else { return Ok(false) };
            self.at += length;
            tag.tokens += 1;
            if tag.tokens > IN_A_TAG || self.elifs > ELIFS {
                let line = self.text.get(..start).unwrap_or("").matches('\n').count() + 1;
                let message = if tag.tokens > IN_A_TAG {
                    format!("a tag of more than {IN_A_TAG} words and marks")
                } else {
                    format!("more than {ELIFS} `elif`")
                };
                return Err(Wrong { line, message });
            }
        }
    }

    /// The length of the token here.
    fn token(&mut self, tag: &mut Tag) -> Option<usize> {
        let rest = self.text.get(self.at..)?;
        let bytes = rest.as_bytes();
        let first = *bytes.first()?;
        if matches!(bytes.get(..2), Some(b"//" | b"**" | b"==" | b"!=" | b">=" | b"<=")) {
            return Some(2);
        }
        match first {
            b'"' | b'\'' => {
                let mut escaped = false;
                let end = bytes.iter().skip(1).position(|b| {
                    let closes = *b == first && !escaped;
                    escaped = *b == b'\\' && !escaped;
                    closes
                });
                end.map(|end| end + 2)
            }
            b'(' | b'[' | b'{' => {
                self.balance += 1;
                Some(1)
            }
            b')' | b']' | b'}' => {
                self.balance -= 1;
                Some(1)
            }
            b'=' => {
                if tag.set && self.balance == 0 && tag.assigned.is_none() {
                    tag.assigned = Some(self.at + 1);
                }
                Some(1)
            }
            _ if first.is_ascii_alphanumeric() || first == b'_' => {
                let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
                let length = bytes.iter().position(|b| !word(b)).unwrap_or(bytes.len());
                if tag.tokens == 0 {
                    tag.set = rest.get(..length) == Some("set");
                    tag.elif = rest.get(..length) == Some("elif");
                    self.elifs += usize::from(tag.elif);
                }
                Some(length)
            }
            _ if first.is_ascii() => Some(1),
            _ => None,
        }
    }
}

/// The length of `  raw -%}` where the text begins with that.
fn basic(text: &str, name: &str, sign: bool) -> Option<usize> {
    let blank = |c: char| c.is_ascii_whitespace();
    let begun = if sign { text.strip_prefix(['-', '+']).unwrap_or(text) } else { text };
    let rest = begun.trim_start_matches(blank).strip_prefix(name)?.trim_start_matches(blank);
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest).strip_prefix("%}")?;
    Some(text.len() - rest.len())
}
