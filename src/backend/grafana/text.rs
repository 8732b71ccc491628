//! The user's words where Grafana would read more into them: it replaces `$name`, `${name}` and `[[name]]` in titles,
//! descriptions and texts, `{{label}}` in legends, and reads texts as Markdown with HTML.

use crate::backend::docs::markdown;
use crate::backend::docs::sentences::words;

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
    linked.then(|| crate::backend::url::encoded(url))
}

#[cfg(test)]
mod tests {
    use super::*;

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
