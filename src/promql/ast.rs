//! The tree of an expression. Ranges are bytes of the parsed text.

use std::ops::Range;

use crate::ir::MatchOp;

/// An expression. Its height is bounded by the parser, so a recursive walk is safe.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub range: Range<usize>,
    /// Levels below and with this one.
    pub(super) height: usize,
}

/// The kinds of [`Expr`].
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `0.5`, `0x1F`, `Inf`, `5m`
    Number(f64),
    /// `"text"`
    Str(String),
    /// `x{a="b"}[5m] offset 1h`
    Selector(Box<Selector>),
    /// `expr[1h:5m]`
    Subquery(Box<Subquery>),
    /// `(expr)`
    Paren(Box<Expr>),
    /// `-expr`; `+expr` too
    Unary(Box<Expr>),
    /// `a + on(job) b`
    Binary(Box<Binary>),
    /// `sum by (job) (expr)`
    Aggregate(Box<Aggregate>),
    /// `rate(expr)`
    Call(Call),
}

/// A name or a string with its place (quotes included).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The text, unescaped.
    pub text: String,
    /// Where.
    pub range: Range<usize>,
}

/// A vector or range selector.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// The name before or in the braces (`x`, `{"x"}`); not that of `{__name__="x"}`: see [`Selector::metric`].
    pub name: Option<Name>,
    /// Matchers in order.
    pub matchers: Vec<Matcher>,
    /// Braces included, where written.
    pub braces: Option<Range<usize>>,
    /// `[5m]`: then it is a range vector.
    pub window: Option<Extent>,
    /// `offset`, `@`
    pub shift: Shift,
}

impl Selector {
    /// The metric's name, where one matcher fixes it: its text and place.
    pub fn metric(&self) -> Option<(&str, Range<usize>)> {
        if let Some(name) = &self.name {
            return Some((&name.text, name.range.clone()));
        }
        let fixed = self.matchers.iter().find(|m| m.label.text == "__name__" && m.op == MatchOp::Equal)?;
        Some((&fixed.value.text, fixed.value.range.clone()))
    }
}

/// `code=~"5.."`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matcher {
    /// The label.
    pub label: Name,
    /// The comparison.
    pub op: MatchOp,
    /// The comparison's place.
    pub op_range: Range<usize>,
    /// The value.
    pub value: Name,
}

impl Matcher {
    /// The whole.
    pub fn range(&self) -> Range<usize> {
        self.label.range.start..self.value.range.end
    }
}

/// The length of a range selector or a subquery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Written out.
    Fixed {
        /// In milliseconds, positive.
        millis: u64,
        /// The duration's place.
        range: Range<usize>,
    },
    /// `$range`
    Base {
        /// The word's place.
        range: Range<usize>,
    },
}

impl Extent {
    /// Where it stands, without brackets.
    pub fn range(&self) -> Range<usize> {
        match self {
            Extent::Fixed { range, .. } | Extent::Base { range } => range.clone(),
        }
    }
}

/// `offset 5m`, `@ end()`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// The whole `offset 5m`.
    pub offset: Option<Range<usize>>,
    /// How far the offset looks back, in milliseconds; 0 without one, and for one that looks ahead.
    pub back: u64,
    /// The whole `@ end()`.
    pub at: Option<Range<usize>>,
}

/// `expr[1h:5m]`
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// What is evaluated.
    pub expr: Expr,
    /// For how long.
    pub window: Extent,
    /// How far apart it is evaluated; none: as often as the engine's rules.
    pub step: Option<Extent>,
    /// `offset`, `@`
    pub shift: Shift,
}

/// A binary operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// The operator's place, without modifiers.
    pub op_range: Range<usize>,
    /// The place of `bool`.
    pub returns_bool: Option<Range<usize>>,
    /// `on (..)`, `ignoring (..)`
    pub matching: Option<Matching>,
    /// Left side.
    pub left: Expr,
    /// Right side.
    pub right: Expr,
}

/// How the sides of a binary operation find each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// `on`; else `ignoring`.
    pub on: bool,
    /// Its labels.
    pub labels: Vec<Name>,
    /// `group_left (..)` or `group_right (..)`
    pub group: Option<Group>,
    /// The whole.
    pub range: Range<usize>,
}

/// `group_left (..)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `group_left`: the left side has many; else the right one.
    pub left: bool,
    /// Labels taken over from the side that has one.
    pub labels: Vec<Name>,
    /// The whole.
    pub range: Range<usize>,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Equal,
    NotEqual,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    And,
    Or,
    Unless,
}

impl BinaryOp {
    /// `==`, `>` and so on.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Equal
                | BinaryOp::NotEqual
                | BinaryOp::Greater
                | BinaryOp::GreaterEqual
                | BinaryOp::Less
                | BinaryOp::LessEqual
        )
    }
    /// `and`, `or`, `unless`
    pub fn is_set(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
    }
    /// As written.
    pub fn as_str(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "^",
            BinaryOp::Atan2 => "atan2",
            BinaryOp::Equal => "==",
            BinaryOp::NotEqual => "!=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEqual => ">=",
            BinaryOp::Less => "<",
            BinaryOp::LessEqual => "<=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Unless => "unless",
        }
    }
}

/// An aggregation.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The operator.
    pub op: Aggregator,
    /// The operator's place.
    pub op_range: Range<usize>,
    /// `by (..)`, `without (..)`
    pub grouping: Option<Grouping>,
    /// What stands in the parentheses: the last one is aggregated, one before is the parameter.
    pub args: Vec<Expr>,
}

impl Aggregate {
    /// What is aggregated.
    pub fn body(&self) -> Option<&Expr> {
        self.args.last()
    }
}

/// `by (..)`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouping {
    /// `without`; else `by`.
    pub without: bool,
    /// The labels.
    pub labels: Vec<Name>,
    /// The whole.
    pub range: Range<usize>,
}

/// Aggregation operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Aggregator {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    CountValues,
    Quantile,
    Limitk,
    LimitRatio,
}

const AGGREGATORS: [(&str, Aggregator); 14] = [
    ("sum", Aggregator::Sum),
    ("avg", Aggregator::Avg),
    ("count", Aggregator::Count),
    ("min", Aggregator::Min),
    ("max", Aggregator::Max),
    ("group", Aggregator::Group),
    ("stddev", Aggregator::Stddev),
    ("stdvar", Aggregator::Stdvar),
    ("topk", Aggregator::Topk),
    ("bottomk", Aggregator::Bottomk),
    ("count_values", Aggregator::CountValues),
    ("quantile", Aggregator::Quantile),
    ("limitk", Aggregator::Limitk),
    ("limit_ratio", Aggregator::LimitRatio),
];

impl Aggregator {
    /// The operator of this name, in any case.
    pub fn find(name: &str) -> Option<Self> {
        AGGREGATORS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, a)| *a)
    }
    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        AGGREGATORS.iter().map(|(n, _)| *n)
    }
    /// As written.
    pub fn as_str(self) -> &'static str {
        AGGREGATORS.iter().find(|(_, a)| *a == self).map_or("", |(n, _)| *n)
    }
    /// Picks some of its series, whose labels stay as they are.
    pub fn picks(self) -> bool {
        matches!(self, Aggregator::Topk | Aggregator::Bottomk | Aggregator::Limitk | Aggregator::LimitRatio)
    }
}

/// A function call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub name: Name,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// One number.
    Scalar,
    /// One value per series: an instant vector.
    Vector,
    /// Values over a time per series: a range vector.
    Matrix,
    /// Text.
    String,
}

impl ValueType {
    /// In words: `an instant vector`.
    pub fn describe(self) -> &'static str {
        match self {
            ValueType::Scalar => "a scalar",
            ValueType::Vector => "an instant vector",
            ValueType::Matrix => "a range vector",
            ValueType::String => "a string",
        }
    }
}

impl Expr {
    pub(super) fn new(kind: ExprKind, range: Range<usize>) -> Self {
        let mut made = Self { kind, range, height: 1 };
        let below = made.children().map(|c| c.height).max().unwrap_or(0);
        made.height = below + 1;
        made
    }
    /// Direct subexpressions, in the order written.
    pub fn children(&self) -> impl Iterator<Item = &Expr> {
        let (one, two, many): (Option<&Expr>, Option<&Expr>, &[Expr]) = match &self.kind {
            ExprKind::Number(_) | ExprKind::Str(_) | ExprKind::Selector(_) => (None, None, &[]),
            ExprKind::Subquery(s) => (Some(&s.expr), None, &[]),
            ExprKind::Paren(e) | ExprKind::Unary(e) => (Some(e), None, &[]),
            ExprKind::Binary(b) => (Some(&b.left), Some(&b.right), &[]),
            ExprKind::Aggregate(a) => (None, None, &a.args),
            ExprKind::Call(c) => (None, None, &c.args),
        };
        one.into_iter().chain(two).chain(many)
    }
    /// The number that it is, through parentheses.
    pub fn number(&self) -> Option<f64> {
        if let ExprKind::Number(n) = &self.bare().kind { Some(*n) } else { None }
    }
    /// The selector that it is, through parentheses.
    pub fn selector(&self) -> Option<&Selector> {
        if let ExprKind::Selector(selector) = &self.bare().kind { Some(selector) } else { None }
    }
    /// The call that it is, through parentheses.
    pub fn call(&self) -> Option<&Call> {
        if let ExprKind::Call(call) = &self.bare().kind { Some(call) } else { None }
    }
    /// The aggregation that it is, through parentheses.
    pub fn aggregate(&self) -> Option<&Aggregate> {
        if let ExprKind::Aggregate(aggregate) = &self.bare().kind { Some(aggregate) } else { None }
    }
    /// The operation that it is, through parentheses.
    pub fn binary(&self) -> Option<&Binary> {
        if let ExprKind::Binary(binary) = &self.bare().kind { Some(binary) } else { None }
    }
    /// Without the parentheses around it.
    pub fn bare(&self) -> &Expr {
        let mut inner = self;
        while let ExprKind::Paren(e) = &inner.kind {
            inner = e;
        }
        inner
    }
}
