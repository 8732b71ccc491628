//! Templates: the built-in ones, the user's over them, and errors that say which template and which line.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior};

use crate::render::html::escaped;
use crate::render::markdown;
pub use crate::render::template::TemplateError;
pub(crate) use crate::render::template::value;
use crate::render::template::{self, Room, explained};
use crate::sentences::words;

/// Built-in templates, by the name under which a user may replace them.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("html/base.html", include_str!("../../../templates/docs/html/base.html")),
    ("html/conduct.html", include_str!("../../../templates/docs/html/conduct.html")),
    ("html/glossary.html", include_str!("../../../templates/docs/html/glossary.html")),
    ("html/index.html", include_str!("../../../templates/docs/html/index.html")),
    ("html/journey.html", include_str!("../../../templates/docs/html/journey.html")),
    ("html/macros.html", include_str!("../../../templates/docs/html/macros.html")),
    ("html/people.html", include_str!("../../../templates/docs/html/people.html")),
    ("html/reviews.html", include_str!("../../../templates/docs/html/reviews.html")),
    ("html/summary.html", include_str!("../../../templates/docs/html/summary.html")),
    ("markdown/conduct.md", include_str!("../../../templates/docs/markdown/conduct.md")),
    ("markdown/glossary.md", include_str!("../../../templates/docs/markdown/glossary.md")),
    ("markdown/index.md", include_str!("../../../templates/docs/markdown/index.md")),
    ("markdown/journey.md", include_str!("../../../templates/docs/markdown/journey.md")),
    ("markdown/macros.md", include_str!("../../../templates/docs/markdown/macros.md")),
    ("markdown/people.md", include_str!("../../../templates/docs/markdown/people.md")),
    ("markdown/reviews.md", include_str!("../../../templates/docs/markdown/reviews.md")),
];

/// Files that are copied as they are, by their name below the output's `assets/`.
pub const ASSETS: &[(&str, &str)] = &[
    (
        "style.css",
        concat!(
            include_str!("../../../templates/docs/html/style.css"),
            include_str!("../../../templates/docs/html/picture.css")
        ),
    ),
    ("site.js", include_str!("../../../templates/docs/html/site.js")),
];

/// The prefix under which the built-in templates stay in reach of those that replace them.
const PREFIX: &str = "built-in/";

/// Templates ready to be filled.
pub struct Templates {
    env: Environment<'static>,
    room: Room,
}

impl Templates {
    /// The built-in templates, with the user's over them: name (`html/journey.html`) and text.
    pub(crate) fn new(user: &BTreeMap<String, String>, room: Room) -> Result<Self, TemplateError> {
        let mut env = template::environment(room);
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|name| match name.rsplit_once('.').map(|(_, end)| end) {
            Some("md") => AutoEscape::Custom("markdown".into()),
            Some("txt") => AutoEscape::None,
            _ => AutoEscape::Html,
        });
        env.set_formatter(write_value);
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
            .map_err(|e| explained("", &e))?;
        env.set_syntax(syntax);
        env.add_filter("href", href);
        env.add_filter("plural", plural);
        env.add_filter("stopped", |text: &str| words::stopped(text));
        env.add_filter("capfirst", capfirst);
        env.add_filter("code", markdown::code);
        env.add_filter("cell", |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" "));
        for (name, text) in BUILT_IN {
            template::add(&mut env, &format!("{PREFIX}{name}"), text)?;
            if !user.contains_key(*name) {
                template::add(&mut env, name, text)?;
            }
        }
        for (name, text) in user {
            template::add(&mut env, name, text)?;
        }
        Ok(Self { env, room })
    }

    /// Fills a template.
    pub fn render(&self, name: &str, context: Value) -> Result<String, TemplateError> {
        template::fill(&self.env, self.room, name, context)
    }
}

/// Writes a value escaped for where it goes.
fn write_value(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let Some(text) = template::shown(value)? else { return Ok(()) };
    let text = text.as_ref();
    let written = if value.is_safe() {
        out.write_str(text)
    } else if matches!(state.auto_escape(), AutoEscape::Html) {
        write_html(out, text)
    } else if matches!(state.auto_escape(), AutoEscape::Custom(_)) {
        markdown::write_escaped(out, text)
    } else {
        out.write_str(text)
    };
    written.map_err(Error::from)
}

/// Escapes for HTML. A number and its unit stay on one line: `3 h` gets a no-break space.
fn write_html(out: &mut Output<'_>, text: &str) -> std::fmt::Result {
    let mut written = 0;
    let mut after_digit = false;
    for (at, byte) in text.bytes().enumerate() {
        let other = match byte {
            b' ' if after_digit && unit_begins(text, at + 1) => Some(("\u{a0}", 1)),
            b' ' => None,
            _ => escaped(text, at, byte),
        };
        after_digit = byte.is_ascii_digit();
        if let Some((other, length)) = other {
            out.write_str(text.get(written..at).unwrap_or(""))?;
            out.write_str(other)?;
            written = at + length;
        }
    }
    out.write_str(text.get(written..).unwrap_or(""))
}

fn unit_begins(text: &str, at: usize) -> bool {
    const UNITS: [&str; 7] = ["h", "min", "s", "ms", "day", "days", "µs"];
    let rest = text.get(at..).unwrap_or("");
    UNITS.contains(&rest.split(|c: char| !c.is_alphabetic()).next().unwrap_or(""))
}

/// `journeys/checkout#pay` to `../journeys/checkout.html#pay` (`.md` in Markdown).
fn href(state: &State<'_, '_>, url: &str, root: &str) -> Value {
    let end = if state.name().ends_with(".md") { ".md" } else { ".html" };
    let (page, place) = url.split_once('#').map_or((url, None), |(page, place)| (page, Some(place)));
    Value::from_safe_string(match place {
        Some(place) => format!("{root}{page}{end}#{place}"),
        None => format!("{root}{page}{end}"),
    })
}

/// `1 promise`, `2 promises`.
fn plural(n: i64, word: &str) -> String {
    let count = crate::sentences::numbers::count(n.into());
    if n == 1 { format!("{count} {word}") } else { format!("{count} {word}s") }
}

fn capfirst(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
