//! Comments of other languages: `// …`, `-- …`, `; …`, `/* … */`, `<!-- … -->`.
//!
//! No text of the language holds them outside of quotes, so they are looked for before a file is read: one message tells
//! of all, and the rest of the file is read as if they were not there.

use std::ops::Range;

use crate::diag::{Diagnostic, Edit, Fix, codes};
use crate::source::{FileId, Span};

/// So many places are shown.
const SHOWN: usize = 4;

/// A comment: where it stands, and what makes it one of ours.
struct Comment {
    range: Range<usize>,
    edits: Vec<(Range<usize>, String)>,
}

/// The text with such comments blanked, and what is said of them.
pub(in super::super::super) fn comments(file: FileId, text: &str) -> Option<(String, Diagnostic)> {
    let found = find(text);
    let first = found.first()?;
    let at = |range: &Range<usize>| Span::new(file, range.start, range.end);
    let mark = marks(text, first.range.start);
    let place = first.range.start..first.range.start + mark;
    let shown = text.get(place.clone()).unwrap_or_default();
    let mut made = Diagnostic::new(
        &codes::syntax::MARK,
        at(&place),
        format!("a comment begins with `#`, not with `{shown}`"),
        "a comment of another language",
    );
    for other in found.iter().skip(1).take(SHOWN) {
        let end = other.range.start + marks(text, other.range.start);
        made = made.also(at(&(other.range.start..end)), "so does this one");
    }
    if found.len() > SHOWN + 1 {
        made = made.note(format!("{} more in this file", found.len() - SHOWN - 1));
    }
    let edits = found.iter().flat_map(|c| &c.edits);
    let edits = edits.map(|(range, new)| Edit { span: at(range), replacement: new.clone() }).collect();
    // A comment says nothing to the compiler, so the mend changes no meaning.
    let line = text.get(first.range.clone()).and_then(|t| t.lines().next()).unwrap_or_default();
    let words = line.trim_start_matches(['/', '-', '*', ';', '<', '!']).trim();
    let words = words.trim_end_matches(['*', '/', '-', '>']).trim_end();
    let title = match words.chars().count() {
        0 => "write `#`".to_owned(),
        1..=40 => format!("write `# {}`", words.replace('`', "'")),
        _ => "write `#` in its place".to_owned(),
    };
    made.fix = Some(Fix { title, edits, certain: true });
    let mut blank = text.to_owned();
    for comment in &found {
        let Some(old) = text.get(comment.range.clone()) else { continue };
        // As long as before, so that every place stays what it is.
        let new: String = old
            .chars()
            .flat_map(|c| std::iter::repeat_n(if c == '\n' { '\n' } else { ' ' }, c.len_utf8()))
            .collect();
        blank.replace_range(comment.range.clone(), &new);
    }
    Some((blank, made))
}

/// The length of the mark at a place.
fn marks(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let long = ["<!--", "/**", "/*"].into_iter().find(|m| rest.starts_with(m));
    long.map_or_else(|| rest.len() - rest.trim_start_matches(['/', '-', ';']).len(), str::len).max(1)
}

fn find(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    if !["//", "--", "/*", ";"].iter().any(|m| text.contains(m)) {
        return found;
    }
    let mut at = 0;
    let mut begins_line = true;
    // What stands right before decides whether a mark begins anything.
    let mut before = '\n';
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let skip = match c {
            '"' if rest.starts_with("\"\"\"") => {
                rest.get(3..).and_then(|b| b.find("\"\"\"")).map_or(rest.len(), |end| end + 6)
            }
            '"' | '\'' | '`' => closed(line).unwrap_or(if c == '"' { line.len() } else { 1 }),
            '#' => line.len(),
            _ => 0,
        };
        if skip > 0 {
            at += skip;
            before = c;
            begins_line = false;
            continue;
        }
        let apart = before.is_whitespace() || matches!(before, '{' | '}' | ')' | ';');
        if let Some(comment) = apart.then(|| comment(text, at, line, begins_line)).flatten() {
            at = comment.range.end;
            found.push(comment);
            before = ' ';
            continue;
        }
        begins_line = c == '\n' || begins_line && c.is_whitespace();
        before = c;
        at += c.len_utf8();
    }
    found
}

/// The length of a quoted text that ends on its line.
fn closed(line: &str) -> Option<usize> {
    let quote = line.chars().next()?;
    let mut escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        if c == quote && !escaped {
            return Some(at + c.len_utf8());
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

fn comment(text: &str, at: usize, line: &str, begins_line: bool) -> Option<Comment> {
    for (open, close) in [("/*", "*/"), ("<!--", "-->")] {
        if line.starts_with(open) {
            return Some(block(text, at, line, (open, close)));
        }
    }
    let run = marks(text, at);
    let mark = line.get(..run)?;
    let is_mark = match mark.chars().next()? {
        // `- -` is none, and neither is a rate of two things
        // `---` begins a document of YAML
        '-' if mark == "---" && line.trim() == mark => false,
        '/' | '-' => run >= 2 && !line.get(run..).is_some_and(|r| r.starts_with(['>', '='])),
        ';' => begins_line && line.len() > run,
        _ => false,
    };
    // Behind a statement, a line that opens a block is a head without its quotes rather than a comment.
    if !is_mark || !begins_line && line.trim_end().ends_with('{') {
        return None;
    }
    let end = at + line.trim_end().len();
    let hash =
        if line.get(run..).is_some_and(|r| r.is_empty() || r.starts_with([' ', '\t'])) { "#" } else { "# " };
    Some(Comment { range: at..end, edits: vec![(at..at + run, hash.to_owned())] })
}

/// `/* … */`, over one line or several.
fn block(text: &str, at: usize, line: &str, (open, close): (&str, &str)) -> Comment {
    let rest = text.get(at..).unwrap_or_default();
    let run = marks(text, at);
    let ends = rest.get(open.len()..).and_then(|r| r.find(close)).map(|end| open.len() + end);
    let end = ends.map_or(line.trim_end().len(), |end| end + close.len());
    let body_end = ends.unwrap_or(end);
    let run = run.min(body_end);
    let mut edits = vec![(at..at + run, "#".to_owned())];
    if !rest.get(run..body_end).is_some_and(|b| b.is_empty() || b.starts_with([' ', '\t', '\n'])) {
        edits = vec![(at..at + run, "# ".to_owned())];
    }
    let mut from = run;
    while let Some(next) = rest.get(from..body_end).and_then(|b| b.find('\n')).map(|n| from + n + 1) {
        let inner = rest.get(next..body_end).unwrap_or_default();
        let inner_line = inner.lines().next().unwrap_or_default();
        let indent = inner_line.len() - inner_line.trim_start().len();
        let start = at + next + indent;
        if inner_line.trim_start().starts_with('*') {
            edits.push((start..start + 1, "#".to_owned()));
        } else if !inner_line.trim().is_empty() {
            edits.push((start..start, "# ".to_owned()));
        }
        from = next;
    }
    if ends.is_some() {
        let kept = rest.get(..body_end).map_or(0, |b| b.trim_end_matches([' ', '\t']).len()).max(run);
        let behind = rest.get(end..).and_then(|r| r.lines().next()).unwrap_or_default();
        let blank = behind.len() - behind.trim_start().len();
        let (to, new) = if behind.trim().is_empty() { (end, "") } else { (end + blank, "\n") };
        edits.push((at + kept..at + to, new.to_owned()));
    }
    Comment { range: at..at + end, edits }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with all mends, and the text as it is read meanwhile.
    fn both(text: &str) -> (String, String) {
        let Some((blank, made)) = comments(FileId(0), text) else {
            return (text.to_owned(), text.to_owned());
        };
        assert_eq!(blank.len(), text.len());
        let mut mended = text.to_owned();
        for edit in made.fix.unwrap().edits.iter().rev() {
            mended.replace_range(edit.span.range(), &edit.replacement);
        }
        (mended, blank)
    }

    #[test]
    fn becomes_ours() {
        for (text, mended) in [
            ("// a\nowner shop // b\n", "# a\nowner shop # b\n"),
            ("///a\n--b\n-- c\n", "# a\n# b\n# c\n"),
            ("/* a */\n/** b */ owner x\n", "# a\n# b\nowner x\n"),
            ("  /*\n   * a\n   * b\n   */\nx", "  #\n   # a\n   # b\n\nx"),
            ("/* a\n   b */\n", "# a\n   # b\n"),
            ("<!-- a -->\n; b\n", "# a\n# b\n"),
            ("owner shop /* b */", "owner shop # b"),
        ] {
            assert_eq!(both(text).0.replace("   \n", "\n"), mended, "{text}");
        }
    }

    #[test]
    fn leaves_the_rest() {
        for text in [
            "runbook \"https://a//b -- c\" # // d\n",
            "note 'a // b'\n",
            "runbook https://a/b\n",
            "served by src//x\n",
            "keep for 99% of and--or/what over 1d;\n",
            "journey x Buy -- now {\n",
            "total promql \"\"\"\n// no\n\"\"\"\n",
            "tier -1\n",
        ] {
            assert_eq!(both(text).0, text);
        }
    }
}
