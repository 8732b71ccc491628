//! The page of a code for a terminal: prose in columns, code without fences, and marks on the lines that the mend changes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::diag::render::wrap;

/// What the blocks of the pages may use without declaring it.
const PRELUDE: &str = include_str!("../../../docs/errors/prelude.slovo");

/// A piece of a page.
enum Piece<'p> {
    Heading(&'p str),
    Prose(String),
    /// What stands behind the fence, and the lines.
    Code(&'p str, Vec<&'p str>),
}

/// The page as people read it; `bold` and its end are put around headings.
pub(super) fn text(page: &str, width: usize, (bold, off): (&str, &str)) -> String {
    let pieces = pieces(page);
    let blocks = |word: &'static str| {
        let ours = |info: &str| info.split(' ').nth(1) == Some(word);
        pieces.iter().filter_map(move |p| match p {
            Piece::Code(info, lines) if ours(info) => Some(lines.as_slice()),
            Piece::Code(..) | Piece::Heading(_) | Piece::Prose(_) => None,
        })
    };
    let mut fails = blocks("fails");
    let mut passes = blocks("passes");
    let mut out = String::new();
    let mut used = BTreeSet::new();
    for piece in &pieces {
        match piece {
            Piece::Heading(text) => {
                let gap = if out.is_empty() { "" } else { "\n" };
                let _ = writeln!(out, "{gap}{bold}{text}{off}");
            }
            Piece::Prose(text) => {
                out.push('\n');
                prose(&mut out, text, width);
            }
            Piece::Code(info, lines) => {
                out.push('\n');
                let words: Vec<&str> = info.split(' ').collect();
                if words.contains(&"prelude") {
                    used.extend(lines.iter().copied());
                }
                let marks = match words.get(1) {
                    Some(&"fails") => marked(lines, passes.next().unwrap_or_default(), '-'),
                    Some(&"passes") => marked(lines, fails.next().unwrap_or_default(), '+'),
                    _ => vec![' '; lines.len()],
                };
                for (line, mark) in lines.iter().zip(marks) {
                    let _ = writeln!(out, "{}", format!("  {mark} {line}").trim_end());
                }
            }
        }
    }
    let known = declared(&used);
    if !known.is_empty() {
        let _ = writeln!(out, "\n{bold}What these lines use{off}\n");
        for line in known.lines() {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        }
    }
    out
}

fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut found: Vec<Piece<'_>> = Vec::new();
    let mut open = false;
    let mut goes_on = false;
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            open = !open;
            if open {
                found.push(Piece::Code(info.trim(), Vec::new()));
            }
            goes_on = false;
            continue;
        }
        match found.last_mut() {
            Some(Piece::Code(_, lines)) if open => lines.push(line),
            Some(Piece::Prose(text)) if goes_on && !line.is_empty() && !line.starts_with(['*', '|', '#']) => {
                text.push(' ');
                text.push_str(line.trim());
            }
            _ if line.is_empty() => goes_on = false,
            _ if line.starts_with('#') => found.push(Piece::Heading(line.trim_start_matches('#').trim())),
            Some(Piece::Prose(text)) if goes_on => {
                text.push('\n');
                text.push_str(line);
            }
            _ => {
                found.push(Piece::Prose(line.to_owned()));
                goes_on = true;
            }
        }
    }
    found
}

/// Prose in columns; points of a list hang, lines of a table stay as they are.
fn prose(out: &mut String, text: &str, width: usize) {
    for line in text.lines() {
        let plain = without_links(line);
        // a row of a table is a point of a list; the line below its head says nothing
        let plain = if line.starts_with('|') {
            if line.chars().all(|c| matches!(c, '|' | '-' | ' ')) {
                continue;
            }
            format!("* {}", plain.trim_matches(['|', ' ']).replace(" | ", "; "))
        } else {
            plain
        };
        let line = plain.as_str();
        let hang = if line.starts_with("* ") { "  " } else { "" };
        for (at, part) in wrap(line, width.saturating_sub(hang.len()), 0).iter().enumerate() {
            let _ = writeln!(out, "{}{part}", if at == 0 { "" } else { hang });
        }
    }
}

/// `[rules](../rules.md)` as `rules (docs/rules.md)`; a link to another code's page as the code.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let parts = after.split_once("](").and_then(|(name, to)| Some((name, to.split_once(')')?)));
        let Some((name, (to, behind))) = parts.filter(|(name, _)| !name.contains([']', '\n'])) else {
            out.push_str(before);
            out.push('[');
            rest = after;
            continue;
        };
        out.push_str(before);
        out.push_str(name);
        if !to.contains(name) {
            let code = to.strip_suffix(".md").filter(|t| crate::diag::codes::find(t).is_some());
            let shown = code.map_or_else(|| to.replace("../", "docs/"), |c| format!("`slovo explain {c}`"));
            let _ = write!(out, " ({shown})");
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// For each line: the mark, where the other block doesn't hold it.
fn marked(lines: &[&str], other: &[&str], mark: char) -> Vec<char> {
    let (old, new) = if mark == '-' { (lines, other) } else { (other, lines) };
    let mut marks = vec![' '; lines.len()];
    if other.is_empty() {
        return marks;
    }
    for op in similar::capture_diff_slices(similar::Algorithm::Myers, old, new) {
        let changed = op.tag() != similar::DiffTag::Equal;
        let range = if mark == '-' { op.old_range() } else { op.new_range() };
        for at in range.filter(|_| changed) {
            if let Some(slot) = marks.get_mut(at) {
                *slot = mark;
            }
        }
    }
    marks
}

/// The declarations of the prelude that lines name, and those that these name.
fn declared(lines: &BTreeSet<&str>) -> String {
    let mut items: Vec<(&str, String)> = Vec::new();
    for line in PRELUDE.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        let name = line.split([' ', ':', '(']).nth(1).unwrap_or_default();
        match items.last_mut() {
            Some((_, text)) if line.starts_with([' ', '}']) => {
                text.push('\n');
                text.push_str(line);
            }
            _ => items.push((name, line.to_owned())),
        }
    }
    let own = |name: &str| {
        lines.iter().any(|l| {
            let mut words = l.split_whitespace();
            let kind = words.next().unwrap_or_default();
            let named = words.next().unwrap_or_default().split(['(', ':', '{']).next() == Some(name);
            matches!(kind, "metric" | "team" | "indicator" | "playbook")
                && l.ends_with(['{', '"', '}'])
                && named
        })
    };
    let mut wanted: Vec<bool> =
        items.iter().map(|(name, _)| lines.iter().any(|l| names(l, name)) && !own(name)).collect();
    // a playbook names teams, an indicator metrics
    for _ in 0..2 {
        for at in 0..items.len() {
            let Some((name, _)) = items.get(at) else { continue };
            let is_named = items
                .iter()
                .zip(&wanted)
                .any(|((other, text), wanted)| *wanted && other != name && names(text, name));
            if let Some(slot) = wanted.get_mut(at).filter(|_| is_named && !own(name)) {
                *slot = true;
            }
        }
    }
    let shown: Vec<&str> = items
        .iter()
        .zip(&wanted)
        .filter(|(_, wanted)| **wanted)
        .map(|((_, text), _)| text.as_str())
        .collect();
    shown.join("\n")
}

/// Does a text hold this word outside of quotes?
fn names(text: &str, name: &str) -> bool {
    let bare: Vec<&str> = text.split('"').step_by(2).collect();
    bare.iter().any(|part| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|w| w == name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::codes;

    const PLAIN: (&str, &str) = ("", "");

    /// Of every code: no fence, no link, a mark on both sides of each mend, nothing wider than the screen but code.
    #[test]
    fn all_pages() {
        for code in codes::all() {
            let shown = text(code.page, 80, PLAIN);
            assert!(shown.starts_with(&format!("{}: {}\n", code.id, code.title)), "{shown}");
            assert!(!shown.contains("```") && !shown.contains("]("), "{shown}");
            let prose = shown
                .lines()
                .filter(|l| !l.starts_with("    ") && !l.starts_with("  -") && !l.starts_with("  +"));
            for line in prose {
                assert!(line.chars().count() <= 100, "{}: {line}", code.id);
            }
            if ["```slovo passes", "```yaml passes"].iter().any(|b| code.page.contains(b)) {
                let changed = shown.lines().any(|l| l.starts_with("  + "))
                    || shown.lines().any(|l| l.starts_with("  - "));
                assert!(changed, "{}: nothing is marked\n{shown}", code.id);
            }
        }
    }

    /// Who reads a block sees what its names are.
    #[test]
    fn names_are_declared() {
        let page = codes::find("E0303").unwrap().page;
        let shown = text(page, 80, PLAIN);
        assert!(shown.contains("  -       total queue_length{queue=\"mail\"}\n"), "{shown}");
        assert!(shown.contains("  +       total readings of queue_length{queue=\"mail\"}\n"), "{shown}");
        let (_, used) = shown.split_once("What these lines use").unwrap();
        for item in
            ["metric queue_length: gauge of messages", "team shop", "team support", "playbook trouble"]
        {
            assert!(used.contains(item), "{used}");
        }
        assert!(!used.contains("http_requests_total"), "{used}");
    }
}
