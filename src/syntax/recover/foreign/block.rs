//! Objectives in the words of other tools, in braces or as statements: `slo`, `objective`, `window`, `sli`, `threshold`.

use std::ops::Range;

use super::super::found::{Found, found};
use super::super::mistake::Mistake;
use super::super::words;
use super::super::{Build, Context, LONGEST};
use super::concepts::{Concept, meaning};
use super::facts::{Facts, bound, noun, within};
use super::{code, pasted};
use crate::diag::codes;

/// So much of a block is looked at for what belongs together: longer ones are not what somebody writes first.
const LONG: usize = 20_000;

/// Where blocks begin and end, found once for a text.
#[derive(Debug, Default)]
pub(in super::super::super) struct Blocks {
    /// Each brace, with the innermost block that is open behind it.
    braces: Vec<(usize, Option<usize>)>,
    /// Each block without its braces; to the end of the text where it is never closed.
    blocks: Vec<Range<usize>>,
}

impl Blocks {
    fn of(text: &str) -> Self {
        let mut made = Self::default();
        let mut open = Vec::new();
        each_mark(text, |place, mark| {
            match mark {
                '{' => {
                    open.push(made.blocks.len());
                    made.blocks.push(place + 1..text.len());
                }
                '}' => {
                    if let Some(block) = open.pop().and_then(|at: usize| made.blocks.get_mut(at)) {
                        block.end = place;
                    }
                }
                _ => return true,
            }
            made.braces.push((place, open.last().copied()));
            true
        });
        made
    }
    fn around(&self, at: usize) -> Option<Range<usize>> {
        let before = self.braces.partition_point(|(place, _)| *place < at).checked_sub(1)?;
        let (_, block) = self.braces.get(before)?;
        self.blocks.get((*block)?).cloned()
    }
}

impl Build<'_> {
    /// The innermost block around a place, without its braces; the whole text at the top level. Nothing of what is
    /// too long to be read again for each of its lines.
    pub(in super::super) fn block_around(&mut self, at: usize) -> (usize, &str) {
        let text = self.text;
        let blocks = self.blocks.get_or_insert_with(|| Blocks::of(text));
        let range = blocks.around(at).unwrap_or(0..text.len());
        let around = text.get(range.clone()).filter(|t| t.len() <= LONG);
        (range.start, around.unwrap_or_default())
    }
}

/// Where the line ends on which the brackets are closed that a text opens.
pub(in super::super) fn balanced(text: &str, start: usize) -> usize {
    let mut stop = text.len().min(start + LONGEST);
    while !text.is_char_boundary(stop) {
        stop -= 1;
    }
    let rest = text.get(start..stop).unwrap_or_default();
    let mut depth = 0_usize;
    let mut line = 0;
    each_mark(rest, |place, mark| {
        match mark {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            // blocks end queries
            '}' | '\n' if depth == 0 => return false,
            _ => {}
        }
        line = place;
        true
    });
    // never closed: the line alone
    if depth > 0 { start } else { start + line + 1 }
}

/// Hands over brackets and line breaks outside of quotes and comments, until told to stop.
fn each_mark(text: &str, mut take: impl FnMut(usize, char) -> bool) {
    let (mut quoted, mut comment, mut escaped) = (false, false, false);
    for (place, c) in text.char_indices() {
        match c {
            '\n' => (quoted, comment) = (false, false),
            '"' if !comment && !escaped => quoted = !quoted,
            '#' if !quoted => comment = true,
            _ => {}
        }
        escaped = c == '\\' && quoted && !escaped;
        let is_mark = matches!(c, '{' | '}' | '(' | ')' | '[' | ']') && !quoted && !comment;
        if (is_mark || c == '\n') && !take(place, c) {
            return;
        }
    }
}

/// Is it a word of another tool for something that a promise says?
pub(in super::super) fn says(word: &str) -> bool {
    meaning(word).is_some()
}

/// Does the word alone show that an objective is stated in another tool's words?
fn is_clear(word: &str) -> bool {
    use Concept::{Bad, Good, Limit, Measure, Name, Objective, Other, Owner, Title, Total, Urgency, Window};
    match meaning(word) {
        Some(Objective | Window | Limit | Measure | Total | Good | Bad) => true,
        Some(Name | Title | Owner | Urgency | Other) | None => false,
    }
}

/// An item or a statement that begins with such a word: what to write in its place. `around` is the block it stands in.
pub(in super::super) fn instead_of(
    text: &str,
    first: &Found<'_>,
    context: Context,
    around: &str,
) -> Option<Mistake> {
    // `description` or `severity` alone has a word of its own here
    let clear = |line: &str| {
        let word = found(line.trim_start_matches("- "), 0);
        is_clear(word.text) && !words::begins(word.text, context)
    };
    let own = own_lines(around);
    // what begins a statement elsewhere stands in the wrong place, rather than in another tool's words
    let elsewhere = words::homes(first.text).is_some() && !own.lines().any(clear);
    // `service shop { slo .. }`, `resource "slo" "pay" { .. }`
    let inside = context == Context::File
        && text.split_once('{').is_some_and(|(_, body)| {
            body.lines()
                .any(|l| meaning(found(l.trim_start_matches("- "), 0).text) == Some(Concept::Objective))
        });
    let silent = context == Context::File || elsewhere || !own.lines().any(clear);
    if !is_clear(first.text) && silent && !inside {
        return None;
    }
    let (message, lines) = match context {
        Context::Promise | Context::Indicator => {
            let facts = Facts::of(around);
            let message = format!("{} has no statement {}", context.described(), first.shown());
            let lines = promise_lines(&facts, context);
            if let [line] = lines.as_slice()
                && around.lines().filter(|l| clear(l)).count() == 1
                && !text.contains('\n')
            {
                let made = Mistake::new(
                    &codes::syntax::UNKNOWN_WORD,
                    first.range.clone(),
                    message,
                    "a word of another tool",
                );
                return Some(made.maybe(0..text.len(), line.clone()));
            }
            (message, lines)
        }
        Context::Journey | Context::Step => {
            let facts = Facts::of(if text.contains('{') { text } else { &own });
            (format!("{} has no statement {}", context.described(), first.shown()), promise(&facts, 0))
        }
        Context::File => {
            let facts = Facts::of(if text.contains('{') { text } else { &own });
            (format!("no item begins with {}", first.shown()), journey(&facts))
        }
        _ => return None,
    };
    let sentence = match context {
        Context::File => "what is kept is a promise of a journey; written here:",
        Context::Journey | Context::Step => "what is kept is a promise; written here:",
        _ => "written here:",
    };
    Some(
        Mistake::new(&codes::syntax::UNKNOWN_WORD, first.range.clone(), message, "a word of another tool")
            .help(code(sentence, &lines)),
    )
}

/// The lines of a block without those of the blocks in it.
fn own_lines(around: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for line in around.lines() {
        if depth == 0 && !line.trim_end().ends_with('{') {
            out.push_str(line);
            out.push('\n');
        }
        let opens = line.trim_end().ends_with('{');
        depth = if opens { depth + 1 } else { depth.saturating_sub(usize::from(line.trim() == "}")) };
    }
    out
}

/// The statements of a promise that say it.
fn promise_lines(facts: &Facts, context: Context) -> Vec<String> {
    let mut lines = Vec::new();
    let (total, verdict) = measured(facts);
    // what is right already is not said again
    if context == Context::Promise && (!facts.kept || facts.objective) {
        let percent = facts.percent.as_deref().unwrap_or("99.9%");
        let window = facts.window.as_deref().unwrap_or("28d");
        let noun = facts.noun.clone().unwrap_or_else(|| noun(&total));
        lines.push(format!("keep for {percent} of {noun} over {window}"));
    }
    if !facts.counted {
        lines.push(format!("total {total}"));
    }
    if !facts.judged {
        lines.push(verdict);
    }
    if let Some(urgency) = facts.urgency {
        lines.push(format!("urgency {urgency}"));
    }
    lines
}

/// `total` and what is good or bad of it.
fn measured(facts: &Facts) -> (String, String) {
    let queries = [&facts.measure, &facts.total, &facts.bad, &facts.good];
    let mut measured = facts.measure.clone().or_else(|| facts.total.clone());
    // `good / total`, without rates
    if let Some((part, whole)) = facts.measure.as_deref().and_then(|m| m.split_once(" / "))
        && !part.contains('(')
    {
        return (whole.trim().to_owned(), format!("good  {}", part.trim()));
    }
    if queries.iter().any(|q| q.as_ref().is_some_and(|q| q.contains('(') || q.contains('['))) {
        let both = |a: &str, b: &str| format!("{a} / {b}");
        let query = match (&facts.measure, &facts.total, &facts.bad, &facts.good) {
            (Some(m), ..) => Some((m.clone(), None)),
            (None, Some(t), Some(b), _) => Some((both(b, t), Some(true))),
            (None, Some(t), None, Some(g)) => Some((both(g, t), Some(false))),
            (None, Some(t), None, None) => Some((t.clone(), None)),
            _ => None,
        };
        if let Some((total, verdict)) = query.and_then(|(q, bad)| pasted::statements(&q, bad)) {
            return (total, verdict);
        }
        measured = None;
    }
    let total = measured.unwrap_or_else(|| "http_requests_total".to_owned());
    let verdict = match (&facts.limit, &facts.bad, &facts.good) {
        (Some(limit), ..) if limit.parse::<rust_decimal::Decimal>().is_ok() => {
            format!("good  {}", bound(&total, limit))
        }
        (Some(limit), ..) => format!("good  {}", within(limit)),
        (None, Some(rest), _) if is_rest(rest) => format!("bad   {}", of_total(rest)),
        (None, None, Some(rest)) if is_rest(rest) => format!("good  {}", of_total(rest)),
        (None, Some(bad), _) if !bad.contains('(') => {
            format!("bad   {}", pasted::beyond(&total, bad).unwrap_or_else(|| bad.clone()))
        }
        (None, None, Some(good)) if !good.contains('(') => {
            format!("good  {}", pasted::beyond(&total, good).unwrap_or_else(|| good.clone()))
        }
        _ if total.contains("seconds") || total.contains("duration") => "good  within 500ms".to_owned(),
        _ => "bad   where {code=~\"5..\"}".to_owned(),
    };
    (total, verdict)
}

/// Is it what may follow `good` and `bad`, rather than a metric?
fn is_rest(text: &str) -> bool {
    text.starts_with(['{', '<', '>'])
        || ["where ", "within ", "over ", "at "].iter().any(|w| text.starts_with(w))
}

fn of_total(rest: &str) -> String {
    if rest.starts_with('{') { format!("where {rest}") } else { rest.to_owned() }
}

fn promise(facts: &Facts, indent: usize) -> Vec<String> {
    let name = facts.name.as_deref().unwrap_or("availability");
    let title = facts.title.clone().unwrap_or_else(|| titled(name));
    let mut lines = vec![format!("promise {name} \"{title}\" {{")];
    lines.extend(promise_lines(facts, Context::Promise).iter().map(|l| format!("  {l}")));
    lines.push("}".to_owned());
    lines.iter().map(|l| format!("{}{l}", " ".repeat(indent))).collect()
}

pub(super) fn journey(facts: &Facts) -> Vec<String> {
    let name = facts.service.as_deref().or(facts.name.as_deref()).unwrap_or("checkout");
    let title = facts.title.clone().unwrap_or_else(|| titled(name));
    let owner = facts.owner.as_deref().unwrap_or("my_team");
    let mut lines = vec![format!("journey {name} \"{title}\" {{"), format!("  owner {owner}")];
    lines.extend(promise(facts, 2));
    lines.push("}".to_owned());
    lines
}

fn titled(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
