//! Parameters of indicators: declared, used, and given in a call.

use super::suggest::{closest, list};
use crate::ast::{
    Arg, ArgValue, Bound, Ident, Indicator, IndicatorStmt, Limit, MatchOp, MatchValue, Matchers, ParamType,
    Selector, Stream, StreamStmt, StreamStmtKind, Subject, Term, Verdict,
};
use crate::diag::codes::names::{
    ARG_TYPE, MISSING_ARG, PARAM_USE, SAID_TWICE, UNKNOWN_ARG, UNKNOWN_PARAM, UNUSED_PARAM, VARIABLE_OUTSIDE,
};
use crate::diag::{Diagnostic, Diagnostics};
use crate::value::Quantity;

/// Where a variable stands.
enum Place<'s> {
    /// As a matcher's value.
    Matcher(&'s MatchOp),
    /// As a limit.
    Limit,
}

/// Checks the uses of an indicator's parameters.
pub(super) fn declared(indicator: &Indicator, out: &mut Diagnostics) {
    let mut used = vec![false; indicator.params.len()];
    let mut strange = false;
    for stmt in &indicator.body.stmts {
        let IndicatorStmt::Stream(stmt) = stmt else { continue };
        variables(stmt, &mut |var, place| {
            let at = indicator.params.iter().position(|p| p.name.name == var.name);
            let Some((at, param)) = at.and_then(|at| Some((at, indicator.params.get(at)?))) else {
                strange = true;
                if !indicator.body.has_junk {
                    out.push(unknown(indicator, var));
                }
                return;
            };
            if let Some(mark) = used.get_mut(at) {
                *mark = true;
            }
            misused(param.ty.value, var, &place, param.ty.span, out);
        });
    }
    // What is not used may be what is misspelt elsewhere.
    if indicator.body.has_junk || strange {
        return;
    }
    for (param, used) in indicator.params.iter().zip(used) {
        if !used {
            let name = &param.name.name;
            let said = format!("parameter `{name}` of indicator `{}` is never used", indicator.name.name);
            out.push(
                Diagnostic::new(&UNUSED_PARAM, param.name.span, said, "never used")
                    .help(format!("use it as `${name}`, or remove it")),
            );
        }
    }
}

fn unknown(indicator: &Indicator, var: &Ident) -> Diagnostic {
    let names = || indicator.params.iter().map(|p| p.name.name.as_str());
    let said = format!("indicator `{}` has no parameter `{}`", indicator.name.name, var.name);
    let made = Diagnostic::new(&UNKNOWN_PARAM, var.span, said, "not among its parameters")
        .also(indicator.name.span, "this indicator");
    match closest(&var.name, names()) {
        Some(found) => made.maybe_fix(format!("did you mean `${found}`?"), var.span, format!("${found}")),
        None => made.help(format!("declare it among the parameters: `{}: string`", var.name)),
    }
}

/// A `string` is compared with `=`, a `regex` with `=~`; the others are limits.
fn misused(
    ty: ParamType,
    var: &Ident,
    place: &Place<'_>,
    declared: crate::source::Span,
    out: &mut Diagnostics,
) {
    let name = &var.name;
    let (label, help) = match (ty, place) {
        (ParamType::String, Place::Matcher(MatchOp::Equal | MatchOp::NotEqual))
        | (ParamType::Regex, Place::Matcher(MatchOp::Regex | MatchOp::NotRegex))
        | (ParamType::Duration | ParamType::Percent | ParamType::Number, Place::Limit) => return,
        (ParamType::String, Place::Matcher(op)) => {
            let plain = if **op == MatchOp::Regex { "=" } else { "!=" };
            (
                format!("a string, compared with `{}`", op.as_str()),
                format!("compare with `{plain}`, or declare `{name}: regex`"),
            )
        }
        (ParamType::Regex, Place::Matcher(op)) => {
            let tilde = if **op == MatchOp::Equal { "=~" } else { "!~" };
            (
                format!("a regex, compared with `{}`", op.as_str()),
                format!("compare with `{tilde}`, or declare `{name}: string`"),
            )
        }
        (_, Place::Matcher(_)) => (
            format!("a {}, where a label's value is expected", ty.as_str()),
            format!("declare `{name}: string`"),
        ),
        (_, Place::Limit) => (
            format!("a {}, where a limit is expected", ty.as_str()),
            format!("declare `{name}: duration` (or `percent`, `number`)"),
        ),
    };
    let said = format!("parameter `{name}` is a {}, but is not used as one", ty.as_str());
    out.push(
        Diagnostic::new(&PARAM_USE, var.span, said, label)
            .also(declared, format!("declared as {}", ty.as_str()))
            .help(help),
    );
}

/// Checks the arguments of a call.
pub(super) fn call(indicator: &Indicator, name: &Ident, args: &[Arg], out: &mut Diagnostics) {
    for (at, arg) in args.iter().enumerate() {
        if let Some(first) = args.iter().take(at).find(|a| a.name.name == arg.name.name) {
            let said = format!("argument `{}` is given twice", arg.name.name);
            out.push(
                Diagnostic::new(&SAID_TWICE, arg.name.span, said, "given again here")
                    .also(first.name.span, "first given here")
                    .help("keep one of them"),
            );
            continue;
        }
        let Some(param) = indicator.params.iter().find(|p| p.name.name == arg.name.name) else {
            if !indicator.body.has_junk {
                out.push(unknown_arg(indicator, arg, args));
            }
            continue;
        };
        let given = match &arg.value {
            ArgValue::Str(_) => "a string",
            ArgValue::Limit(Limit::Value(v)) => v.value.describe(),
            ArgValue::Limit(Limit::Var(var)) => {
                out.push(outside(var));
                continue;
            }
        };
        if fits(param.ty.value, &arg.value) {
            continue;
        }
        let wanted = param.ty.value.as_str();
        let said = format!("argument `{}` is a {wanted}, not {given}", arg.name.name);
        let label = format!("{given}, where a {wanted} is expected");
        let made = Diagnostic::new(&ARG_TYPE, arg.value.span(), said, label)
            .also(param.name.span, format!("declared as {wanted}"));
        out.push(made.help(match param.ty.value {
            ParamType::String | ParamType::Regex => "write it in quotes: `\"..\"`",
            ParamType::Duration => "write it with its unit: `400ms`",
            ParamType::Percent => "write it with `%`: `99%`",
            ParamType::Number => "write a plain number, without a unit",
        }));
    }
    let missing: Vec<&str> = indicator
        .params
        .iter()
        .filter(|p| !args.iter().any(|a| a.name.name == p.name.name))
        .map(|p| p.name.name.as_str())
        .collect();
    // A misspelt argument is reported as such; that it is also missing only follows.
    let misspelt = args.iter().any(|a| !indicator.params.iter().any(|p| p.name.name == a.name.name));
    if !missing.is_empty() && !misspelt && !indicator.body.has_junk {
        let all: Vec<String> =
            indicator.params.iter().map(|p| format!("{}: {}", p.name.name, example(p.ty.value))).collect();
        let word = if missing.len() == 1 { "argument" } else { "arguments" };
        let said = format!("indicator `{}` needs the {word} {}", name.name, list(missing, 9));
        out.push(
            Diagnostic::new(&MISSING_ARG, name.span, said, "not given here")
                .also(indicator.name.span, "declared here")
                .help(format!("write `{}({})`", name.name, all.join(", "))),
        );
    }
}

fn unknown_arg(indicator: &Indicator, arg: &Arg, args: &[Arg]) -> Diagnostic {
    let said = format!("indicator `{}` has no parameter `{}`", indicator.name.name, arg.name.name);
    let made = Diagnostic::new(&UNKNOWN_ARG, arg.name.span, said, "not among its parameters")
        .also(indicator.name.span, "declared here");
    let free: Vec<&str> = indicator
        .params
        .iter()
        .map(|p| p.name.name.as_str())
        .filter(|p| !args.iter().any(|a| a.name.name == *p))
        .collect();
    if let Some(found) = closest(&arg.name.name, free.iter().copied()) {
        return made.maybe_fix(format!("did you mean `{found}`?"), arg.name.span, found);
    }
    if indicator.params.is_empty() {
        return made.help("remove it: the indicator takes no arguments");
    }
    let names = indicator.params.iter().map(|p| p.name.name.as_str());
    made.help(format!("its parameters are {}", list(names, 9)))
}

fn example(ty: ParamType) -> &'static str {
    match ty {
        ParamType::String | ParamType::Regex => "\"..\"",
        ParamType::Duration => "400ms",
        ParamType::Percent => "99%",
        ParamType::Number => "10",
    }
}

/// Is the value one of the parameter's type?
pub(crate) fn fits(ty: ParamType, value: &ArgValue) -> bool {
    match (ty, value) {
        (ParamType::String | ParamType::Regex, ArgValue::Str(_)) => true,
        (_, ArgValue::Limit(Limit::Value(v))) => matches!(
            (ty, v.value),
            (ParamType::Duration, Quantity::Duration(_))
                | (ParamType::Percent, Quantity::Percent(_))
                | (ParamType::Number, Quantity::Number(_) | Quantity::Size(_))
        ),
        (_, ArgValue::Str(_) | ArgValue::Limit(_)) => false,
    }
}

/// Variables mean nothing outside of an indicator.
pub(super) fn no_variables(stmt: &StreamStmt, out: &mut Diagnostics) {
    variables(stmt, &mut |var, _| out.push(outside(var)));
}

/// The same for the `where` of a call.
pub(super) fn no_variables_in(list: &Matchers, out: &mut Diagnostics) {
    matchers(list, &mut |var, _| out.push(outside(var)));
}

fn outside(var: &Ident) -> Diagnostic {
    let said = format!("`${}` is used outside of an indicator", var.name);
    Diagnostic::new(&VARIABLE_OUTSIDE, var.span, said, "parameters exist only inside indicators")
        .help("write the value itself")
}

/// Visits every variable of a statement.
fn variables<'s>(stmt: &'s StreamStmt, see: &mut impl FnMut(&'s Ident, Place<'s>)) {
    match &stmt.kind {
        StreamStmtKind::Total(s) | StreamStmtKind::Started(s) => stream(s, see),
        StreamStmtKind::Finished(s, within) => {
            stream(s, see);
            limit(&within.limit, see);
        }
        StreamStmtKind::Verdict(_, verdict) => match verdict {
            Verdict::Where(list) => matchers(list, see),
            Verdict::Bound(bound, list) => {
                limit(&bound.limit, see);
                if let Some(list) = list {
                    matchers(list, see);
                }
            }
            Verdict::AnyOf(faults) => {
                for fault in faults {
                    if let Some(bound) = &fault.bound {
                        limit(&bound.limit, see);
                    }
                    if let Some(list) = &fault.narrowed {
                        matchers(list, see);
                    }
                }
            }
            Verdict::Stream(s, bound) => {
                stream(s, see);
                if let Some(Bound { limit: l, .. }) = bound {
                    limit(l, see);
                }
            }
        },
        StreamStmtKind::GoodWhen(condition) => {
            match &condition.subject {
                Subject::Percentile(_, s)
                | Subject::Mean(s, _)
                | Subject::Stat(_, s)
                | Subject::Age(_, s) => selector(s, see),
                Subject::Share(_) | Subject::Promql(..) => {}
            }
            limit(&condition.bound.limit, see);
        }
        StreamStmtKind::SilenceIsBad => {}
    }
}

fn stream<'s>(stream: &'s Stream, see: &mut impl FnMut(&'s Ident, Place<'s>)) {
    for term in &stream.terms {
        match term {
            Term::Selector(s) | Term::Readings(s, _) => selector(s, see),
            Term::Promql(..) => {}
        }
    }
}

fn selector<'s>(selector: &'s Selector, see: &mut impl FnMut(&'s Ident, Place<'s>)) {
    if let Some(list) = &selector.matchers {
        matchers(list, see);
    }
}

fn matchers<'s>(list: &'s Matchers, see: &mut impl FnMut(&'s Ident, Place<'s>)) {
    for matcher in &list.list {
        if let MatchValue::Var(var) = &matcher.value {
            see(var, Place::Matcher(&matcher.op.value));
        }
    }
}

fn limit<'s>(limit: &'s Limit, see: &mut impl FnMut(&'s Ident, Place<'s>)) {
    if let Limit::Var(var) = limit {
        see(var, Place::Limit);
    }
}
