//! What is usual elsewhere: a percentage of nothing, limits in other words, lists in brackets.

use super::Context;
use super::foreign::{metric_of, noun};
use super::found::{Kind, found, short};
use super::mistake::{Mend, Mistake};
use super::scene::Scene;
use crate::diag::codes;
use crate::syntax::parser::Rule;

/// `keep for 99.9% over 28d`: of what?
pub(super) fn no_noun(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let ends = scene.found.kind == Kind::End
        || matches!(scene.found.text, "over" | "in" | "within" | "per" | "during");
    if !scene.expects(Rule::k_of) || !ends || !scene.before().starts_with("keep") {
        return None;
    }
    let noun = metric_of(scene.around).map_or_else(|| "requests".to_owned(), |m| noun(&m));
    let gap = scene.gap();
    let percent = scene.before().rsplit(' ').next().unwrap_or_default();
    let made = Mistake::new(
        &codes::syntax::UNEXPECTED,
        gap..gap,
        format!("`{percent}` of what?"),
        "what is counted is missing",
    )
    .help("a promise counts something that people do or get, in the plural");
    Some(made.maybe(gap..gap, format!(" of {noun}")))
}

/// Words for less and for more that a limit doesn't take.
const LESS: [&str; 12] = [
    "below",
    "under",
    "less than",
    "fewer than",
    "lower than",
    "smaller than",
    "beneath",
    "faster than",
    "quicker than",
    "less",
    "<=",
    "<",
];
const MORE: [&str; 14] = [
    "above",
    "more than",
    "greater than",
    "higher than",
    "larger than",
    "bigger than",
    "longer than",
    "slower than",
    "exceeds",
    "exceeding",
    "beyond",
    "over than",
    ">=",
    ">",
];

/// `bad below 75%`, `good above 5`, `bad more than 500ms`: what lies on the other side of a limit is said by the other word.
pub(super) fn compared(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let verdict = found(scene.text, 0);
    let side = verdict.text;
    if !matches!(side, "good" | "bad") {
        return None;
    }
    let mut start = found(scene.text, verdict.range.end).range.start;
    for skipped in ["when ", "if ", "is "] {
        if scene.after(start).starts_with(skipped) {
            start = found(scene.text, start + skipped.len()).range.start;
        }
    }
    // `bad when over 500ms`
    let skipped = start > found(scene.text, verdict.range.end).range.start;
    if skipped
        && ["over ", "within ", "at most ", "at least "].iter().any(|w| scene.after(start).starts_with(w))
    {
        let at = found(scene.text, verdict.range.end).range.start..start;
        let word = scene.text.get(at.clone())?.trim_end();
        let made = Mistake::new(
            &codes::syntax::UNEXPECTED,
            at.start..at.start + word.len(),
            format!("`{word}` stands before a condition over a slice of time, and this is a limit"),
            "too much",
        );
        return Some(made.maybe(at, ""));
    }
    let behind = |words: &[&'static str]| {
        let longest = words.iter().filter(|w| scene.after(start).starts_with(**w)).max_by_key(|w| w.len())?;
        let limit = found(scene.text, start + longest.len());
        let touches = longest.ends_with(|c: char| c.is_ascii_alphabetic());
        (limit.kind == Kind::Quantity && (!touches || limit.range.start > start + longest.len()))
            .then_some((*longest, limit))
    };
    // `good > 5` is mended among the marks
    let (is_less, (word, limit)) =
        behind(&LESS).map(|f| (true, f)).or_else(|| Some((false, behind(&MORE)?)))?;
    // `500 ms`
    let unit = found(scene.text, limit.range.end);
    let parted = unit.kind == Kind::Word && limit.text.bytes().all(|b| b.is_ascii_digit());
    let (end, said) = if parted {
        (
            unit.range.end,
            format!(
                "{}{}",
                limit.text,
                unit.text.get(..2).filter(|u| *u == "ms").unwrap_or(unit.text.get(..1)?)
            ),
        )
    } else {
        (limit.range.end, limit.text.to_owned())
    };
    let is_time = said.ends_with(['s', 'm', 'h']);
    let new = match (side, is_less) {
        ("bad", false) => "bad over",
        ("bad", true) => "good at least",
        (_, true) if is_time => "good within",
        (_, true) => "good at most",
        _ => "good at least",
    };
    let at = verdict.range.start..end;
    let new = format!("{new} {said}");
    let made = Mistake::new(
        &codes::syntax::UNKNOWN_WORD,
        at.clone(),
        format!("`{side} {word}` is not how a limit is written"),
        "a limit in other words",
    );
    let made = match (side, is_less) {
        ("bad", true) => made.help(format!("what is not below {said} is good")),
        _ => made,
    };
    // the limit itself is good here, and may not have been meant to be
    Some(made.maybe(at, new))
}

/// `bad "slow" over 1s where {..}`: one word before `over` is read as a metric, which takes no `where` behind its limit.
pub(super) fn one_word(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    if !matches!(scene.found.text, "where" | "or") {
        return None;
    }
    let verdict = found(scene.text, 0);
    let words = found(scene.text, verdict.range.end);
    let over = found(scene.text, words.range.end);
    let limit = found(scene.text, over.range.end);
    let fits = verdict.text == "bad"
        && words.kind == Kind::Text
        && !words.text.contains(' ')
        && over.text == "over"
        && limit.range.end == scene.gap();
    let text = words.text.trim_matches('"');
    if !fits || text.is_empty() {
        return None;
    }
    let made = Mistake::new(
        &codes::syntax::UNEXPECTED,
        words.range.clone(),
        format!("`{}` is one word, which is read as a metric before `over`", short(words.text)),
        "one word in quotes",
    );
    Some(made.help(format!(
        "words that people read are two or more: `bad \"too {}\" over {} {} ..`",
        short(text),
        limit.text,
        scene.found.text
    )))
}

/// `[1, 2, 3]`, `["a", "b"]`, `(a, b)`: lists have no brackets.
pub(super) fn bracketed(scene: &Scene<'_>, _: Context) -> Option<Mistake> {
    let open = scene.found.range.start;
    let close = match scene.found.text {
        "[" => ']',
        "(" => ')',
        "{" => '}',
        _ => return None,
    };
    if scene.text.len() > super::LONGEST {
        return None;
    }
    let lists =
        ["labels", "buckets", "for each", "served by", "tested by", "all of", "worst of", "agreed by"];
    if !lists.iter().any(|l| scene.before().starts_with(l))
        || scene.found.text != "[" && scene.expects(Rule::lparen)
    {
        return None;
    }
    let end = open + scene.after(open).find(close)?;
    let mut edits = vec![(open..open + 1, String::new()), (end..end + 1, String::new())];
    let inner = scene.text.get(open + 1..end)?;
    if scene.text.get(..open)?.ends_with(|c: char| c.is_ascii_alphanumeric()) && !inner.starts_with(' ') {
        edits.insert(0, (open..open, " ".to_owned()));
    }
    // names of labels stand without quotes
    let names = scene.before().starts_with("labels") || scene.before().starts_with("for each");
    if names && inner.contains('"') && !inner.contains('|') {
        edits = vec![(open..end + 1, inner.replace('"', ""))];
    }
    // one edit where both are at one place
    if let [(a, blank), _, ..] = edits.as_slice()
        && a.is_empty()
    {
        edits = vec![(open..open + 1, blank.clone()), (end..end + 1, String::new())];
    }
    let shown = short(scene.text.get(open..=end)?);
    let sure = scene.reads(&edits);
    Some(
        Mistake::new(
            &codes::syntax::LIST,
            open..end + 1,
            format!("a list has no brackets: `{shown}`"),
            "a list of another language",
        )
        .mend(Mend {
            title: format!(
                "write `{}`",
                short(&if names { inner.replace('"', "") } else { inner.trim().to_owned() })
            ),
            edits,
            sure,
        }),
    )
}
