//! Kinds that can't be read.

use super::whole::journey;
use super::{Kind, numbered};

pub(super) fn kinds(size: usize) -> Vec<Kind> {
    let many = move |part: &str| part.repeat(size / part.len() + 1);
    vec![
        Kind::one("blocks without an end", move || many("journey j \"J\" {\n")),
        Kind::one("blocks without a beginning", move || many("promise p \"P\"\n")),
        Kind::one("opening braces", move || many("{")),
        Kind::one("opening braces, a line each", move || many("{\n")),
        Kind::one("opening parentheses", move || many("(\n")),
        Kind::one("parentheses after a word", move || many("x (\n")),
        Kind::one("commas", move || many("a,\n")),
        Kind::one("apostrophes", move || many("'\n")),
        Kind::one("apostrophes on one line", move || many("'a ")),
        Kind::one("three quotes", move || many("\"\"\"\n")),
        Kind::one("three quotes on one line", move || many("x \"\"\" ")),
        Kind::one("selectors without an end", move || many("x{a=\n")),
        Kind::one("heads without a name", move || many("journey \"\n")),
        Kind::one("hashes", move || many("#")),
        Kind::one("backslashes", move || many("\\")),
        Kind::one("a string of backslashes", move || format!("team t \"{}\" {{}}\n", many("\\\\"))),
        Kind::one("dollars", move || many("$a ")),
        Kind::one("promises to be mended", move || {
            journey(&numbered(size, |n| {
                format!(
                    "promise p{n} \"P\" {{\nkep for 99% of x over 28d\ntotal x_total\nbad were {{code=\"5\"}}\n}}\n"
                )
            }))
        }),
        Kind::one("words of other languages", move || journey(&many("objective: 99.9%\n"))),
        Kind::one("metrics with hints", move || numbered(size, |n| format!("metric m{n}: couter of x\n"))),
    ]
}
