//! Do the parts of an expression fit: arguments, operators, vector matching, regular expressions?
//!
//! The rules are Prometheus' own. All mistakes are reported, except those that merely follow from one further inside.

use super::SyntaxError;
use super::ast::{Aggregate, Aggregator, Binary, Call, Expr, ExprKind, Selector, Subquery, ValueType};
use super::error::ErrorKind;
use super::functions;
use super::regex::{self, RegexError};

/// What an expression gives.
pub fn value_type(expr: &Expr) -> ValueType {
    match &expr.kind {
        ExprKind::Number(_) => ValueType::Scalar,
        ExprKind::Str(_) => ValueType::String,
        ExprKind::Selector(s) if s.window.is_some() => ValueType::Matrix,
        ExprKind::Selector(_) | ExprKind::Aggregate(_) => ValueType::Vector,
        ExprKind::Subquery(_) => ValueType::Matrix,
        ExprKind::Paren(inner) | ExprKind::Unary(inner) => value_type(inner),
        ExprKind::Binary(b) => match (value_type(&b.left), value_type(&b.right)) {
            (ValueType::Scalar, ValueType::Scalar) => ValueType::Scalar,
            _ => ValueType::Vector,
        },
        ExprKind::Call(call) => functions::find(&call.name.text).map_or(ValueType::Vector, |f| f.returns),
    }
}

/// Reports every misfit. `window` is the range that hints show (`5m`, `$range`).
pub(super) fn check(expr: &Expr, text: &str, window: &str, errors: &mut Vec<SyntaxError>) {
    Checker { text, window, errors }.expr(expr);
}

struct Checker<'a> {
    text: &'a str,
    window: &'a str,
    errors: &'a mut Vec<SyntaxError>,
}

impl Checker<'_> {
    fn wrong(&mut self, range: std::ops::Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.errors.push(SyntaxError::of_type(range, message).with_help(help));
    }
    fn source(&self, expr: &Expr) -> &str {
        self.text.get(expr.range.clone()).unwrap_or("")
    }
    /// The type, or `None` when a mistake has been reported in it.
    fn expr(&mut self, expr: &Expr) -> Option<ValueType> {
        let before = self.errors.len();
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Str(_) => {}
            ExprKind::Selector(selector) => self.selector(selector, expr),
            ExprKind::Subquery(subquery) => self.subquery(subquery),
            ExprKind::Paren(inner) => {
                self.expr(inner);
            }
            ExprKind::Unary(inner) => {
                if let Some(found @ (ValueType::Matrix | ValueType::String)) = self.expr(inner) {
                    let message =
                        format!("a sign stands before {}, but only numbers have signs", found.describe());
                    self.wrong(expr.range.clone(), message, None);
                }
            }
            ExprKind::Binary(binary) => self.binary(binary),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, expr),
            ExprKind::Call(call) => self.call(call, expr),
        }
        (self.errors.len() == before).then(|| value_type(expr))
    }
    fn subquery(&mut self, subquery: &Subquery) {
        match self.expr(&subquery.expr) {
            None | Some(ValueType::Vector) => {}
            Some(found) => {
                let message = format!("a subquery needs an instant vector, and this is {}", found.describe());
                self.wrong(subquery.expr.range.clone(), message, None);
            }
        }
    }
    fn selector(&mut self, selector: &Selector, whole: &Expr) {
        let mut selective = selector.name.is_some();
        for m in &selector.matchers {
            if m.label.text == "__name__"
                && let Some(name) = &selector.name
            {
                let message =
                    format!("the metric's name is given twice: `{}` and `{}`", name.text, m.value.text);
                self.wrong(m.range(), message, None);
                selective = true;
                continue;
            }
            match regex::accepts(m.op, &m.value.text, "") {
                Ok(takes_empty) => selective |= !takes_empty,
                Err(RegexError::TooLarge) => selective = true,
                Err(RegexError::Syntax { message, range }) => {
                    selective = true;
                    self.regex(&m.value, &message, &range);
                }
            }
            if m.label.text.is_empty() {
                self.wrong(m.label.range.clone(), "the name of a label is empty", None);
            }
        }
        if !selective {
            let message = "this selector takes every series: no matcher refuses the empty value";
            let help = "name a metric, or demand a value: `{job=\"api\"}`, `{job=~\".+\"}`";
            self.wrong(whole.range.clone(), message, Some(help.to_owned()));
        }
    }
    /// A mistake in a regular expression, placed in the literal where that is surely right.
    fn regex(&mut self, value: &super::ast::Name, message: &str, inner: &std::ops::Range<usize>) {
        let start = value.range.start + 1;
        let plain = self.text.get(start..value.range.end.saturating_sub(1)) == Some(&value.text);
        let range = if plain { start + inner.start..start + inner.end } else { value.range.clone() };
        self.wrong(range, format!("not a regular expression: {message}"), None);
    }
    fn binary(&mut self, b: &Binary) {
        let op = b.op.as_str();
        if let Some(place) = &b.returns_bool
            && !b.op.is_comparison()
        {
            let message = format!("`bool` belongs to a comparison, and `{op}` is none");
            self.wrong(place.clone(), message, Some("leave it out".to_owned()));
        }
        let (left, right) = (self.expr(&b.left), self.expr(&b.right));
        for (found, side) in [(left, &b.left), (right, &b.right)] {
            if let Some(found @ (ValueType::Matrix | ValueType::String)) = found {
                let message =
                    format!("`{op}` works on scalars and instant vectors, and this is {}", found.describe());
                let help = match (found, &side.bare().kind) {
                    (ValueType::Matrix, ExprKind::Selector(_)) => {
                        Some(format!("write `rate({})`", self.source(side.bare())))
                    }
                    _ => None,
                };
                self.wrong(side.range.clone(), message, help);
            }
        }
        let (Some(left), Some(right)) = (left, right) else { return };
        let fit = |t| matches!(t, ValueType::Scalar | ValueType::Vector);
        if !fit(left) || !fit(right) {
            return;
        }
        let vectors = u8::from(left == ValueType::Vector) + u8::from(right == ValueType::Vector);
        if b.op.is_comparison() && vectors == 0 && b.returns_bool.is_none() {
            let message = "a comparison of two scalars needs `bool`";
            self.wrong(b.op_range.clone(), message, Some(format!("write `{op} bool`")));
        }
        if b.op.is_set() && vectors < 2 {
            let scalar = if left == ValueType::Scalar { &b.left } else { &b.right };
            let message = format!("`{op}` stands between instant vectors, and this is a scalar");
            let help = format!("write `vector({})`", self.source(scalar));
            self.wrong(scalar.range.clone(), message, Some(help));
            return;
        }
        let Some(matching) = &b.matching else { return };
        if vectors < 2 {
            if !matching.labels.is_empty() {
                let message = "labels can only be matched between two instant vectors";
                self.wrong(matching.range.clone(), message, Some("leave it out".to_owned()));
            }
            return;
        }
        let Some(group) = &matching.group else { return };
        if b.op.is_set() {
            let message = format!("`{op}` compares sets, and takes no grouping");
            self.wrong(group.range.clone(), message, Some("leave it out".to_owned()));
            return;
        }
        if matching.on {
            for label in &group.labels {
                if matching.labels.iter().any(|l| l.text == label.text) {
                    let message = format!("`{}` is in `on` already, so both sides have it", label.text);
                    self.wrong(label.range.clone(), message, Some("leave it out here".to_owned()));
                }
            }
        }
    }
    fn aggregate(&mut self, a: &Aggregate, whole: &Expr) {
        let name = a.op.as_str();
        let parameter = match a.op {
            Aggregator::Topk | Aggregator::Bottomk | Aggregator::Limitk => Some((ValueType::Scalar, "5")),
            Aggregator::Quantile => Some((ValueType::Scalar, "0.95")),
            Aggregator::LimitRatio => Some((ValueType::Scalar, "0.1")),
            Aggregator::CountValues => Some((ValueType::String, "\"version\"")),
            Aggregator::Sum
            | Aggregator::Avg
            | Aggregator::Count
            | Aggregator::Min
            | Aggregator::Max
            | Aggregator::Group
            | Aggregator::Stddev
            | Aggregator::Stdvar => None,
        };
        let types: Vec<_> = a.args.iter().map(|arg| self.expr(arg)).collect();
        let expected = if parameter.is_some() { 2 } else { 1 };
        if a.args.len() != expected {
            let count = counted(expected);
            let message = format!("`{name}` takes {count}, and here {} given", are(a.args.len()));
            let help = match (parameter, a.args.as_slice()) {
                (Some((_, example)), [one]) => {
                    Some(format!("write `{name}({example}, {})`", self.source(one)))
                }
                (None, [_, _, ..]) => Some("add what belongs together with `+`".to_owned()),
                _ => None,
            };
            self.wrong(whole.range.clone(), message, help);
            return;
        }
        if let (Some((wanted, _)), Some(Some(found)), Some(arg)) = (parameter, types.first(), a.args.first())
            && wanted != *found
        {
            let message = format!(
                "the first argument of `{name}` is {}, and this is {}",
                wanted.describe(),
                found.describe()
            );
            self.wrong(arg.range.clone(), message, None);
        }
        if let (Some(Some(found)), Some(body)) = (types.last(), a.body())
            && *found != ValueType::Vector
        {
            let message = format!("`{name}` aggregates an instant vector, and this is {}", found.describe());
            let help = match (found, &body.bare().kind) {
                (ValueType::Matrix, _) => Some(format!("write `{name}(rate({}))`", self.source(body.bare()))),
                (ValueType::Scalar, _) => Some("a scalar is one value already".to_owned()),
                _ => None,
            };
            self.wrong(body.range.clone(), message, help);
        }
    }
    fn call(&mut self, call: &Call, whole: &Expr) {
        let name = &call.name.text;
        let types: Vec<_> = call.args.iter().map(|arg| self.expr(arg)).collect();
        let Some(function) = functions::find(name) else {
            let error = unknown_function(call);
            self.errors.push(error);
            return;
        };
        let given = call.args.len();
        if given < function.least || function.most.is_some_and(|most| given > most) {
            let wanted = match function.most {
                Some(most) if most == function.least => counted(most),
                Some(most) if given > most => format!("at most {}", counted(most)),
                _ => format!("at least {}", counted(function.least)),
            };
            let message = format!("`{name}` takes {wanted}, and here {} given", are(given));
            self.wrong(whole.range.clone(), message, None);
            return;
        }
        for (i, (arg, found)) in call.args.iter().zip(&types).enumerate() {
            let Some(wanted) = function.args.get(i).or(function.args.last()) else { break };
            let Some(found) = found else { continue };
            if found != wanted {
                self.argument(name, arg, *wanted, *found);
            }
        }
        if types.iter().all(Option::is_some) {
            self.literals(call);
        }
    }
    fn argument(&mut self, name: &str, arg: &Expr, wanted: ValueType, found: ValueType) {
        let source = self.source(arg.bare());
        let help = match (wanted, found, &arg.bare().kind) {
            (ValueType::Matrix, ValueType::Vector, ExprKind::Selector(s))
                if s.shift == super::ast::Shift::default() =>
            {
                Some(format!("write `{name}({source}[{}])`", self.window))
            }
            (ValueType::Matrix, ValueType::Vector, ExprKind::Aggregate(a)) => {
                let inner = a.body().map_or("", |body| self.source(body));
                let plain = matches!(a.body().map(|b| &b.bare().kind), Some(ExprKind::Selector(_)));
                plain.then(|| {
                    let op = a.op.as_str();
                    format!("aggregate afterwards: `{op}({name}({inner}[{}]))`", self.window)
                })
            }
            (ValueType::Vector, ValueType::Matrix, ExprKind::Selector(_)) => {
                Some(format!("take a rate first: `{name}(rate({source}))`, or leave out the range"))
            }
            (ValueType::Vector, ValueType::Scalar, _) => Some(format!("write `vector({source})`")),
            (ValueType::Scalar, ValueType::Vector, _) => Some(format!("write `scalar({source})`")),
            _ => None,
        };
        let message = format!("`{name}` needs {} here, and this is {}", wanted.describe(), found.describe());
        self.wrong(arg.range.clone(), message, help);
    }
    /// What Prometheus finds only when it evaluates: names of labels and regular expressions in strings.
    fn literals(&mut self, call: &Call) {
        let text = |i: usize| match call.args.get(i).map(|a| (&a.bare().kind, a)) {
            Some((ExprKind::Str(text), arg)) => Some((text.clone(), arg.bare().range.clone())),
            _ => None,
        };
        let replaces = call.name.text == "label_replace";
        if !replaces && call.name.text != "label_join" {
            return;
        }
        if let Some((label, range)) = text(1)
            && label.is_empty()
        {
            self.wrong(range, "the name of a label is empty", None);
        }
        if replaces
            && let Some((pattern, range)) = text(4)
            && let Err(RegexError::Syntax { message, range: inner }) = regex::validate_regex(&pattern)
        {
            self.regex(&super::ast::Name { text: pattern, range }, &message, &inner);
        }
    }
}

fn counted(n: usize) -> String {
    match n {
        0 => "no arguments".to_owned(),
        1 => "1 argument".to_owned(),
        n => format!("{n} arguments"),
    }
}

fn are(n: usize) -> String {
    match n {
        0 => "none is".to_owned(),
        1 => "1 is".to_owned(),
        n => format!("{n} are"),
    }
}

fn unknown_function(call: &Call) -> SyntaxError {
    let name = call.name.text.as_str();
    let names = functions::all().iter().map(|f| f.name).chain(super::ast::Aggregator::names());
    let near = names
        .map(|n| (strsim::damerau_levenshtein(n, &name.to_ascii_lowercase()), n))
        .filter(|(distance, n)| *distance <= 1 + n.len().min(name.len()) / 4)
        .min();
    let help = match (functions::renamed(name), near) {
        (Some("double_exponential_smoothing"), _) => {
            Some("Prometheus 3 calls it `double_exponential_smoothing`".to_owned())
        }
        (Some(new), _) => Some(format!("PromQL has `{new}`")),
        (None, Some((_, near))) => Some(format!("did you mean `{near}`?")),
        (None, None) => None,
    };
    let message = format!("there is no PromQL function `{name}`");
    SyntaxError { kind: ErrorKind::UnknownFunction, ..SyntaxError::of_type(call.name.range.clone(), message) }
        .with_help(help)
}
