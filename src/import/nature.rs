//! What rules of the same input say of the series that they record: nothing is assumed of a series that its own rule contradicts.

use std::collections::BTreeMap;

use super::factor;
use super::objective::Place;
use crate::promql;
use crate::promql::ast::{Aggregator, Binary, BinaryOp, Call, Expr, ExprKind};

/// Recordings of recordings, at most so many.
const DEEPEST: usize = 16;

/// Are all values 0 or 1?
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flag {
    /// By what they are.
    Surely,
    /// It is not known.
    Perhaps,
    /// They may well be others.
    No,
}

/// What a recorded series is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Nature {
    /// The rule that says so.
    pub(super) place: Place,
    /// What it is in place of a counter, if it cannot be one: `a rate`.
    pub(super) value: Option<String>,
    pub(super) flag: Flag,
    /// Each of its events is one event of a metric, at the same moment: its rule adds up and picks, and does nothing else.
    pub(super) plain: bool,
    /// What its rule multiplies it by: 1 where it doesn't.
    pub(super) factor: f64,
}

/// A rule's name, expression and place.
type Recording<'r> = (&'r str, &'r str, &'r Place);

/// What is recorded, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Natures {
    all: BTreeMap<String, Nature>,
}

impl Natures {
    /// Of all rules that record something.
    pub(super) fn of<'r>(rules: impl IntoIterator<Item = Recording<'r>>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<(Expr, &Place)>> = BTreeMap::new();
        for (name, text, place) in rules {
            if let Ok(expr) = promql::parse(text) {
                by_name.entry(name).or_default().push((expr, place));
            }
        }
        let mut made = Making { by_name: &by_name, done: BTreeMap::new() };
        for name in by_name.keys() {
            made.named(name, 0);
        }
        Self { all: made.done.into_iter().filter_map(|(name, n)| Some((name.to_owned(), n?))).collect() }
    }
    /// What a rule of the input says of a series.
    pub(super) fn get(&self, name: &str) -> Option<&Nature> {
        self.all.get(name)
    }
    /// Does a rule of the input record a series whose name begins so?
    pub(super) fn any_begins(&self, with: &str) -> bool {
        self.all.range(with.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(with))
    }
    /// Why a metric, or a part of a histogram, is no counter, as the rule that records it says.
    pub(super) fn no_counter(&self, name: &str) -> Option<String> {
        let nature = self.get(name)?;
        let value = nature.value.as_ref()?;
        Some(format!(
            "`{name}` is recorded as {value} ({}), which is no counter: its `rate` counts no events",
            nature.place
        ))
    }
}

struct Making<'m, 'r> {
    by_name: &'m BTreeMap<&'r str, Vec<(Expr, &'r Place)>>,
    /// `None` while it is looked at.
    done: BTreeMap<&'r str, Option<Nature>>,
}

/// What it is in place of a counter, and whether it is 0 or 1.
type Seen = (Option<String>, Flag);

impl Making<'_, '_> {
    /// What is recorded under a name; `None`: nothing is, or it is recorded from itself.
    fn named(&mut self, name: &str, depth: usize) -> Option<Nature> {
        if let Some(done) = self.done.get(name) {
            return done.clone();
        }
        let (key, rules) = self.by_name.get_key_value(name)?;
        if depth > DEEPEST {
            return None;
        }
        self.done.insert(key, None);
        let mut nature: Option<Nature> = None;
        for (expr, place) in rules {
            let (value, flag) = self.seen(expr, depth);
            let plain = self.is_plain(expr, depth);
            let by =
                factor::factor(expr, &mut |name| self.named(name, depth + 1).map_or(1.0, |n| n.factor)).by;
            let new = Nature { place: (*place).clone(), value, flag, plain, factor: by };
            nature = Some(match nature {
                None => new,
                Some(old) => {
                    let (flag, plain) = (old.flag.max(flag), old.plain && plain);
                    // Of several rules the one that isn't a counter's says what must not be assumed.
                    let times = if factor::same(old.factor, 1.0) { new.factor } else { old.factor };
                    let first = if old.value.is_none() && new.value.is_some() { new } else { old };
                    Nature { flag, plain, factor: times, ..first }
                }
            });
        }
        self.done.insert(key, nature.clone());
        nature
    }
    fn seen(&mut self, expr: &Expr, depth: usize) -> Seen {
        match &expr.bare().kind {
            ExprKind::Number(number) => {
                value("a constant", if [0.0, 1.0].contains(number) { Flag::Surely } else { Flag::No })
            }
            ExprKind::Str(_) => value("a text", Flag::No),
            // As functions of time take them: a value over time.
            ExprKind::Subquery(sub) => self.seen(&sub.expr, depth),
            ExprKind::Unary(_) => value("a negated value", Flag::No),
            ExprKind::Paren(inner) => self.seen(inner, depth),
            ExprKind::Selector(selector) => {
                if selector.shift.at.is_some() {
                    return value("a value of one moment", Flag::Perhaps);
                }
                let Some((name, _)) = selector.metric() else { return (None, Flag::Perhaps) };
                match self.named(name, depth + 1) {
                    Some(nature) => (nature.value, nature.flag),
                    None if ["up", "probe_success"].contains(&name) => value("a state, 0 or 1", Flag::Surely),
                    None => (None, Flag::Perhaps),
                }
            }
            ExprKind::Aggregate(a) => {
                let inner = a.body().map_or((None, Flag::No), |body| self.seen(body, depth));
                match a.op {
                    Aggregator::Max
                    | Aggregator::Min
                    | Aggregator::Topk
                    | Aggregator::Bottomk
                    | Aggregator::Limitk
                    | Aggregator::LimitRatio => inner,
                    Aggregator::Sum if inner.1 == Flag::Surely => value("a `sum` of states", Flag::No),
                    Aggregator::Avg if inner.1 == Flag::Surely => value("an `avg` of states", Flag::No),
                    Aggregator::Sum | Aggregator::Avg => (inner.0, Flag::No),
                    Aggregator::Group => value("the constant 1", Flag::Surely),
                    Aggregator::Count
                    | Aggregator::CountValues
                    | Aggregator::Stddev
                    | Aggregator::Stdvar
                    | Aggregator::Quantile => value(&format!("a `{}` of series", a.op.as_str()), Flag::No),
                }
            }
            ExprKind::Binary(b) => self.combined(b, depth),
            ExprKind::Call(call) => self.called(call, depth),
        }
    }
    fn is_plain(&mut self, expr: &Expr, depth: usize) -> bool {
        match &expr.bare().kind {
            ExprKind::Selector(selector) => {
                let moved = selector.shift.offset.is_some() || selector.shift.at.is_some();
                let name = selector.metric().map_or("", |(name, _)| name);
                !moved && self.named(name, depth + 1).is_none_or(|nature| nature.plain)
            }
            ExprKind::Aggregate(a) => {
                let adds =
                    matches!(a.op, Aggregator::Sum | Aggregator::Max | Aggregator::Min) || a.op.picks();
                adds && a.body().is_some_and(|body| self.is_plain(body, depth))
            }
            ExprKind::Binary(b) if b.op == BinaryOp::Or => {
                self.is_plain(&b.left, depth) && promql::linear::constant(&b.right)
            }
            ExprKind::Binary(b) if b.op == BinaryOp::Add => {
                self.is_plain(&b.left, depth) && self.is_plain(&b.right, depth)
            }
            ExprKind::Call(call) if ["label_replace", "label_join"].contains(&call.name.text.as_str()) => {
                call.args.first().is_some_and(|first| self.is_plain(first, depth))
            }
            ExprKind::Number(_)
            | ExprKind::Str(_)
            | ExprKind::Subquery(_)
            | ExprKind::Paren(_)
            | ExprKind::Unary(_)
            | ExprKind::Binary(_)
            | ExprKind::Call(_) => false,
        }
    }
    fn called(&mut self, call: &Call, depth: usize) -> Seen {
        let name = call.name.text.as_str();
        match name {
            "rate" | "irate" | "deriv" => value("a rate", Flag::No),
            "increase" | "delta" | "idelta" => value("an increase over a time", Flag::No),
            "histogram_quantile" => value("a percentile", Flag::No),
            "histogram_fraction" => value("a share", Flag::No),
            "absent" | "absent_over_time" | "present_over_time" => value("the constant 1", Flag::Surely),
            "label_replace" | "label_join" | "sort" | "sort_desc" | "last_over_time" | "max_over_time"
            | "min_over_time" | "vector" | "scalar" => self.first(call, depth),
            "ceil" | "floor" | "round" | "abs" | "clamp_min" | "clamp_max" | "clamp" => {
                let (what, flag) = self.first(call, depth);
                match flag {
                    Flag::Surely if call.args.len() == 1 => (what, flag),
                    Flag::Surely => value(&format!("a state with limits (`{name}`)"), Flag::No),
                    Flag::Perhaps | Flag::No => (what, Flag::No),
                }
            }
            _ => value(&format!("the result of `{name}`"), Flag::No),
        }
    }
    fn first(&mut self, call: &Call, depth: usize) -> Seen {
        call.args.first().map_or((None, Flag::Perhaps), |argument| self.seen(argument, depth))
    }
    fn combined(&mut self, b: &Binary, depth: usize) -> Seen {
        if b.op.is_comparison() && b.returns_bool.is_some() {
            return value("the answer of a comparison, 0 or 1", Flag::Surely);
        }
        let (left, right) = (self.seen(&b.left, depth), self.seen(&b.right, depth));
        let flags = left.1.max(right.1);
        let both = left.1 == Flag::Surely && right.1 == Flag::Surely;
        // A number beside a counter, as that of `or vector(0)`, doesn't make something else of it.
        let constant = |e: &Expr| e.number().is_some() || promql::linear::constant(e);
        // What is done to a state makes something else of it.
        let either = |flag| {
            if flag == Flag::No
                && let Some(text) = of_states(b, left.1, right.1)
            {
                return value(&text, flag);
            }
            let sides = [(&b.left, &left.0), (&b.right, &right.0)];
            (sides.into_iter().filter(|(e, _)| !constant(e)).find_map(|(_, what)| what.clone()), flag)
        };
        match b.op {
            BinaryOp::Or => either(flags),
            BinaryOp::Sub if b.left.number() == Some(1.0) => value("what something leaves of 1", right.1),
            BinaryOp::Add | BinaryOp::Sub => either(Flag::No),
            BinaryOp::Mul if both => either(Flag::Surely),
            BinaryOp::Mul => match b.left.number().or(b.right.number()) {
                Some(factor) if factor > 0.0 => either(Flag::No),
                _ => value("a product", Flag::No),
            },
            BinaryOp::Div => match b.right.number() {
                Some(by) if by > 0.0 => either(Flag::No),
                _ => value("a quotient", Flag::No),
            },
            BinaryOp::Mod | BinaryOp::Pow | BinaryOp::Atan2 => {
                value(&format!("the result of `{}`", b.op.as_str()), Flag::No)
            }
            // What filters keeps values as they are.
            BinaryOp::And
            | BinaryOp::Unless
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual => left,
        }
    }
}

/// What an operation makes of a state, where one of its sides is one.
fn of_states(b: &Binary, left: Flag, right: Flag) -> Option<String> {
    let (left, right) = (left == Flag::Surely, right == Flag::Surely);
    let number = |e: &Expr| e.number().map(factor::shown);
    // A number of its own is no state here, whatever its value.
    let state = |e: &Expr, is: bool| is && e.number().is_none() && !promql::linear::constant(e);
    let (left, right) = (state(&b.left, left), state(&b.right, right));
    let other = if left { &b.right } else { &b.left };
    let with = |word: &str| match number(other) {
        Some(number) => format!("a state, 0 or 1, {word} {number}"),
        None => format!("a state, 0 or 1, {word} something else"),
    };
    match b.op {
        _ if !left && !right => None,
        BinaryOp::Add if left && right => Some("a sum of states".to_owned()),
        BinaryOp::Sub if left && right => Some("a difference of states".to_owned()),
        BinaryOp::Add => Some(with("plus")),
        BinaryOp::Sub if left => Some(with("less")),
        BinaryOp::Sub => Some("what a state leaves of something else".to_owned()),
        BinaryOp::Mul => Some(with("times")),
        BinaryOp::Div if left => Some(with("divided by")),
        BinaryOp::Or => Some("a state, 0 or 1, or something else where it is missing (`or`)".to_owned()),
        BinaryOp::Div
        | BinaryOp::Mod
        | BinaryOp::Pow
        | BinaryOp::Atan2
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterEqual
        | BinaryOp::Less
        | BinaryOp::LessEqual
        | BinaryOp::And
        | BinaryOp::Unless => None,
    }
}

fn value(what: &str, flag: Flag) -> Seen {
    (Some(what.to_owned()), flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(expr: &str) -> (Option<String>, Flag) {
        let place = Place::new("rules.yaml", 4);
        let all =
            Natures::of([("x:1", expr, &place), ("rate:1", "rate(a[5m])", &place), ("up:1", "up", &place)]);
        let one = all.get("x:1").cloned().unwrap_or_else(|| panic!("{expr}"));
        (one.value, one.flag)
    }

    #[test]
    fn what_may_be_a_counter() {
        for expr in [
            "sum by (code) (a)",
            "a offset 1h",
            "2 * a",
            "a / 1000",
            "sum(a) + sum(b) or vector(0)",
            "label_replace(a, \"x\", \"y\", \"\", \"\")",
            "a > 0",
            "max by (job) (a)",
            "x:1",
        ] {
            assert_eq!(seen(expr).0, None, "{expr}");
        }
        for (expr, what) in [
            ("sum(rate(a[5m]))", "a rate"),
            ("sum(rate:1)", "a rate"),
            ("sum(increase(a[5m])) / 2", "an increase over a time"),
            ("a / b", "a quotient"),
            ("1 - a / b", "what something leaves of 1"),
            ("count(a)", "a `count` of series"),
            ("sum(up:1)", "a `sum` of states"),
            ("max_over_time(rate(a[5m])[1h:])", "a rate"),
            ("a > bool 1", "the answer of a comparison, 0 or 1"),
            ("-a", "a negated value"),
            ("a * b", "a product"),
            ("(a < bool 10) * 2", "a state, 0 or 1, times 2"),
            ("2 * up", "a state, 0 or 1, times 2"),
            ("up + up:1", "a sum of states"),
            ("up + a", "a state, 0 or 1, plus something else"),
            ("up or vector(5)", "a state, 0 or 1, or something else where it is missing (`or`)"),
            ("avg(up)", "an `avg` of states"),
            ("clamp_max(up, 2)", "a state with limits (`clamp_max`)"),
            ("a @ 100", "a value of one moment"),
        ] {
            assert_eq!(seen(expr).0.as_deref(), Some(what), "{expr}");
        }
    }

    #[test]
    fn what_is_0_or_1() {
        for (expr, flag) in [
            ("up", Flag::Surely),
            ("max by (job) (up:1)", Flag::Surely),
            ("1 - up", Flag::Surely),
            ("a > bool 3", Flag::Surely),
            ("(a > bool 3) * up", Flag::Surely),
            ("absent(up) or up", Flag::Surely),
            ("a", Flag::Perhaps),
            ("a == 1", Flag::Perhaps),
            ("up * 3", Flag::No),
            ("avg(up)", Flag::No),
            ("sum(up)", Flag::No),
            ("a / b", Flag::No),
            ("sum(rate(a[5m]))", Flag::No),
            ("avg_over_time(up[5m])", Flag::No),
        ] {
            assert_eq!(seen(expr).1, flag, "{expr}");
        }
    }

    #[test]
    fn what_only_adds_up() {
        let place = Place::new("rules.yaml", 4);
        for (expr, plain) in [
            ("sum by (code) (a)", true),
            ("sum(a + b) or vector(0)", true),
            ("sum(old:1)", false),
            ("a offset 1h", false),
            ("2 * a", false),
            ("avg(a)", false),
            ("a - b", false),
        ] {
            let all = Natures::of([("x:1", expr, &place), ("old:1", "a offset 1h", &place)]);
            assert_eq!(all.get("x:1").map(|one| one.plain), Some(plain), "{expr}");
        }
    }

    #[test]
    fn several_rules_of_one_name() {
        let (a, b) = (Place::new("rules.yaml", 4), Place::new("rules.yaml", 9));
        let all = Natures::of([
            ("x:1", "sum(up)", &a),
            ("x:1", "sum(rate(a[5m]))", &b),
            ("y:1", "sum(a)", &a),
            ("y:1", "sum(rate(a[5m]))", &b),
        ]);
        assert_eq!(
            all.no_counter("y:1").as_deref(),
            Some(
                "`y:1` is recorded as a rate (rules.yaml:9), which is no counter: its `rate` counts no events"
            )
        );
        assert!(all.any_begins("x:") && !all.any_begins("z"));
    }
}
