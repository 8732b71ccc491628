//! A readable file as lines and blocks of tokens, with every comment at its place: what the formatter prints.
//!
//! The grammar names every token, so nothing but blanks and comments stands between two of them.

use pest::iterators::Pair;

use super::parser::Rule;

/// Something on a line of its own.
#[derive(Debug)]
pub(crate) enum Node<'t> {
    /// A statement, or an item without braces.
    Line(Line<'t>),
    /// A head with braces.
    Block {
        /// What stands before `{`.
        head: Line<'t>,
        /// What stands in the braces.
        body: Vec<Node<'t>>,
        /// All of it stands on one line.
        on_one_line: bool,
    },
    /// A comment.
    Comment {
        /// From `#` to the end of the line, without blanks there.
        text: &'t str,
        /// Nothing stands before it on its line.
        alone: bool,
        /// An empty line stands before it.
        apart: bool,
    },
}

/// The tokens of a statement or of a head.
#[derive(Debug)]
pub(crate) struct Line<'t> {
    pub(crate) tokens: Vec<Token<'t>>,
    /// What kind of statement it is: its first word; empty for a scenario's phases.
    pub(crate) word: &'t str,
    /// An empty line stands before it.
    pub(crate) apart: bool,
}

/// A token, with the comments before it.
#[derive(Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    pub(crate) text: &'t str,
    /// Comments within the statement, each with whether it stands alone on its line.
    pub(crate) comments: Vec<(&'t str, bool)>,
}

/// What the spacing depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word of the language.
    Keyword,
    /// `in` before the values of a label
    In,
    /// The `because` of a proxy, which may begin a line.
    Because,
    Comma,
    Colon,
    /// `=`, `!=`, `=~`, `!~`
    Operator,
    Pipe,
    Plus,
    /// Between ways to be bad.
    Or,
    OpenParen,
    CloseParen,
    OpenCurly,
    CloseCurly,
    /// The free words of a noun.
    Words,
    Other,
}

/// The nodes of a parsed file.
pub(super) fn nodes<'t>(text: &'t str, file: Pair<'t, Rule>) -> Vec<Node<'t>> {
    let mut layout = Layout { text, end: 0 };
    let mut found = Vec::new();
    for pair in file.into_inner() {
        layout.node(pair, &mut found);
    }
    found
}

struct Layout<'t> {
    text: &'t str,
    /// Where the token before ended.
    end: usize,
}

impl<'t> Layout<'t> {
    /// What stands between the token before and this offset.
    fn gap(&self, start: usize) -> &'t str {
        self.text.get(self.end..start).unwrap_or_default()
    }
    fn apart(&self, start: usize) -> bool {
        self.gap(start).bytes().filter(|b| *b == b'\n').count() > 1
    }
    /// Does nothing stand before this on its line?
    fn alone(&self, start: usize) -> bool {
        self.end == 0 || self.gap(start).contains('\n')
    }

    fn node(&mut self, pair: Pair<'t, Rule>, into: &mut Vec<Node<'t>>) {
        let span = pair.as_span();
        let (start, end) = (span.start(), span.end());
        match pair.as_rule() {
            Rule::comment => {
                let text = pair.as_str().trim_end();
                into.push(Node::Comment { text, alone: self.alone(start), apart: self.apart(start) });
                self.end = end;
            }
            Rule::open | Rule::close | Rule::EOI => self.end = end,
            rule => {
                let apart = self.apart(start);
                let mut line = Line { tokens: Vec::new(), word: "", apart };
                let mut comments = Vec::new();
                self.end = start;
                let body = self.tokens(pair, &mut line.tokens, &mut comments);
                if rule != Rule::phases {
                    line.word = line.tokens.first().map_or("", |t| t.text);
                }
                into.push(match body {
                    Some((body, on_one_line)) => Node::Block { head: line, body, on_one_line },
                    None => Node::Line(line),
                });
            }
        }
    }

    /// The leaves of a pair; the block, where one is reached.
    fn tokens(
        &mut self,
        pair: Pair<'t, Rule>,
        into: &mut Vec<Token<'t>>,
        comments: &mut Vec<(&'t str, bool)>,
    ) -> Option<(Vec<Node<'t>>, bool)> {
        let rule = pair.as_rule();
        let (start, end) = (pair.as_span().start(), pair.as_span().end());
        if is_block(rule) {
            let on_one_line = !pair.as_str().contains('\n');
            let mut body = Vec::new();
            for inner in pair.into_inner() {
                self.node(inner, &mut body);
            }
            return Some((body, on_one_line));
        }
        let text = pair.as_str();
        let mut inner = pair.into_inner().peekable();
        if inner.peek().is_none() {
            if rule == Rule::comment {
                comments.push((text.trim_end(), self.alone(start)));
            } else if start < end {
                let follows = into.len();
                into.push(Token { kind: kind(rule, follows), text, comments: std::mem::take(comments) });
            }
            self.end = end;
            return None;
        }
        let mut body = None;
        for inner in inner {
            body = self.tokens(inner, into, comments).or(body);
        }
        body
    }
}

fn is_block(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::team_block
            | Rule::metric_block
            | Rule::indicator_block
            | Rule::journey_block
            | Rule::step_block
            | Rule::promise_block
            | Rule::policy_block
            | Rule::playbook_block
            | Rule::scenario_block
    )
}

fn kind(rule: Rule, follows: usize) -> Kind {
    match rule {
        Rule::comma => Kind::Comma,
        Rule::colon => Kind::Colon,
        Rule::equals | Rule::op => Kind::Operator,
        Rule::pipe => Kind::Pipe,
        Rule::plus => Kind::Plus,
        Rule::k_or => Kind::Or,
        Rule::lparen => Kind::OpenParen,
        Rule::rparen => Kind::CloseParen,
        Rule::lcurl => Kind::OpenCurly,
        Rule::rcurl => Kind::CloseCurly,
        Rule::words => Kind::Words,
        Rule::k_in => Kind::In,
        Rule::k_because if follows > 0 => Kind::Because,
        rule if rule >= Rule::k_after => Kind::Keyword,
        _ => Kind::Other,
    }
}
