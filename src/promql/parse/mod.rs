//! From tokens to the tree: operators by binding power (Pratt), everything else by recursive descent.
//!
//! The first mistake ends the parse. Both the recursion and the height of the tree are bounded, so
//! that neither this parser nor a later walk can run out of stack.

#![allow(clippy::wildcard_enum_match_arm, reason = "any other token is the wrong one")]

mod selector;

use std::ops::Range;

use super::SyntaxError;
use super::ast::{
    Aggregate, Aggregator, Binary, BinaryOp, Call, Expr, ExprKind, Group, Grouping, Matching, Name,
};
use super::lexer;
use super::token::{Kind, Token, Word};

/// Most levels of nesting.
const DEEPEST: usize = 100;
/// Most levels of a tree, where each operator of a chain (`a + b + c`) is one.
const HIGHEST: usize = 200;

type Parsed<T> = Result<T, SyntaxError>;

/// Reads an expression without checking its types.
pub(super) fn parse_untyped(text: &str) -> Parsed<Expr> {
    let tokens = lexer::lex(text)?;
    let end = Token { kind: Kind::End, range: text.len()..text.len() };
    let mut parser = Parser { text, tokens, end, at: 0, depth: 0, open: Vec::new() };
    if parser.peek() == Kind::End {
        return Err(SyntaxError::syntax(0..text.len(), "there is no expression here"));
    }
    let expr = parser.expr(0)?;
    match parser.peek() {
        Kind::End => Ok(expr),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    end: Token,
    at: usize,
    depth: usize,
    /// Places of open parentheses, braces and brackets.
    open: Vec<Range<usize>>,
}

/// A binary operator with its modifiers.
struct Operator {
    op_range: Range<usize>,
    returns_bool: Option<Range<usize>>,
    matching: Option<Matching>,
}

/// Left and right binding power.
fn power(op: BinaryOp) -> (u8, u8) {
    match op {
        BinaryOp::Or => (2, 3),
        BinaryOp::And | BinaryOp::Unless => (4, 5),
        BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual => (6, 7),
        BinaryOp::Add | BinaryOp::Sub => (8, 9),
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod | BinaryOp::Atan2 => (10, UNARY),
        BinaryOp::Pow => (13, 12),
    }
}

/// A sign binds like `*`: `-x ^ 2` is `-(x ^ 2)`, `-x * 2` is `(-x) * 2`.
const UNARY: u8 = 11;

fn binary_op(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Sub,
        Kind::Star => BinaryOp::Mul,
        Kind::Slash => BinaryOp::Div,
        Kind::Percent => BinaryOp::Mod,
        Kind::Caret => BinaryOp::Pow,
        Kind::Equal => BinaryOp::Equal,
        Kind::NotEqual => BinaryOp::NotEqual,
        Kind::Greater => BinaryOp::Greater,
        Kind::GreaterEqual => BinaryOp::GreaterEqual,
        Kind::Less => BinaryOp::Less,
        Kind::LessEqual => BinaryOp::LessEqual,
        Kind::Word(Word::Atan2) => BinaryOp::Atan2,
        Kind::Word(Word::And) => BinaryOp::And,
        Kind::Word(Word::Or) => BinaryOp::Or,
        Kind::Word(Word::Unless) => BinaryOp::Unless,
        _ => return None,
    })
}

impl<'a> Parser<'a> {
    fn token(&self) -> &Token {
        self.tokens.get(self.at).unwrap_or(&self.end)
    }
    fn peek(&self) -> Kind {
        self.token().kind
    }
    fn peek_next(&self) -> Kind {
        self.tokens.get(self.at + 1).map_or(Kind::End, |t| t.kind)
    }
    fn here(&self) -> Range<usize> {
        self.token().range.clone()
    }
    fn bump(&mut self) -> Range<usize> {
        let range = self.here();
        self.at += 1;
        range
    }
    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or("")
    }
    /// The end of the last token read.
    fn last_end(&self) -> usize {
        self.at.checked_sub(1).and_then(|i| self.tokens.get(i)).map_or(0, |t| t.range.end)
    }
    fn eat(&mut self, kind: Kind) -> bool {
        let found = self.peek() == kind;
        self.at += usize::from(found);
        found
    }
    fn open(&mut self) {
        let range = self.bump();
        self.open.push(range);
    }
    fn close(&mut self, kind: Kind, or: &str) -> Parsed<()> {
        if self.eat(kind) {
            self.open.pop();
            return Ok(());
        }
        Err(self.unexpected(or))
    }
    /// The error at the next token, with what could stand there. At the end of the text it points at what is open.
    fn unexpected(&self, expected: &str) -> SyntaxError {
        let range = self.here();
        let shown = self.slice(&range);
        let opened = self.open.last();
        if self.peek() == Kind::End {
            if let Some(open) = opened {
                let message = format!("this `{}` is never closed", self.slice(open));
                return SyntaxError::syntax(open.clone(), message);
            }
            let end = self.last_end();
            return SyntaxError::syntax(
                end..end,
                format!("the expression ends here, but {expected} must follow"),
            );
        }
        let closes = matches!(self.peek(), Kind::RightParen | Kind::RightBrace | Kind::RightBracket);
        if closes && opened.is_none() {
            return SyntaxError::syntax(range, format!("this `{shown}` closes nothing"));
        }
        SyntaxError::syntax(range, format!("unexpected `{shown}`, expected {expected}"))
    }
    fn too_deep(range: Range<usize>) -> SyntaxError {
        SyntaxError::syntax(range, "this expression is nested too deeply")
            .help("record its parts as metrics of their own")
    }
    /// A node, unless the tree is too high.
    fn node(kind: ExprKind, range: Range<usize>) -> Parsed<Expr> {
        let made = Expr::new(kind, range);
        if made.height > HIGHEST { Err(Self::too_deep(made.range.clone())) } else { Ok(made) }
    }

    fn expr(&mut self, least: u8) -> Parsed<Expr> {
        if self.depth >= DEEPEST {
            return Err(Self::too_deep(self.here()));
        }
        self.depth += 1;
        let mut left =
            if matches!(self.peek(), Kind::Plus | Kind::Minus) { self.signed()? } else { self.operand()? };
        while let Some(op) = binary_op(self.peek()) {
            let (binds_left, binds_right) = power(op);
            if binds_left < least {
                break;
            }
            left = self.binary(left, op, binds_right)?;
        }
        self.depth -= 1;
        Ok(left)
    }
    fn signed(&mut self) -> Parsed<Expr> {
        let start = self.bump().start;
        let operand = Box::new(self.expr(UNARY)?);
        let range = start..operand.range.end;
        Self::node(ExprKind::Unary(operand), range)
    }
    fn binary(&mut self, left: Expr, op: BinaryOp, binds_right: u8) -> Parsed<Expr> {
        let operator = Box::new(self.operator()?);
        let right = self.expr(binds_right)?;
        Self::joined(left, op, *operator, right)
    }
    fn joined(left: Expr, op: BinaryOp, operator: Operator, right: Expr) -> Parsed<Expr> {
        let range = left.range.start..right.range.end;
        let Operator { op_range, returns_bool, matching } = operator;
        let binary = Binary { op, op_range, returns_bool, matching, left, right };
        Self::node(ExprKind::Binary(Box::new(binary)), range)
    }
    fn operator(&mut self) -> Parsed<Operator> {
        let op_range = self.bump();
        let returns_bool = (self.peek() == Kind::Word(Word::Bool)).then(|| self.bump());
        let matching = self.matching()?;
        match self.peek() {
            Kind::Word(Word::Bool) if matching.is_some() => {
                Err(SyntaxError::syntax(self.here(), "`bool` stands right after the operator"))
            }
            Kind::Word(word @ (Word::GroupLeft | Word::GroupRight)) => {
                let name = if word == Word::GroupLeft { "group_left" } else { "group_right" };
                let message = format!("`{name}` needs `on (..)` or `ignoring (..)` before it");
                Err(SyntaxError::syntax(self.here(), message))
            }
            _ => Ok(Operator { op_range, returns_bool, matching }),
        }
    }
    fn matching(&mut self) -> Parsed<Option<Matching>> {
        let Kind::Word(word @ (Word::On | Word::Ignoring)) = self.peek() else { return Ok(None) };
        let start = self.bump().start;
        let labels = self.labels()?;
        let group = match self.peek() {
            Kind::Word(side @ (Word::GroupLeft | Word::GroupRight)) => {
                let start = self.bump().start;
                let labels = if self.peek() == Kind::LeftParen { self.labels()? } else { Vec::new() };
                Some(Group { left: side == Word::GroupLeft, labels, range: start..self.last_end() })
            }
            _ => None,
        };
        let range = start..self.last_end();
        Ok(Some(Matching { on: word == Word::On, labels, group, range }))
    }
    /// `(job, "service.name")`
    fn labels(&mut self) -> Parsed<Vec<Name>> {
        if self.peek() != Kind::LeftParen {
            return Err(self.unexpected("`(` and a list of labels"));
        }
        self.open();
        let mut list = Vec::new();
        while self.peek() != Kind::RightParen {
            let range = self.here();
            let text = match self.peek() {
                Kind::Ident | Kind::Word(_) => self.slice(&range).to_owned(),
                Kind::Str => self.string_value(&range),
                Kind::Recorded => {
                    let message =
                        format!("`{}` is not a label: names of labels have no colons", self.slice(&range));
                    return Err(SyntaxError::syntax(range, message));
                }
                _ => return Err(self.unexpected("a label or `)`")),
            };
            if text.is_empty() {
                return Err(SyntaxError::syntax(range, "the name of a label is empty"));
            }
            self.bump();
            list.push(Name { text, range });
            if !self.eat(Kind::Comma) && self.peek() != Kind::RightParen {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        self.close(Kind::RightParen, "`)`")?;
        Ok(list)
    }
    fn string_value(&self, range: &Range<usize>) -> String {
        // The lexer has tried it.
        lexer::unquote(self.slice(range)).unwrap_or_default()
    }

    /// A primary expression with its `[..]`, `offset` and `@`.
    fn operand(&mut self) -> Parsed<Expr> {
        let mut expr = self.primary()?;
        while matches!(self.peek(), Kind::LeftBracket | Kind::Word(Word::Offset) | Kind::At) {
            expr = self.suffix(expr)?;
        }
        Ok(expr)
    }
    // One small function per kind: in a recursion every local of every branch costs stack.
    fn primary(&mut self) -> Parsed<Expr> {
        match self.peek() {
            Kind::Number | Kind::Duration | Kind::Str => self.literal(),
            Kind::LeftParen => self.parentheses(),
            Kind::LeftBrace => self.selector(None),
            Kind::Ident | Kind::Word(Word::Start | Word::End) if self.peek_next() == Kind::LeftParen => {
                self.call()
            }
            Kind::Word(Word::Aggregator(op))
                if matches!(self.peek_next(), Kind::LeftParen | Kind::Word(Word::By | Word::Without)) =>
            {
                self.aggregate(op)
            }
            Kind::Ident | Kind::Recorded => self.metric(),
            Kind::Word(word) if word.is_metric() => self.metric(),
            _ => Err(self.no_expression()),
        }
    }
    fn no_expression(&self) -> SyntaxError {
        let range = self.here();
        match self.peek() {
            Kind::Word(_) => {
                let shown = self.slice(&range);
                let message = format!("unexpected `{shown}`, expected an expression");
                let help = format!("a metric of this name is written `{{__name__=\"{shown}\"}}`");
                SyntaxError::syntax(range, message).help(help)
            }
            Kind::RangeVar => {
                let message = "`$range` stands only in the brackets of a range";
                SyntaxError::syntax(range, message).help("write `rate(x[$range])`")
            }
            _ => self.unexpected("an expression"),
        }
    }
    fn literal(&mut self) -> Parsed<Expr> {
        let kind = self.peek();
        let range = self.bump();
        let text = self.slice(&range);
        let literal = match kind {
            Kind::Str => ExprKind::Str(self.string_value(&range)),
            Kind::Number => ExprKind::Number(lexer::number_value(text).unwrap_or(f64::NAN)),
            _ => {
                let millis = lexer::duration_millis(text).unwrap_or(0);
                #[allow(clippy::cast_precision_loss, reason = "Prometheus' own numbers are floats")]
                ExprKind::Number(millis as f64 / 1000.0)
            }
        };
        Self::node(literal, range)
    }
    fn parentheses(&mut self) -> Parsed<Expr> {
        let start = self.here().start;
        self.open();
        let inner = Box::new(self.expr(0)?);
        self.close(Kind::RightParen, "an operator or `)`")?;
        Self::node(ExprKind::Paren(inner), start..self.last_end())
    }
    fn metric(&mut self) -> Parsed<Expr> {
        let range = self.bump();
        let name = Name { text: self.slice(&range).to_owned(), range };
        self.selector(Some(name))
    }
    fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.open();
        let mut args = Vec::new();
        if self.peek() != Kind::RightParen {
            loop {
                args.push(self.expr(0)?);
                let comma = self.here();
                if !self.eat(Kind::Comma) {
                    break;
                }
                if self.peek() == Kind::RightParen {
                    let message = "no comma may stand after the last argument";
                    return Err(SyntaxError::syntax(comma, message).help("leave it out"));
                }
            }
        }
        self.close(Kind::RightParen, "an operator, `,` or `)`")?;
        Ok(args)
    }
    fn call(&mut self) -> Parsed<Expr> {
        let range = self.bump();
        let name = Name { text: self.slice(&range).to_owned(), range: range.clone() };
        let args = self.arguments()?;
        Self::node(ExprKind::Call(Call { name, args }), range.start..self.last_end())
    }
    fn grouping(&mut self) -> Parsed<Option<Grouping>> {
        let Kind::Word(word @ (Word::By | Word::Without)) = self.peek() else { return Ok(None) };
        let start = self.bump().start;
        let labels = self.labels()?;
        Ok(Some(Grouping { without: word == Word::Without, labels, range: start..self.last_end() }))
    }
    fn aggregate(&mut self, op: Aggregator) -> Parsed<Expr> {
        let op_range = self.bump();
        let before = self.grouping()?;
        if self.peek() != Kind::LeftParen {
            return Err(self.unexpected("`(`"));
        }
        let args = self.arguments()?;
        let place = self.here();
        let after = self.grouping()?;
        if before.is_some() && after.is_some() {
            return Err(SyntaxError::syntax(
                place.start..self.last_end(),
                "this aggregation is grouped twice",
            ));
        }
        let range = op_range.start..self.last_end();
        let aggregate = Aggregate { op, op_range, grouping: before.or(after), args };
        Self::node(ExprKind::Aggregate(Box::new(aggregate)), range)
    }
}
