//! The limits of templates. A user's template may come from a stranger's pull request, so none can exhaust the stack, run for
//! ever or fill the memory: each has fuel, an output of bounded size, and tags of bounded length and nesting.

mod filters;
mod scan;

use std::borrow::Cow;
use std::cell::Cell;
use std::io::Write;

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};
use serde::Serialize;

use crate::ir::Model;

/// Nesting of includes, macros and loops while a template is filled, in minijinja's units.
const RECURSION: usize = 200;
/// The largest text or list that a template may keep in a variable.
const LARGEST: usize = 1024 * 1024;

/// How much one template may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Steps.
    fuel: u64,
    /// Bytes of what it gives.
    bytes: usize,
}

impl Room {
    /// Of a page: larger projects have larger ones.
    pub(crate) fn page(model: &Model) -> Self {
        let promises = model.promises().count() + model.journeys.len();
        let n = u64::try_from(promises).unwrap_or(u64::MAX);
        Self {
            fuel: n.saturating_mul(10_000).saturating_add(5_000_000),
            bytes: promises.saturating_mul(64 * 1024).saturating_add(8 * LARGEST),
        }
    }
    /// Of an alert's text.
    pub(crate) const ALERT: Self = Self { fuel: 500_000, bytes: 64 * 1024 };
}

/// A template that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The template's name.
    pub template: String,
    /// The line, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "template `{}`", self.template)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for TemplateError {}

/// An environment whose templates are bounded.
pub(crate) fn environment(room: Room) -> Environment<'static> {
    let mut env = Environment::new();
    env.set_fuel(Some(room.fuel));
    env.set_recursion_limit(RECURSION);
    filters::add(&mut env);
    env
}

/// Adds a template, after a look at what its parser could not bear.
pub(crate) fn add(env: &mut Environment<'static>, name: &str, text: &str) -> Result<(), TemplateError> {
    let text = scan::bounded(text).map_err(|wrong| TemplateError {
        template: name.to_owned(),
        line: Some(wrong.line),
        message: wrong.message,
    })?;
    env.add_template_owned(name.to_owned(), text.into_owned()).map_err(|e| explained(name, &e))
}

/// Fills a template.
pub(crate) fn fill(
    env: &Environment<'_>,
    room: Room,
    name: &str,
    context: Value,
) -> Result<String, TemplateError> {
    let template = env.get_template(name).map_err(|e| explained(name, &e))?;
    let mut out = Bounded { text: Vec::new(), most: room.bytes };
    FULL.set(false);
    let made = template.render_captured_to(context, &mut out).map(drop);
    let too_much = FULL.replace(false);
    match made {
        Ok(()) if too_much => {
            Err(TemplateError { template: name.to_owned(), line: None, message: too_much_of(room) })
        }
        Ok(()) => Ok(String::from_utf8(out.text).unwrap_or_default()),
        Err(error) => {
            let mut told = explained(name, &error);
            if too_much {
                told.message = too_much_of(room);
            }
            Err(told)
        }
    }
}

fn too_much_of(room: Room) -> String {
    format!("it gives more than {} KiB", room.bytes / 1024)
}

thread_local! {
    /// Has the template that is being filled on this thread given more than it may?
    static FULL: Cell<bool> = const { Cell::new(false) };
}

/// Asked by what writes a value: an error from there has a line, one of the writer behind it has none.
pub(crate) fn still_room() -> Result<(), Error> {
    if FULL.get() { Err(Error::new(ErrorKind::WriteFailure, "too much")) } else { Ok(()) }
}

/// A value as text, before it is escaped for where it goes; nothing of none. An error where there is no room.
pub(crate) fn shown(value: &Value) -> Result<Option<Cow<'_, str>>, Error> {
    still_room()?;
    if value.is_none() {
        return Ok(None);
    }
    Ok(Some(value.as_str().map_or_else(|| Cow::Owned(value.to_string()), Cow::Borrowed)))
}

/// A value for templates.
pub(crate) fn value<T: Serialize>(of: T) -> Value {
    Value::from(minijinja::value::Serde(of))
}

/// Takes bytes up to a limit; passes over the rest.
struct Bounded {
    text: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.text.len().saturating_add(bytes.len()) > self.most {
            FULL.set(true);
            return Ok(bytes.len());
        }
        self.text.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The innermost cause: an error in a block that a template includes is that block's.
pub(crate) fn explained(name: &str, error: &Error) -> TemplateError {
    let mut innermost = error;
    let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(cause) = next {
        if let Some(inner) = cause.downcast_ref::<Error>() {
            innermost = inner;
        }
        next = cause.source();
    }
    let kind = innermost.kind();
    let message = match innermost.detail() {
        _ if kind == ErrorKind::OutOfFuel => {
            "it takes more steps than any page needs: a loop in a loop?".to_owned()
        }
        Some(detail) => format!("{kind}: {detail}"),
        None => kind.to_string(),
    };
    let expression = innermost
        .template_source()
        .zip(innermost.range())
        .and_then(|(source, range)| source.get(range))
        .map(str::trim)
        .filter(|text| !text.is_empty() && text.len() < 80 && !text.contains('\n'));
    TemplateError {
        template: innermost.name().or(error.name()).unwrap_or(name).to_owned(),
        line: innermost.line().or(error.line()),
        message: match expression {
            Some(text) => format!("{message} (`{text}`)"),
            None => message,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String, TemplateError> {
        let room = Room { fuel: 1_000_000, bytes: 100_000 };
        let mut env = environment(room);
        env.set_formatter(|out, _, value| {
            still_room()?;
            out.write_str(&value.to_string()).map_err(Error::from)
        });
        add(&mut env, "t.txt", text)?;
        fill(&env, room, "t.txt", minijinja::context! { s => "abc", big => "x".repeat(1_000) })
    }

    fn wrong(text: &str) -> (Option<usize>, String) {
        let error = filled(text).expect_err(text.get(..text.len().min(80)).unwrap_or(""));
        assert_eq!(error.template, "t.txt");
        (error.line, error.message)
    }

    /// On a thread with the stack that workers have: neither parsing, nor compiling, nor filling overflows it.
    #[test]
    fn the_stack_is_enough() {
        let many = |part: &str, n: usize| part.repeat(n);
        for text in [
            format!("{{{{ {}1 }}}}", many("-", 20_000)),
            format!("{{{{ {}1 }}}}", many("not ", 20_000)),
            format!("{{{{ {}1 }}}}", many("- ", 350)),
            format!("{{{{ s{} }}}}", many("|upper", 20_000)),
            format!("{{{{ s{} }}}}", many(".a", 20_000)),
            format!("{{{{ 1{} }}}}", many("+1", 20_000)),
            format!("{{{{ 1{} }}}}", many("+1", 190)),
            format!("{{{{ {}1{} }}}}", many("(", 20_000), many(")", 20_000)),
            format!("{{{{ {}1{} }}}}", many("[", 140), many("]", 140)),
            format!("{{{{ {{\"a\": {{}}}} {}1 }}}}", many("-", 20_000)),
            format!("{{% raw %}}{{{{ \" {{% endraw %}}{{{{ {}1 }}}}", many("-", 20_000)),
            format!("{{# \" #}}{{{{ {}1 }}}}", many("-", 20_000)),
            format!("{{{{ '\\'}}}}' {}1 }}}}", many("-", 20_000)),
            format!("{{% if 0 %}}{}{{% endif %}}", many("{% elif 0 %}", 20_000)),
            many("{% if 1 %}", 20_000),
            many("{% for x in s %}", 140),
            "{% macro f(n) %}{{ f(n + 1) }}{% endmacro %}{{ f(0) }}".to_owned(),
            "{% include \"t.txt\" %}".to_owned(),
        ] {
            let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
            let shown = text.get(..60).unwrap_or(&text).to_owned();
            thread.spawn(move || drop(filled(&text))).unwrap().join().expect(&shown);
        }
        assert_eq!(filled(&format!("{{{{ 1{} }}}}", many("+1", 100))).as_deref(), Ok("101"));
    }

    #[test]
    fn limits_are_told_with_template_and_line() {
        let loops = "\n{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}";
        let (line, said) = wrong(loops);
        assert_eq!(line, Some(2));
        assert!(said.contains("more steps"), "{said}");
        let (line, said) =
            wrong("\n\n{{ -------------- 1 }}\n{{ 1".replace("1 }}", &"-".repeat(900)).as_str());
        assert_eq!(line, Some(3));
        assert!(said.contains("more than 400"), "{said}");
        let (line, said) = wrong("a\n{% for a in range(9999) %}{{ big }}{% endfor %}");
        assert_eq!((line, said.as_str()), (Some(2), "it gives more than 97 KiB"));
        let doubled = format!("{{% set x = s %}}{}", "\n{% set x = x ~ x %}".repeat(40));
        let (line, said) = wrong(&doubled);
        assert!(line.is_some_and(|n| (18..25).contains(&n)), "{line:?}");
        assert!(said.contains("larger than 1 MiB"), "{said}");
        let in_a_loop =
            "{% set n = namespace(x=s) %}{% for i in range(40) %}{% set n.x = n.x ~ n.x -%}{% endfor %}";
        assert!(wrong(in_a_loop).1.contains("larger than 1 MiB"));
        for grown in [
            "{% set x = big|join(big)|join(big)|join(big) %}",
            "{% set x = big|replace('x', big)|replace('x', big)|replace('x', big) %}",
            "{{ big|indent(100000000) }}",
            "{{ '%999999999d'|format(1) }}",
            "{{ [1]|batch(999999999, 0)|list }}",
            "{{ [1]|slice(999999999)|list }}",
            "{% set x = 'x' * 90000000 %}",
        ] {
            wrong(grown);
        }
    }

    #[test]
    fn what_people_write_stays() {
        for (text, gives) in [
            ("{% set a = 1 if s else 2 %}{{ a }}", "1"),
            ("{% set a, b = 1, 2 %}{{ a + b }}", "3"),
            ("{% set a = s == 'abc' -%}  {{ a }}", "True"),
            ("{% set a %}x{% endset %}{{ a }}", "x"),
            ("{% set a = {'k': {'l': 1}} %}{{ a.k.l }}", "1"),
            ("{{ ['a', 'b']|join(', ') }}{{ s|replace('b', 'x') }}", "a, baxc"),
            ("{{ 'a\nb'|indent(2) }}", "a\n  b"),
            ("{{ '%s!'|format(s) }}", "abc!"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(gives), "{text}");
        }
    }
}
