//! Strings as PromQL (and Go) write them.

/// One mistake in a literal: its byte range there and what is wrong.
pub(super) struct BadEscape {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) why: &'static str,
}

/// The value of a literal without its quotes, and what could not be read in it (kept as it stands).
pub(super) fn unescape(body: &str) -> (String, Vec<BadEscape>) {
    if !body.contains('\\') {
        return (body.to_owned(), Vec::new());
    }
    let mut bytes = Vec::with_capacity(body.len());
    let mut bad = Vec::new();
    let mut at = 0;
    while let Some(piece) = piece(body, at) {
        match piece.value {
            Ok(value) => value.push_to(&mut bytes),
            Err(why) => {
                bad.push(BadEscape { start: at, end: piece.end, why });
                bytes.extend_from_slice(body.get(at..piece.end).unwrap_or_default().as_bytes());
            }
        }
        at = piece.end;
    }
    let value = String::from_utf8(bytes).unwrap_or_else(|e| {
        bad.push(BadEscape { start: 0, end: body.len(), why: "the bytes it stands for are not UTF-8" });
        String::from_utf8_lossy(e.as_bytes()).into_owned()
    });
    (value, bad)
}

/// Where an offset in a string's value lies in its literal (quotes included), as it stands in the source: the way from
/// an error inside PromQL to the place in the file. Offsets beyond the end give the literal's end.
pub fn value_offset(raw_literal: &str, value_offset: usize) -> usize {
    if raw_literal.starts_with("\"\"\"") {
        return (value_offset + 3).min(raw_literal.len());
    }
    let body = raw_literal.strip_prefix('"').unwrap_or(raw_literal);
    let skipped = raw_literal.len() - body.len();
    let (mut at, mut value) = (0, 0);
    while value < value_offset {
        let Some(piece) = piece(body, at) else { break };
        let length = match piece.value {
            Ok(Value::Byte(_)) => 1,
            Ok(Value::Char(c)) => c.len_utf8(),
            Err(_) => piece.end - at,
        };
        // inside one character of several bytes: its start
        if value + length > value_offset {
            break;
        }
        value += length;
        at = piece.end;
    }
    skipped + at
}

enum Value {
    Char(char),
    Byte(u8),
}

impl Value {
    fn push_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Value::Char(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Value::Byte(b) => bytes.push(*b),
        }
    }
}

struct Piece {
    end: usize,
    value: Result<Value, &'static str>,
}

/// The character or escape at an offset; `None` at the end.
fn piece(body: &str, at: usize) -> Option<Piece> {
    let rest = body.get(at..)?;
    let mut chars = rest.chars();
    let first = chars.next()?;
    if first != '\\' {
        return Some(Piece { end: at + first.len_utf8(), value: Ok(Value::Char(first)) });
    }
    let Some(second) = chars.next() else {
        return Some(Piece { end: at + 1, value: Err("a backslash stands before a character") });
    };
    let plain = |c| Piece { end: at + 2, value: Ok(Value::Char(c)) };
    Some(match second {
        'a' => plain('\u{7}'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{c}'),
        'n' => plain('\n'),
        'r' => plain('\r'),
        't' => plain('\t'),
        'v' => plain('\u{b}'),
        '\\' => plain('\\'),
        '"' => plain('"'),
        'x' => coded(rest, at, 2, 2, 16),
        'u' => coded(rest, at, 2, 4, 16),
        'U' => coded(rest, at, 2, 8, 16),
        '0'..='7' => coded(rest, at, 1, 3, 8),
        other => Piece { end: at + 1 + other.len_utf8(), value: Err("no such escape") },
    })
}

fn coded(rest: &str, at: usize, skip: usize, digits: usize, radix: u32) -> Piece {
    let text = rest.get(skip..skip + digits).filter(|t| t.chars().all(|c| c.is_digit(radix)));
    let Some(code) = text.and_then(|t| u32::from_str_radix(t, radix).ok()) else {
        let why = match (radix, digits) {
            (8, _) => "an octal escape has 3 digits",
            (_, 2) => "`\\x` takes 2 hexadecimal digits",
            (_, 4) => "`\\u` takes 4 hexadecimal digits",
            (..) => "`\\U` takes 8 hexadecimal digits",
        };
        return Piece { end: at + skip, value: Err(why) };
    };
    let end = at + skip + digits;
    let value = if digits <= 3 {
        u8::try_from(code).map(Value::Byte).map_err(|_| "an octal escape is at most `\\377`")
    } else {
        char::from_u32(code).map(Value::Char).ok_or("no such character in Unicode")
    };
    Piece { end, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_go_s() {
        let (value, bad) = unescape(r#"a\"b\\\n\x41\u00e9\101 \."#);
        assert_eq!(value, "a\"b\\\nA\u{e9}A \\.");
        assert_eq!(bad.len(), 1);
        assert_eq!(unescape(r"\xc3\xa9").0, "\u{e9}");
        assert_eq!(unescape(r"\xff").1.len(), 1);
        for odd in ["\\", "\\u12", "\\x", "\\ud800", "\\777", "\\\u{e9}", "\\U0000004"] {
            assert_eq!(unescape(odd).1.len(), 1, "{odd}");
        }
    }

    #[test]
    fn offsets_lead_back() {
        let literal = r#""a\"\u00e9b""#;
        for (value, raw) in [(0, 1), (1, 2), (2, 4), (3, 4), (4, 10), (5, 11), (99, 12 - 1 + 1)] {
            assert!(value_offset(literal, value) <= literal.len());
            if value < 6 {
                assert_eq!(value_offset(literal, value), raw, "{value}");
            }
        }
        assert_eq!(value_offset("\"\"\"sum(x)\"\"\"", 4), 7);
        assert_eq!(value_offset("", 3), 0);
    }
}
