//! From Go's syntax of regular expressions to the `regex` crate's; what Go refuses is refused.

use std::ops::Range;

use super::{RegexError, classes};

/// The same pattern for the crate, in a group of its own.
pub(super) fn translate(pattern: &str) -> Result<String, RegexError> {
    Translator::new(pattern).run().map(|(made, _)| made)
}

/// Is there a group that only newer engines read: `(?<name>..)`?
pub(super) fn has_newer_groups(pattern: &str) -> bool {
    pattern.contains("(?<") && Translator::new(pattern).run().is_ok_and(|(_, newer)| newer)
}

/// From Go's syntax to the crate's.
struct Translator<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// The open groups.
    groups: Vec<Group>,
    /// What a repetition would apply to: nothing, an item, or an item with a repetition.
    before: Before,
    /// How often the innermost part of that item is repeated: Go allows a thousand in all.
    weight: u64,
    /// The most of all items of this group so far.
    heaviest: u64,
    /// Is a group named as only Go 1.22 reads it, `(?<name>..)`?
    newer: bool,
    /// Where a repetition is written, when flags or an empty quote follow its item.
    operator_at: Option<usize>,
}

/// An open group.
struct Group {
    start: usize,
    /// The most of the items before it, in the group around it.
    heaviest: u64,
}

/// How far the two counts of `{0,490}` may lie apart.
const MOST_OPTIONAL: u32 = 490;
/// Repetitions of a part, all those around it multiplied.
const MOST_REPEATED: u64 = 1000;

#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Item,
    Repeated,
}

type Done = Result<(), RegexError>;

fn wrong<T>(range: Range<usize>, message: impl Into<String>) -> Result<T, RegexError> {
    Err(RegexError::Syntax { message: message.into(), range })
}

impl<'a> Translator<'a> {
    fn new(text: &'a str) -> Self {
        let out = String::with_capacity(text.len() + 16);
        Self {
            text,
            at: 0,
            out,
            groups: Vec::new(),
            before: Before::Nothing,
            weight: 1,
            heaviest: 1,
            newer: false,
            operator_at: None,
        }
    }
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }
    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }
    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }
    fn literal(&mut self, c: char) {
        if c.is_ascii_punctuation() {
            self.out.push('\\');
        }
        if c == '<' || c == '>' {
            // `\<` is a word boundary for the crate.
            self.out.pop();
        }
        self.out.push(c);
    }
    fn run(mut self) -> Result<(String, bool), RegexError> {
        self.out.push_str("(?:");
        while let Some(c) = self.peek() {
            self.step(c)?;
        }
        if let Some(open) = self.groups.last() {
            return wrong(open.start..open.start + 1, "this `(` is never closed");
        }
        self.out.push(')');
        Ok((self.out, self.newer))
    }
    /// An item was read, whose parts are repeated so often.
    fn item(&mut self, weight: u64) {
        self.before = Before::Item;
        self.weight = weight;
        self.heaviest = self.heaviest.max(weight);
        self.operator_at = None;
    }
    /// What matches nothing was read: a repetition would apply to what is before it.
    fn nothing(&mut self, from: usize) {
        if self.before == Before::Repeated {
            self.before = Before::Item;
        }
        self.operator_at.get_or_insert(from);
    }
    fn step(&mut self, c: char) -> Done {
        let start = self.at;
        match c {
            '\\' => return self.escape(),
            '[' => {
                self.class()?;
                self.item(1);
            }
            '(' => return self.group(),
            ')' => {
                self.bump();
                let Some(group) = self.groups.pop() else {
                    return wrong(start..start + 1, "this `)` closes nothing");
                };
                self.out.push(')');
                let weight = self.heaviest;
                self.heaviest = group.heaviest;
                self.item(weight);
            }
            '|' => {
                self.bump();
                self.out.push('|');
                self.before = Before::Nothing;
                self.operator_at = None;
            }
            '*' | '+' | '?' => {
                self.bump();
                return self.repeat(start, c.encode_utf8(&mut [0; 4]));
            }
            '{' => {
                if let Some((length, low, high)) = counts(self.rest()) {
                    self.at += length;
                    if low > 1000 || high.is_some_and(|h| h > 1000 || h < low) {
                        return wrong(
                            start..self.at,
                            "a repetition count is at most 1000, the lower one first",
                        );
                    }
                    if high.is_some_and(|h| h - low > MOST_OPTIONAL) {
                        return wrong(
                            start..self.at,
                            "Prometheus 2.53 nests each repetition that may be missing, and takes 490 of them",
                        );
                    }
                    let text = self.text.get(start..self.at).unwrap_or("");
                    self.repeat(start, text)?;
                    let times = u64::from(high.unwrap_or(low));
                    let weight = match (high, times) {
                        // What is there no times weighs nothing, and `{0,}` is as `*`.
                        (Some(0), _) => 0,
                        (None, 0) => self.weight,
                        _ => self.weight.saturating_mul(times),
                    };
                    if times >= 2 && weight > MOST_REPEATED {
                        return wrong(start..self.at, "repetitions in repetitions of more than 1000 in all");
                    }
                    self.weight = weight;
                    self.heaviest = self.heaviest.max(weight);
                    return Ok(());
                }
                self.bump();
                self.literal('{');
                self.item(1);
            }
            '.' | '^' | '$' => {
                self.bump();
                self.out.push(c);
                self.item(1);
            }
            c => {
                self.bump();
                self.literal(c);
                self.item(1);
            }
        }
        Ok(())
    }
    fn repeat(&mut self, start: usize, operator: &str) -> Done {
        match self.before {
            Before::Nothing => return wrong(start..self.at, format!("`{operator}` has nothing to repeat")),
            Before::Repeated => {
                return wrong(start..self.at, format!("`{operator}` repeats what is already repeated"));
            }
            Before::Item => {}
        }
        let lazy = self.peek() == Some('?');
        if lazy {
            self.bump();
        }
        let at = self.operator_at.take().unwrap_or(self.out.len());
        self.out.insert_str(at, if lazy { "?" } else { "" });
        self.out.insert_str(at, operator);
        self.before = Before::Repeated;
        Ok(())
    }
    fn group(&mut self) -> Done {
        let start = self.at;
        self.bump();
        if self.rest().starts_with('?') {
            self.bump();
            let behind = self.rest().starts_with("<=") || self.rest().starts_with("<!");
            if self.rest().starts_with("P<") || self.rest().starts_with('<') && !behind {
                let offset = if self.rest().starts_with('P') { 2 } else { 1 };
                let name_at = self.at + offset;
                let named = self.text.get(name_at..).and_then(|t| t.split_once('>'));
                let Some((name, _)) = named.filter(|(n, _)| {
                    !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                }) else {
                    return wrong(
                        start..name_at,
                        "a group's name has letters, digits and `_`, and ends with `>`",
                    );
                };
                self.at = name_at + name.len() + 1;
                self.newer |= offset == 1;
                // The name is of no use to a matcher, and the crate has other rules for it.
                self.out.push('(');
            } else {
                return self.flags(start);
            }
        } else {
            self.out.push('(');
        }
        self.opened(start)
    }
    fn opened(&mut self, start: usize) -> Done {
        self.groups.push(Group { start, heaviest: self.heaviest });
        self.heaviest = 1;
        self.operator_at = None;
        self.before = Before::Nothing;
        if self.groups.len() > 900 {
            return wrong(start..start + 1, "groups are nested too deeply");
        }
        Ok(())
    }
    fn flags(&mut self, start: usize) -> Done {
        let from = self.at;
        let (mut minus, mut last_is_minus) = (false, false);
        loop {
            let c = self.bump();
            let seen = self.text.get(from..self.at).unwrap_or("");
            match c {
                Some('i' | 'm' | 's' | 'U') => last_is_minus = false,
                Some('-') if !minus => (minus, last_is_minus) = (true, true),
                Some(end @ (':' | ')')) if !last_is_minus => {
                    let before = self.out.len();
                    if seen.len() > 1 || end == ':' {
                        self.out.push_str("(?");
                        self.out.push_str(&once(seen.trim_end_matches(end)));
                        self.out.push(end);
                    }
                    if end == ')' {
                        self.nothing(before);
                        return Ok(());
                    }
                    return self.opened(start);
                }
                _ => {
                    let message = if seen.starts_with(['=', '!', '<']) {
                        "RE2 has no look-ahead or look-behind"
                    } else {
                        "this kind of group is not known to RE2"
                    };
                    return wrong(start..self.at, message);
                }
            }
        }
    }
    /// An escape outside of a class.
    fn escape(&mut self) -> Done {
        let start = self.at;
        self.bump();
        let Some(c) = self.peek() else {
            return wrong(start..self.at, "a `\\` at the end of the pattern");
        };
        if c != 'Q' {
            self.item(1);
        }
        match c {
            'A' | 'z' => {
                self.bump();
                self.out.push('\\');
                self.out.push(c);
            }
            'b' | 'B' => {
                self.bump();
                self.out.push_str(if c == 'b' { r"(?-u:\b)" } else { r"(?-u:\B)" });
            }
            'Q' => {
                self.bump();
                // Without an end it would swallow what Prometheus puts behind the pattern, which is then refused.
                let Some((quoted, _)) = self.rest().split_once("\\E") else {
                    return wrong(start..self.at, "`\\Q` is never closed by `\\E`");
                };
                self.at += quoted.len() + 2;
                if quoted.is_empty() {
                    self.nothing(self.out.len());
                } else {
                    self.item(1);
                }
                for c in quoted.chars() {
                    self.literal(c);
                }
            }
            'C' => return wrong(start..start + 2, "`\\C` is not supported by Prometheus"),
            _ => {
                let item = self.class_escape(start)?;
                match item {
                    Escaped::Char(c) => self.literal(c),
                    Escaped::Class(text) => self.out.push_str(&text),
                }
            }
        }
        Ok(())
    }
    /// An escape that may stand in a class too; the `\` has been read.
    fn class_escape(&mut self, start: usize) -> Result<Escaped, RegexError> {
        let Some(c) = self.bump() else {
            return wrong(start..self.at, "a `\\` at the end of the pattern");
        };
        let class = |text: &str| Ok(Escaped::Class(text.to_owned()));
        match c {
            'd' => class("[0-9]"),
            'D' => class("[^0-9]"),
            's' => class(r"[\t\n\f\r ]"),
            'S' => class(r"[^\t\n\f\r ]"),
            'w' => class("[0-9A-Za-z_]"),
            'W' => class("[^0-9A-Za-z_]"),
            'p' | 'P' => {
                let name = match self.bump() {
                    Some('{') => {
                        let name = self.rest().split_once('}').map(|(n, _)| n);
                        let Some(name) = name else {
                            return wrong(start..self.at, "this class name is never closed");
                        };
                        self.at += name.len() + 1;
                        name.to_owned()
                    }
                    Some(c) => c.to_string(),
                    None => return wrong(start..self.at, "the name of a class is missing"),
                };
                let (name, not) = name.strip_prefix('^').map_or((name.as_str(), false), |n| (n, true));
                if !classes::known(name) {
                    let message = match classes::meant(name) {
                        Some(meant) => {
                            format!("no class of characters in every engine: it is written `{meant}`")
                        }
                        None => "not a class of characters that every engine knows".to_owned(),
                    };
                    return wrong(start..self.at, message);
                }
                let plain = (c == 'P') == not;
                Ok(Escaped::Class(match (name, plain) {
                    // Surrogates are not characters of UTF-8.
                    ("Any", true) | ("Cs", false) => r"[\s\S]".to_owned(),
                    ("Any", false) | ("Cs", true) => r"[^\s\S]".to_owned(),
                    (_, true) => format!("\\p{{{name}}}"),
                    (_, false) => format!("\\P{{{name}}}"),
                }))
            }
            'a' => Ok(Escaped::Char('\x07')),
            'f' => Ok(Escaped::Char('\x0c')),
            'n' => Ok(Escaped::Char('\n')),
            'r' => Ok(Escaped::Char('\r')),
            't' => Ok(Escaped::Char('\t')),
            'v' => Ok(Escaped::Char('\x0b')),
            'x' => self.hex(start),
            '0'..='7' => {
                let more = self.rest().bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
                if c != '0' && more == 0 {
                    return wrong(start..self.at, "RE2 has no back-references");
                }
                self.at += more;
                let digits = self.text.get(start + 1..self.at).unwrap_or("");
                match u32::from_str_radix(digits, 8).ok().and_then(char::from_u32) {
                    Some(c) => Ok(Escaped::Char(c)),
                    None => wrong(start..self.at, "not a character"),
                }
            }
            c if c.is_ascii_alphanumeric() || !c.is_ascii() => {
                wrong(start..self.at, format!("`\\{c}` is not an escape of RE2"))
            }
            c => Ok(Escaped::Char(c)),
        }
    }
    fn hex(&mut self, start: usize) -> Result<Escaped, RegexError> {
        let digits = if self.rest().starts_with('{') {
            self.rest().split_once('}').map(|(d, _)| (d.get(1..).unwrap_or(""), d.len() + 1))
        } else {
            self.rest().get(..2).map(|d| (d, 2))
        };
        let parsed = digits.and_then(|(d, length)| {
            let plain = d.bytes().all(|b| b.is_ascii_hexdigit());
            let code = u32::from_str_radix(d, 16).ok().filter(|n| *n <= u32::from(char::MAX))?;
            plain.then_some((code, length))
        });
        match parsed {
            Some((code, length)) => {
                self.at += length;
                // Surrogates are read and never met.
                Ok(char::from_u32(code).map_or_else(|| Escaped::Class(r"[^\s\S]".to_owned()), Escaped::Char))
            }
            None => wrong(start..self.at, "`\\x` takes two hexadecimal digits, or several in braces"),
        }
    }
    fn class(&mut self) -> Done {
        let start = self.at;
        self.bump();
        self.out.push('[');
        if self.peek() == Some('^') {
            self.bump();
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let item = self.at;
            let Some(c) = self.peek() else {
                return wrong(start..start + 1, "this `[` is never closed");
            };
            if c == ']' && !first {
                self.bump();
                self.out.push(']');
                return Ok(());
            }
            first = false;
            if c == '['
                && let Some((inner, _)) = self.rest().strip_prefix("[:").and_then(|r| r.split_once(":]"))
            {
                self.at += inner.len() + 4;
                if !POSIX.contains(&inner.strip_prefix('^').unwrap_or(inner)) {
                    return wrong(item..self.at, "not a class of characters such as `[:alpha:]`");
                }
                let text = self.text.get(item..self.at).unwrap_or("");
                self.out.push_str(text);
                continue;
            }
            let Some(low) = self.class_char()? else { continue };
            // A range, unless the `-` is the last character.
            if self.rest().starts_with('-') && !self.rest().starts_with("-]") && self.rest().len() > 1 {
                self.bump();
                let from = self.at;
                let high = if self.peek() == Some('\\') {
                    self.bump();
                    match self.class_escape(from)? {
                        Escaped::Char(c) => Some(c),
                        Escaped::Class(_) => None,
                    }
                } else {
                    self.bump()
                };
                match high {
                    Some(high) if high >= low => {
                        self.class_literal(low);
                        self.out.push('-');
                        self.class_literal(high);
                    }
                    _ => return wrong(item..self.at, "this range of characters runs backwards"),
                }
            } else {
                self.class_literal(low);
            }
        }
    }
    /// One character of a class; a class within it (`\d`) is written at once.
    fn class_char(&mut self) -> Result<Option<char>, RegexError> {
        let start = self.at;
        match self.bump() {
            Some('\\') => match self.class_escape(start)? {
                Escaped::Char(c) => Ok(Some(c)),
                Escaped::Class(text) => {
                    self.out.push_str(&text);
                    Ok(None)
                }
            },
            other => Ok(other),
        }
    }
    fn class_literal(&mut self, c: char) {
        if matches!(c, '\\' | '[' | ']' | '^' | '-' | '&' | '~') {
            self.out.push('\\');
        }
        self.out.push(c);
    }
}

/// Flags without repeats, which the crate refuses: `i-i` is `-i`.
fn once(flags: &str) -> String {
    let (on, off) = flags.split_once('-').unwrap_or((flags, ""));
    let kept = |list: &str, not: &str| -> String {
        let first =
            |(at, c): &(usize, char)| !list.get(..*at).unwrap_or("").contains(*c) && !not.contains(*c);
        list.char_indices().filter(first).map(|(_, c)| c).collect()
    };
    let (on, off) = (kept(on, off), kept(off, ""));
    if off.is_empty() { on } else { format!("{on}-{off}") }
}

/// Classes that stand in classes, as in `[[:alpha:]]`.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

enum Escaped {
    Char(char),
    Class(String),
}

/// `{2}`, `{2,}`, `{2,5}` at the start of a text: its length and the counts; anything else is not a repetition.
fn counts(text: &str) -> Option<(usize, u32, Option<u32>)> {
    let (inside, _) = text.strip_prefix('{')?.split_once('}')?;
    let number = |t: &str| -> Option<u32> {
        let digits = !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        // Go takes no leading zero; too many digits are too large in any case.
        let plain = digits && (t == "0" || !t.starts_with('0'));
        plain.then(|| t.parse().unwrap_or(u32::MAX))
    };
    let (low, high) = match inside.split_once(',') {
        None => (number(inside)?, Some(number(inside)?)),
        Some((low, "")) => (number(low)?, None),
        Some((low, high)) => (number(low)?, Some(number(high)?)),
    };
    Some((inside.len() + 2, low, high))
}
