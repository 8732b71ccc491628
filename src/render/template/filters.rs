//! minijinja's filters that can make much of little, each after a look at how much.

use minijinja::value::{Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, State, filters};

use super::LARGEST;

/// What [`super::scan`] puts behind what a `set` keeps.
pub(super) const BOUNDED_AFTER: &str = ")|bounded_by_slovo ";
/// Its name, which nobody else needs.
const BOUNDED: &str = "bounded_by_slovo";

pub(super) fn add(env: &mut Environment<'static>) {
    env.add_filter(BOUNDED, |value: Value| checked(value));
    guard(env, "replace", Value::from_function(filters::replace), |args| {
        let [text, from, to] = [0, 1, 2].map(|n| args.get(n).map_or("", text_of));
        text.len().saturating_add(text.matches(from).count().saturating_mul(to.len()))
    });
    guard(env, "join", Value::from_function(filters::join), |args| {
        let between = args.get(1).map_or(0, length);
        let items = args.first().and_then(|list| list.try_iter().ok());
        items.map_or(0, |list| {
            list.fold(0_usize, |sum, item| sum.saturating_add(length(&item)).saturating_add(between))
        })
    });
    guard(env, "indent", Value::from_function(filters::indent), |args| {
        let lines = args.first().map_or("", text_of).matches('\n').count() + 1;
        let width = args.iter().skip(1).filter_map(Value::as_usize).max().unwrap_or(4);
        args.first()
            .map_or(0, length)
            .saturating_add(lines.saturating_mul(named(args, "width").unwrap_or(width)))
    });
    guard(env, "format", Value::from_function(filters::format), |args| {
        let pattern = args.first().map_or("", text_of);
        let digits = pattern.split(|c: char| !c.is_ascii_digit());
        let widths = digits.filter(|d| !d.is_empty()).map(|d| d.parse::<usize>().unwrap_or(usize::MAX));
        let given = args.iter().fold(0_usize, |sum, a| sum.saturating_add(length(a)));
        let sum = widths.fold(given, usize::saturating_add);
        // `%*d` takes its width from a value.
        if pattern.contains('*') { usize::MAX } else { sum }
    });
    for (name, filter) in
        [("batch", Value::from_function(filters::batch)), ("slice", Value::from_function(filters::slice))]
    {
        guard(env, name, filter, |args| {
            args.iter()
                .skip(1)
                .filter_map(Value::as_usize)
                .max()
                .unwrap_or(0)
                .max(named(args, "count").unwrap_or(0))
        });
    }
    guard(env, "tojson", Value::from_function(filters::tojson), |args| {
        let indent = args.iter().skip(1).filter_map(Value::as_usize).max();
        // Times as many lines as any value here has.
        indent.or(named(args, "indent")).unwrap_or(0).saturating_mul(LARGEST / 16)
    });
}

/// A filter that is called only where what it makes is not too large, by a guess from above.
fn guard(env: &mut Environment<'static>, name: &'static str, filter: Value, size: fn(&[Value]) -> usize) {
    env.add_filter(name, move |state: &mut State<'_, '_>, args: Rest<Value>| {
        if size(&args) > LARGEST {
            return Err(too_large());
        }
        checked(filter.call(state, &args)?)
    });
}

/// The value, unless it is too large to keep.
fn checked(value: Value) -> Result<Value, Error> {
    if length(&value) > LARGEST { Err(too_large()) } else { Ok(value) }
}

fn too_large() -> Error {
    Error::new(ErrorKind::InvalidOperation, "a text or list larger than 1 MiB")
}

/// Bytes of a text, items of a list, a little for anything else.
fn length(value: &Value) -> usize {
    match value.as_str() {
        Some(text) => text.len(),
        None if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable | ValueKind::Map) => {
            value.len().unwrap_or(0)
        }
        None => 24,
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or("")
}

/// A number given by its name.
fn named(args: &[Value], name: &str) -> Option<usize> {
    let last = args.last().filter(|v| v.is_kwargs())?;
    last.get_attr(name).ok()?.as_usize()
}
