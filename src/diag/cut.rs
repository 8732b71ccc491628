//! Long tokens in messages are cut: a name of a megabyte must not be printed, nor kept once a message.

/// Characters of a token that is kept whole.
const TOKEN: usize = 120;
/// Of a longer one: what is kept of its beginning, and of its end.
const KEPT: (usize, usize) = (70, 30);
/// Bytes of a whole text.
const TEXT: usize = 4_000;

/// The text, what is in its backticks cut where it is long, and itself where it is longer than any message.
pub(super) fn cut(text: String) -> String {
    if text.len() <= TOKEN {
        return text;
    }
    let mut out = String::with_capacity(text.len().min(TEXT + 8));
    for (at, part) in text.split('`').enumerate() {
        if at > 0 {
            out.push('`');
        }
        if at % 2 == 1 {
            middle(part, &mut out);
        } else {
            out.push_str(part);
        }
        if out.len() > TEXT {
            break;
        }
    }
    if out.len() > TEXT {
        let end = (0..=TEXT).rev().find(|at| out.is_char_boundary(*at)).unwrap_or(0);
        out.truncate(end);
        out.push('…');
    }
    out
}

/// Appends a token, without its middle where it is long.
fn middle(token: &str, out: &mut String) {
    let length = if token.len() <= TOKEN { 0 } else { token.chars().count() };
    if length <= TOKEN {
        out.push_str(token);
        return;
    }
    out.extend(token.chars().take(KEPT.0));
    out.push('…');
    let end = token.char_indices().rev().nth(KEPT.1 - 1).map_or(0, |(at, _)| at);
    out.push_str(token.get(end..).unwrap_or(""));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        let same = "`a` is not declared; ".repeat(8);
        assert_eq!(cut(same.clone()), same);
        let long = format!("`{}` is not declared", "ä".repeat(500));
        assert_eq!(cut(long), format!("`{}…{}` is not declared", "ä".repeat(70), "ä".repeat(30)));
        let endless = cut("`x` and ".repeat(10_000));
        assert!(endless.len() < TEXT + 8 && endless.ends_with('…'), "{}", endless.len());
        assert!(cut(format!("`{}", "y".repeat(1_000_000))).len() < 200);
    }
}
