//! From text to tokens, with Prometheus' rules: in braces there are only labels, in brackets `:` is a separator.

#![allow(clippy::wildcard_enum_match_arm, reason = "any other token is the wrong one")]

use std::ops::Range;

use super::SyntaxError;
use super::token::{Kind, Token, Word};

/// All tokens, the last one [`Kind::End`]; or the first thing that is none. Comments and blanks are left out.
pub(super) fn lex(text: &str) -> Result<Vec<Token>, SyntaxError> {
    let (tokens, error) = lex_leniently(text);
    error.map_or(Ok(tokens), Err)
}

/// All tokens up to the end or the first error.
pub(super) fn lex_leniently(text: &str) -> (Vec<Token>, Option<SyntaxError>) {
    let mut lexer = Lexer { text, at: 0, in_braces: false, in_brackets: false };
    let mut tokens = Vec::with_capacity(text.len() / 4 + 2);
    loop {
        match lexer.next() {
            Ok(token) => {
                let done = token.kind == Kind::End;
                tokens.push(token);
                if done {
                    return (tokens, None);
                }
            }
            Err(error) => return (tokens, Some(error)),
        }
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    in_braces: bool,
    in_brackets: bool,
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }
    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }
    fn skip_while(&mut self, keep: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !keep(c)).unwrap_or(rest.len());
    }
    fn skip_blanks(&mut self) {
        loop {
            self.skip_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            if !self.rest().starts_with('#') {
                return;
            }
            self.skip_while(|c| c != '\n' && c != '\r');
        }
    }
    fn token(&mut self, kind: Kind, length: usize) -> Token {
        let start = self.at;
        self.at += length;
        Token { kind, range: start..self.at }
    }
    fn next(&mut self) -> Result<Token, SyntaxError> {
        self.skip_blanks();
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return Ok(self.token(Kind::End, 0)) };
        let start = self.at;
        match c {
            '"' | '\'' | '`' => return self.string(c),
            '}' => {
                self.in_braces = false;
                return Ok(self.token(Kind::RightBrace, 1));
            }
            ',' => return Ok(self.token(Kind::Comma, 1)),
            c if is_name_start(c) || (c == ':' && !self.in_braces && !self.in_brackets) => {
                return Ok(self.name());
            }
            '=' | '!' => return self.equality(),
            '$' => return self.variable(),
            _ => {}
        }
        if self.in_braces {
            if c.is_ascii_digit() {
                self.skip_while(|c| is_name_part(c) || c == '.');
                let number = self.slice(start..self.at);
                let message = format!("`{number}` is neither a label nor a value in quotes");
                return Err(
                    SyntaxError::syntax(start..self.at, message).help(format!("write `\"{number}\"`"))
                );
            }
            let quotes = matches!(c, '“' | '”' | '‘' | '’').then(|| "use straight quotes: `\"`".to_owned());
            let message = format!("`{c}` has no meaning in the braces of a selector");
            return Err(SyntaxError::syntax(start..start + c.len_utf8(), message).with_help(quotes));
        }
        let (kind, length) = match c {
            '0'..='9' => return self.number(),
            '.' if rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) => return self.number(),
            '(' => (Kind::LeftParen, 1),
            ')' => (Kind::RightParen, 1),
            '{' if rest.starts_with("{{") => return Err(self.template()),
            '{' => {
                self.in_braces = true;
                (Kind::LeftBrace, 1)
            }
            '[' => {
                self.in_brackets = true;
                (Kind::LeftBracket, 1)
            }
            ']' => {
                self.in_brackets = false;
                (Kind::RightBracket, 1)
            }
            ':' => (Kind::Colon, 1),
            '+' => (Kind::Plus, 1),
            '-' => (Kind::Minus, 1),
            '*' => (Kind::Star, 1),
            '/' => (Kind::Slash, 1),
            '%' => (Kind::Percent, 1),
            '^' => (Kind::Caret, 1),
            '@' => (Kind::At, 1),
            '>' if rest.starts_with(">=") => (Kind::GreaterEqual, 2),
            '>' => (Kind::Greater, 1),
            '<' if rest.starts_with("<=") => (Kind::LessEqual, 2),
            '<' => (Kind::Less, 1),
            _ => return Err(self.stray(c)),
        };
        Ok(self.token(kind, length))
    }
    /// A character that starts no token.
    fn stray(&self, c: char) -> SyntaxError {
        let start = self.at;
        let rest = self.rest();
        let twice = |s: &str| rest.starts_with(s);
        let (length, help) = match c {
            '&' if twice("&&") => (2, Some("the operator is called `and`".to_owned())),
            '|' if twice("||") => (2, Some("the operator is called `or`".to_owned())),
            '“' | '”' | '‘' | '’' => (c.len_utf8(), Some("use straight quotes: `\"`".to_owned())),
            '.' => (1, self.dotted()),
            ';' => (1, Some("leave it out".to_owned())),
            _ => (c.len_utf8(), None),
        };
        let shown = self.slice(start..start + length);
        SyntaxError::syntax(start..start + length, format!("`{shown}` has no meaning here")).with_help(help)
    }
    /// A dot after a name: probably a dotted metric name.
    fn dotted(&self) -> Option<String> {
        let dotted = |c: char| is_name_part(c) || c == '.';
        let before = self.slice(0..self.at);
        let head = before
            .rfind(|c| !dotted(c))
            .map_or(0, |i| i + before.get(i..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
        let tail = self.rest().find(|c| !dotted(c)).unwrap_or(self.rest().len());
        let name = self.slice(head..self.at + tail).trim_end_matches('.');
        let usable = head < self.at && name.len() > self.at - head && name.starts_with(is_name_start);
        usable.then(|| format!("a name with dots stands in quotes: `{{\"{name}\"}}`"))
    }
    fn equality(&mut self) -> Result<Token, SyntaxError> {
        let rest = self.rest();
        let start = self.at;
        let (kind, length) = match (rest.as_bytes().first(), rest.as_bytes().get(1)) {
            (Some(b'='), Some(b'=')) => (Kind::Equal, 2),
            (Some(b'='), Some(b'~')) => (Kind::Matches, 2),
            (Some(b'!'), Some(b'=')) => (Kind::NotEqual, 2),
            (Some(b'!'), Some(b'~')) => (Kind::MatchesNot, 2),
            (Some(b'='), _) => (Kind::Assign, 1),
            _ => {
                let message = "`!` alone has no meaning here";
                let help = if self.in_braces { "write `!=` or `!~`" } else { "write `!=`, or `unless`" };
                return Err(SyntaxError::syntax(start..start + 1, message).with_help(Some(help.to_owned())));
            }
        };
        let range = start..start + length;
        let wrong = if self.in_braces {
            (kind == Kind::Equal).then_some(("`==` compares values of series, not labels", "write `=`"))
        } else {
            match kind {
                Kind::Assign => Some(("`=` compares labels, and stands only in braces", "write `==`")),
                Kind::Matches | Kind::MatchesNot => Some((
                    "a regular expression is compared with labels, only in braces",
                    "write it in the braces of a selector",
                )),
                _ => None,
            }
        };
        if let Some((message, help)) = wrong {
            return Err(SyntaxError::syntax(range, message).with_help(Some(help.to_owned())));
        }
        Ok(self.token(kind, length))
    }
    fn name(&mut self) -> Token {
        let start = self.at;
        let colons = !self.in_braces && !self.in_brackets;
        self.skip_while(|c| is_name_part(c) || (colons && c == ':'));
        let text = self.slice(start..self.at);
        let kind = if self.in_braces {
            Kind::Ident
        } else if text.contains(':') {
            Kind::Recorded
        } else if text.eq_ignore_ascii_case("inf") || text.eq_ignore_ascii_case("nan") {
            Kind::Number
        } else {
            Word::find(text).map_or(Kind::Ident, Kind::Word)
        };
        Token { kind, range: start..self.at }
    }
    fn variable(&mut self) -> Result<Token, SyntaxError> {
        let start = self.at;
        self.at += 1;
        let braced = self.rest().starts_with('{');
        self.skip_while(|c| is_name_part(c) || (braced && matches!(c, '{' | '}')));
        let text = self.slice(start..self.at);
        if text == "$range" && !self.in_braces {
            return Ok(Token { kind: Kind::RangeVar, range: start..self.at });
        }
        let error = SyntaxError::syntax(start..self.at, format!("`{text}` is not a variable here"));
        if self.in_braces {
            return Err(error.help("values stand in quotes; parameters are not filled into PromQL"));
        }
        Err(error.help(self.range_help()))
    }
    /// `{{.window}}`, as other generators write it.
    fn template(&self) -> SyntaxError {
        let length = self.rest().find("}}").map_or(self.rest().len(), |i| i + 2);
        let range = self.at..self.at + length;
        let message = format!("`{}` is a template, and nothing fills it in here", self.slice(range.clone()));
        SyntaxError::syntax(range, message).help(self.range_help())
    }
    fn range_help(&self) -> &'static str {
        if self.in_brackets { "write `$range`" } else { "there is only `$range`, as in `rate(x[$range])`" }
    }
    fn number(&mut self) -> Result<Token, SyntaxError> {
        let start = self.at;
        // All that may belong to it; a sign only after the `e` of a decimal number.
        let mut previous = ' ';
        let hex = self.rest().starts_with("0x") || self.rest().starts_with("0X");
        for (i, c) in self.rest().char_indices() {
            let sign = matches!(c, '+' | '-') && matches!(previous, 'e' | 'E') && !hex;
            if !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_') || sign) {
                self.at += i;
                break;
            }
            previous = c;
        }
        if self.at == start {
            self.at = self.text.len();
        }
        let text = self.slice(start..self.at);
        let range = start..self.at;
        if number_value(text).is_some() {
            return Ok(Token { kind: Kind::Number, range });
        }
        match duration_millis(text) {
            Ok(_) => Ok(Token { kind: Kind::Duration, range }),
            Err(help) => {
                let message = format!("`{text}` is neither a number nor a duration");
                Err(SyntaxError::syntax(range, message).with_help(help.map(str::to_owned)))
            }
        }
    }
    fn string(&mut self, quote: char) -> Result<Token, SyntaxError> {
        let start = self.at;
        let mut escaped = false;
        let rest = self.rest();
        for (i, c) in rest.char_indices().skip(1) {
            if escaped {
                escaped = false;
            } else if c == quote {
                self.at = start + i + c.len_utf8();
                let range = start..self.at;
                unquote(self.slice(range.clone())).map_err(|(inner, message)| {
                    SyntaxError::syntax(start + inner.start..start + inner.end, message)
                })?;
                return Ok(Token { kind: Kind::Str, range });
            } else if c == '\\' && quote != '`' {
                escaped = true;
            }
            if c == '\n' && quote != '`' {
                return Err(SyntaxError::syntax(start..start + i, "this string is not closed on its line")
                    .with_help(Some("close it, or use backticks for text of several lines".to_owned())));
            }
        }
        Err(SyntaxError::syntax(start..self.text.len(), "this string is never closed")
            .with_help(Some(format!("close it with `{quote}`")).filter(|_| quote != '`')))
    }
}

/// The value of a number as Prometheus reads it.
pub(super) fn number_value(text: &str) -> Option<f64> {
    if text.eq_ignore_ascii_case("inf") {
        return Some(f64::INFINITY);
    }
    if text.eq_ignore_ascii_case("nan") {
        return Some(f64::NAN);
    }
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let plain: String = digits.chars().filter(|c| *c != '_').collect();
        if !separated(digits.strip_prefix('_').unwrap_or(digits)) || plain.is_empty() {
            return None;
        }
        let digits = plain.chars().map(|c| c.to_digit(16));
        return digits.into_iter().try_fold(0.0, |sum, d| Some(sum * 16.0 + f64::from(d?)));
    }
    let first = text.chars().next()?;
    if !(first.is_ascii_digit() || first == '.')
        || text.contains(|c: char| c.is_ascii_alphabetic() && !"eE".contains(c))
    {
        return None;
    }
    if text.contains('_') {
        return if separated(text) { text.replace('_', "").parse().ok() } else { None };
    }
    text.parse().ok()
}

/// `_` stands only between digits.
fn separated(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_hexdigit);
    bytes.iter().enumerate().all(|(i, b)| *b != b'_' || (digit(i.checked_sub(1)) && digit(Some(i + 1))))
}

/// The length of a duration (`1h30m`) in milliseconds; otherwise perhaps a hint.
pub(super) fn duration_millis(text: &str) -> Result<u64, Option<&'static str>> {
    const UNITS: [(&str, u64); 7] = [
        ("y", 365 * 86_400_000),
        ("w", 7 * 86_400_000),
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1_000),
        ("ms", 1),
    ];
    let mut rest = text;
    let mut total: u64 = 0;
    let mut next_unit = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(None)?;
        let (number, tail) = rest.split_at(digits);
        if tail.starts_with('.') {
            return Err(Some("a duration has no decimals: write `1h30m` for one and a half hours"));
        }
        let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let found = UNITS.iter().position(|(name, _)| *name == unit);
        let at = found.ok_or(Some("the units are `ms`, `s`, `m`, `h`, `d`, `w` and `y`"))?;
        if at < next_unit {
            return Err(Some("units go from the largest to the smallest, each once: `1h30m`"));
        }
        next_unit = at + 1;
        let factor = UNITS.get(at).map_or(1, |(_, f)| *f);
        let millis = number.parse::<u64>().ok().and_then(|n| n.checked_mul(factor));
        total = millis.and_then(|m| total.checked_add(m)).ok_or(Some("that is too long"))?;
        rest = tail;
    }
    // Prometheus counts nanoseconds in 64 bits.
    if total > i64::MAX.unsigned_abs() / 1_000_000 {
        return Err(Some("that is too long"));
    }
    if next_unit == 0 { Err(None) } else { Ok(total) }
}

/// The value of a quoted string; or what is wrong with it, with the place counted from its opening quote.
pub(super) fn unquote(quoted: &str) -> Result<String, (Range<usize>, String)> {
    let quote = quoted.chars().next().unwrap_or('"');
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
    if quote == '`' || !inner.contains('\\') {
        return Ok(inner.to_owned());
    }
    let mut bytes: Vec<u8> = Vec::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((i, c)) = chars.next() {
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let Some((_, kind)) = chars.next() else { break };
        let simple = match kind {
            'a' => Some(7),
            'b' => Some(8),
            'f' => Some(12),
            'n' => Some(b'\n'),
            'r' => Some(b'\r'),
            't' => Some(b'\t'),
            'v' => Some(11),
            '\\' => Some(b'\\'),
            c if c == quote => u8::try_from(c).ok(),
            _ => None,
        };
        if let Some(byte) = simple {
            bytes.push(byte);
            continue;
        }
        let (skip, digits, radix) = match kind {
            'x' => (2, 2, 16),
            'u' => (2, 4, 16),
            'U' => (2, 8, 16),
            '0'..='7' => (1, 3, 8),
            other => {
                let range = i + 1..i + 2 + other.len_utf8();
                let message = format!("`\\{other}` is not an escape; a backslash itself is written `\\\\`");
                return Err((range, message));
            }
        };
        let from = i + skip;
        let wrong = || (i + 1..i + 2 + kind.len_utf8(), format!("`\\{kind}` takes {digits} digits here"));
        let text = inner.get(from..from + digits).ok_or_else(wrong)?;
        if !text.chars().all(|c| c.is_digit(radix)) {
            return Err(wrong());
        }
        let value = u32::from_str_radix(text, radix).map_err(|_| wrong())?;
        if kind == 'u' || kind == 'U' {
            let c = char::from_u32(value)
                .ok_or_else(|| (i + 1..from + digits + 1, "not a character of Unicode".to_owned()))?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            let too_large = |_| (i + 1..from + digits + 1, "an octal escape is at most `\\377`".to_owned());
            bytes.push(u8::try_from(value).map_err(too_large)?);
        }
        let read = digits + skip - 2;
        for _ in 0..read {
            chars.next();
        }
    }
    String::from_utf8(bytes).map_err(|_| (0..quoted.len(), "these bytes are not valid UTF-8".to_owned()))
}
