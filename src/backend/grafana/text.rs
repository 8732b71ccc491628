//! The user's words where Grafana would read more into them: it replaces `$name`, `${name}` and `[[name]]` in titles,
//! descriptions and texts, `{{label}}` in legends, and reads texts as Markdown with HTML.

use crate::render::markdown;
use crate::sentences::words;

/// Joins two characters without being seen: what looks like a variable no longer is one.
const JOINER: char = '\u{2060}';

/// For titles, descriptions, legends and words for values: one line that nothing is replaced in.
pub(super) fn plain(text: &str) -> String {
    let text = words::theirs(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let next = chars.peek().copied();
        let starts = match c {
            '$' => next.is_some_and(|n| n.is_alphanumeric() || matches!(n, '_' | '{')),
            '[' => next == Some('['),
            '{' => next == Some('{'),
            _ => false,
        };
        if starts {
            out.push(JOINER);
        }
    }
    out
}

/// As [`plain`], at most so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    let text = words::theirs(text);
    if text.chars().count() <= most {
        return plain(&text);
    }
    let head: String = text.chars().take(most.saturating_sub(1)).collect();
    let mut out = plain(head.trim_end());
    out.push('…');
    out
}

/// For Markdown: shown as written. Entities instead of signs that Grafana replaces before it reads Markdown.
pub(super) fn marked(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    markdown::escape_into(&mut escaped, &words::theirs(text));
    let mut out = String::with_capacity(escaped.len() + 8);
    let mut chars = escaped.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('$')) => {
                chars.next();
                out.push_str("&#36;");
            }
            ('\\', Some('[')) => {
                chars.next();
                out.push_str("&#91;");
            }
            ('\\', Some(']')) => {
                chars.next();
                out.push_str("&#93;");
            }
            ('\\', Some('<')) => {
                chars.next();
                out.push_str("&lt;");
            }
            ('\\', Some('>')) => {
                chars.next();
                out.push_str("&gt;");
            }
            ('{', Some('{')) => out.push_str("&#123;"),
            // What would become a link by itself, or a picture.
            ('!', _) => out.push_str("&#33;"),
            (':', Some('/')) => out.push_str("&#58;"),
            ('@', _) => out.push_str("&#64;"),
            _ => out.push(c),
        }
    }
    out
}

/// An address in a link: nothing in it is replaced, and it ends no Markdown.
pub(super) fn address(url: &str) -> Option<String> {
    let linked = url.starts_with("https://") || url.starts_with("http://");
    linked.then(|| crate::render::url::encoded(url))
}

/// The rows of a panel that shows this Markdown whole at 1280 pixels, where it is so many columns wide. At most 24: a
/// text that is longer scrolls. Measured in a browser: 22 pixels for each line of the text and 14 between two blocks, 7.2
/// for a character on average, 53 for a column, 38 for a row; 48 go to the panel's own title and edges.
pub(super) fn rows(markdown: &str, width: u32) -> u32 {
    let room = (width as usize * 53 - 29) * 10 / 72;
    let pixels: usize = markdown
        .lines()
        .map(|line| match line.chars().count() {
            0 => 14,
            // Addresses aren't shown.
            _ if line.starts_with('[') => 22,
            long => long.div_ceil(room) * 22 + if line.starts_with('#') { 8 } else { 0 },
        })
        .sum();
    u32::try_from((pixels + 48).div_ceil(38)).unwrap_or(u32::MAX).min(24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_gets_the_rows_it_needs() {
        assert_eq!(rows("### Title\n\nOne line.", 10), 3);
        assert_eq!(rows(&"word ".repeat(100), 10), 6);
        assert_eq!(rows(&"word ".repeat(100), 20), 4);
        assert_eq!(
            rows("[Document](https://a.example/a/very/long/address/that/is/not/shown/anywhere/at/all)", 10),
            2
        );
        assert_eq!(rows(&"a\n\n".repeat(1000), 10), 24);
    }

    #[test]
    fn nothing_is_replaced() {
        assert_eq!(
            plain("costs $5, $ 5, ${x} [[y]] {{z}}"),
            "costs $\u{2060}5, $ 5, $\u{2060}{x} [\u{2060}[y]] {\u{2060}{z}}"
        );
        assert_eq!(plain("two\nlines"), "two lines");
        assert_eq!(cut("a long title", 7), "a long…");
        assert_eq!(
            marked("${x} [[y]] <b> ![i](http://a) a*b"),
            "&#36;{x} &#91;&#91;y&#93;&#93; &lt;b&gt; &#33;&#91;i&#93;(http&#58;//a) a\\*b"
        );
        assert_eq!(address("https://a.example/$x)").as_deref(), Some("https://a.example/%24x%29"));
        assert_eq!(address("javascript:alert(1)"), None);
    }
}
