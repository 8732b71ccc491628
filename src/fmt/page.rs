//! The lines of a file: blocks, groups, columns, comments.

use super::WIDTH;
use super::line::{lines, width};
use crate::syntax::layout::{Line, Node};

/// Neighbours whose second words stand in one column.
const TOGETHER: &[&[&str]] = &[
    &["channel", "pages", "tickets", "labels", "buckets", "scraped", "born"],
    &["owner", "user", "goal", "tier", "review", "agreed", "data", "budget"],
    &["keep", "aim"],
    &["total", "good", "bad"],
    &["started", "finished"],
];
/// A wider line does not push the comments of its neighbours to the right.
const COMMENTS_BELOW: usize = 70;

/// The text of a whole file.
pub(super) fn page(nodes: &[Node<'_>]) -> String {
    let mut page = Page::default();
    page.nodes(nodes, 0);
    page.text()
}

#[derive(Default)]
struct Page {
    rows: Vec<Row>,
}

/// A line of the result.
struct Row {
    text: String,
    comment: Option<String>,
    /// An empty line stands before it.
    apart: bool,
    depth: usize,
}

impl Page {
    fn nodes(&mut self, nodes: &[Node<'_>], depth: usize) {
        // no empty line after `{`, nor at the beginning
        let mut first = true;
        // Where the run of neighbours ends, and how wide their first words are: looked up once a run.
        let mut run = (0, 0);
        for (at, node) in nodes.iter().enumerate() {
            match node {
                Node::Comment { text, alone, apart } => {
                    let last = self.rows.last_mut().filter(|r| r.comment.is_none() && !alone);
                    if let Some(row) = last {
                        row.comment = Some((*text).to_owned());
                        continue;
                    }
                    let text = format!("{}{text}", "  ".repeat(depth));
                    self.rows.push(Row { text, comment: None, apart: *apart && !first, depth });
                }
                Node::Line(line) => {
                    if at >= run.0 {
                        run = pad(nodes, at);
                    }
                    self.line(line, depth, run.1, "", first);
                }
                Node::Block { head, body, on_one_line } => {
                    if body.is_empty() {
                        self.line(head, depth, 0, " {}", first);
                    } else if !(*on_one_line && self.on_one_line(head, body, depth, first)) {
                        self.line(head, depth, 0, " {", first);
                        self.nodes(body, depth + 1);
                        self.rows.push(Row {
                            text: "  ".repeat(depth) + "}",
                            comment: None,
                            apart: false,
                            depth,
                        });
                    }
                }
            }
            first = false;
        }
    }

    fn line(&mut self, line: &Line<'_>, depth: usize, pad: usize, tail: &str, first: bool) {
        let indent = depth * 2;
        let texts = lines(line, indent, pad, tail.len());
        let last = texts.len().saturating_sub(1);
        for (at, text) in texts.into_iter().enumerate() {
            let begin = if at == 0 { " ".repeat(indent) } else { String::new() };
            let end = if at == last { tail } else { "" };
            let apart = at == 0 && line.apart && !first;
            self.rows.push(Row { text: format!("{begin}{text}{end}"), comment: None, apart, depth });
        }
    }

    /// `head { statement }`, if it fits.
    fn on_one_line(&mut self, head: &Line<'_>, body: &[Node<'_>], depth: usize, first: bool) -> bool {
        let [Node::Line(inner)] = body else { return false };
        if !matches!(head.word, "metric" | "team") {
            return false;
        }
        let indent = depth * 2;
        let (head_lines, inner_lines) = (lines(head, indent, 0, 2), lines(inner, indent, 0, 0));
        let ([head_text], [inner_text]) = (head_lines.as_slice(), inner_lines.as_slice()) else {
            return false;
        };
        let text = format!("{}{head_text} {{ {inner_text} }}", " ".repeat(indent));
        if width(&text) > WIDTH {
            return false;
        }
        self.rows.push(Row { text, comment: None, apart: head.apart && !first, depth });
        true
    }

    /// Comments of neighbouring lines in one column, and all of it together.
    fn text(mut self) -> String {
        let mut at = 0;
        while at < self.rows.len() {
            let end = self.run(at);
            let run = self.rows.get_mut(at..end).unwrap_or_default();
            let column =
                run.iter().map(|r| width(&r.text)).filter(|w| *w < COMMENTS_BELOW).max().unwrap_or(0);
            for row in run {
                let Some(comment) = row.comment.take() else { continue };
                let now = width(&row.text);
                row.text.extend(std::iter::repeat_n(' ', column.saturating_sub(now) + 2));
                row.text.push_str(&comment);
            }
            at = end;
        }
        let mut text = String::new();
        for row in &self.rows {
            if row.apart {
                text.push('\n');
            }
            text.push_str(row.text.trim_end_matches(' '));
            text.push('\n');
        }
        text
    }

    /// The end of the run of neighbours with comments that begins here; at least one row.
    fn run(&self, at: usize) -> usize {
        let Some(first) = self.rows.get(at).filter(|r| r.comment.is_some()) else { return at + 1 };
        // A block that ends belongs to what is above it.
        if first.text.trim_start() == "}" {
            return at + 1;
        }
        let rest = self.rows.iter().skip(at + 1);
        at + 1 + rest.take_while(|r| r.comment.is_some() && !r.apart && r.depth == first.depth).count()
    }
}

/// The end of a statement's run of neighbours, and the width to which the first word of each is filled up: the longest there.
fn pad(nodes: &[Node<'_>], at: usize) -> (usize, usize) {
    let Some(Node::Line(line)) = nodes.get(at) else { return (at + 1, 0) };
    let Some(kin) = TOGETHER.iter().find(|kin| kin.contains(&line.word)) else { return (at + 1, 0) };
    let (mut start, mut end) = (at, at + 1);
    let is_kin = |node: Option<&Node<'_>>| match node {
        Some(Node::Line(l)) => kin.contains(&l.word),
        Some(Node::Comment { .. }) => true,
        _ => false,
    };
    let is_apart = |node: Option<&Node<'_>>| match node {
        Some(Node::Line(l)) => l.apart,
        Some(Node::Comment { apart, .. }) => *apart,
        _ => false,
    };
    while start > 0 && !is_apart(nodes.get(start)) && is_kin(nodes.get(start - 1)) {
        start -= 1;
    }
    while is_kin(nodes.get(end)) && !is_apart(nodes.get(end)) {
        end += 1;
    }
    let run = nodes.get(start..end).unwrap_or_default();
    let words = run.iter().filter_map(|n| if let Node::Line(l) = n { Some(width(l.word)) } else { None });
    (end, words.max().unwrap_or(0))
}
