//! What is said about text that could not be read, and what is made of it all the same.
//!
//! A piece of junk is read once more with the rule that its first word announces, which fails where the mistake is.
//! Where a mend is likely, the mended copy is read in its place: so that the next mistake on the same line is found
//! as well, and nothing that is there is said to be missing.

mod braces;
mod characters;
mod conditions;
mod describe;
mod foreign;
mod found;
mod heads;
mod kinds;
mod known;
mod marks;
mod mistake;
mod quantities;
mod scene;
mod texts;
mod usual;
mod words;

use pest::Parser;
use pest::iterators::Pair;

use super::build::{Build, Entries, kids};
use super::map::mend;
use super::parser::{Grammar, Rule};
use crate::ast::Item;
use crate::diag::{Diagnostic, Edit, Fix, codes};
use crate::source::Span;
pub(super) use braces::{all_items, lead_to_stray};
pub(super) use foreign::Blocks;
pub(crate) use foreign::noun as noun_of;
pub(super) use foreign::{comments as foreign_comments, yaml as foreign_yaml};
use found::short;
pub(super) use found::{Kind, found};
use mistake::Mistake;
use scene::Scene;

/// So many mistakes are told of one line.
const MENDS: usize = 8;
/// Longer pieces are not tried with mends.
const LONGEST: usize = 4_000;

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    File,
    Team,
    Metric,
    Indicator,
    Journey,
    Step,
    Promise,
    Policy,
    Playbook,
    Scenario,
}

impl Context {
    /// One statement of such a block, failing.
    fn line(self) -> Rule {
        match self {
            Context::File => Rule::head_line,
            Context::Team => Rule::team_line,
            Context::Metric => Rule::metric_line,
            Context::Indicator => Rule::indicator_line,
            Context::Journey => Rule::journey_line,
            Context::Step => Rule::step_line,
            Context::Promise => Rule::promise_line,
            Context::Policy => Rule::policy_line,
            Context::Playbook => Rule::playbook_line,
            Context::Scenario => Rule::scenario_line,
        }
    }
    /// All that stands in such a block.
    fn rest(self) -> Rule {
        match self {
            Context::File => Rule::file_rest,
            Context::Team => Rule::team_rest,
            Context::Metric => Rule::metric_rest,
            Context::Indicator => Rule::indicator_rest,
            Context::Journey => Rule::journey_rest,
            Context::Step => Rule::step_rest,
            Context::Promise => Rule::promise_rest,
            Context::Policy => Rule::policy_rest,
            Context::Playbook => Rule::playbook_rest,
            Context::Scenario => Rule::scenario_rest,
        }
    }
}

/// What to do with a piece of junk once it is reported.
enum Outcome {
    /// It stays junk.
    Junk,
    /// It stays junk and was reported before, with others.
    Silent,
    /// Mended, certainly or not.
    Mended(Mistake, bool),
}

impl Build<'_> {
    /// Junk in a block.
    pub(super) fn junk_entry<S>(&mut self, pair: &Pair<'_, Rule>, entries: &Entries<S>, stmts: &mut Vec<S>) {
        let outcome = self.judge(pair, entries.context);
        if let Outcome::Mended(mistake, sure) = &outcome {
            self.again(pair, (mistake, *sure), entries.context, |build, pair| {
                build.entry(pair, entries, stmts);
            });
            return;
        }
        self.junk += 1;
        stmts.push((entries.junk)(self.trimmed(pair)));
    }

    /// Junk between items.
    pub(super) fn junk_item(&mut self, pair: &Pair<'_, Rule>, items: &mut Vec<Item>) {
        if pair.as_rule() == Rule::stray {
            self.stray(pair);
            self.junk += 1;
            return;
        }
        let outcome = self.judge(pair, Context::File);
        if let Outcome::Mended(mistake, sure) = &outcome {
            self.again(pair, (mistake, *sure), Context::File, |build, pair| build.item(pair, items));
            return;
        }
        self.junk += 1;
        items.push(Item::Junk(self.trimmed(pair)));
    }

    /// Reads the mended copy of a piece of junk.
    fn again(
        &mut self,
        pair: &Pair<'_, Rule>,
        (mistake, sure): (&Mistake, bool),
        context: Context,
        mut read: impl FnMut(&mut Build<'_>, Pair<'_, Rule>),
    ) {
        let Some(made) = &mistake.mend else { return };
        let (text, map) = mend(&self.map, pair.as_span().start(), pair.as_str(), &made.edits);
        let Ok(mut pairs) = Grammar::parse(context.rest(), &text) else { return };
        let mut inner = Build::new(self.file, &text, map, &mut *self.diags);
        inner.mends = self.mends + 1;
        inner.sure = self.sure && sure;
        inner.junk = self.junk;
        if let Some(rest) = pairs.next() {
            for pair in kids(rest).filter(|p| p.as_rule() != Rule::EOI) {
                read(&mut inner, pair);
            }
        }
        inner.tell_unopened(true);
        self.junk = inner.junk;
    }

    /// Reports what is wrong with a piece of junk.
    fn judge(&mut self, pair: &Pair<'_, Rule>, context: Context) -> Outcome {
        if self.diags.full(self.file) {
            self.diags.count_only(&codes::syntax::UNEXPECTED);
            return Outcome::Junk;
        }
        let text = pair.as_str().trim_end();
        let start = pair.as_span().start();
        let first = found(text, 0);
        if start < self.told_until {
            return Outcome::Silent;
        }
        if let Some(outcome) = self.foreign(text, start, &first, context) {
            return outcome;
        }
        if let Some(place) = self.astray(&first, context) {
            // statements right behind the block that they belong in: one `}` came too early
            if self.after_block.is_some_and(|(home, end)| home == place && self.only_blanks(end, start)) {
                let silent = self.after_block_reported;
                self.after_block = Some((place, start + text.len()));
                if silent {
                    return Outcome::Silent;
                }
                self.after_block_reported = true;
            }
            self.misplaced(pair, &first, context, place);
            return Outcome::Junk;
        }
        let around = self.block_around(start).1.to_owned();
        let Some(mistake) = first_mistake(text, &first, context, &around) else {
            // reads alone, but not where it stands
            let span = self.at(start, start + text.len());
            self.report(Diagnostic::new(
                &codes::syntax::UNEXPECTED,
                span,
                format!("expected the end of the line after `{}`", short(text)),
                "more follows on the line",
            ));
            return Outcome::Junk;
        };
        let mut mistake = mistake;
        let mut better = false;
        if let Some(made) = &mistake.mend {
            let (mended, _) = mend(&self.map, start, text, &made.edits);
            let end = made.edits.last().map_or(0, |(range, _)| mended.len() - (text.len() - range.end));
            better = reads_beyond(context, &mended, end);
            // a plain character in place of a typographic one may be no better
            let at = made.edits.first().map_or(0, |(range, _)| range.start);
            let stuck = mistake.code == &codes::syntax::CHARACTER
                && scene::read(context.line(), &mended)
                    .is_err_and(|(pos, _)| found(&mended, pos).range.start == at);
            if stuck && context != Context::File {
                mistake.mend = None;
            }
        }
        let certain = self.tell_mend(&mistake, start, better);
        if mistake.mend.is_some() && self.mends < MENDS {
            Outcome::Mended(mistake, certain)
        } else {
            Outcome::Junk
        }
    }

    /// What people write who come from another tool; what belongs to it further down the block is told with it.
    fn foreign(
        &mut self,
        text: &str,
        start: usize,
        first: &found::Found<'_>,
        context: Context,
    ) -> Option<Outcome> {
        if first.kind != Kind::Word {
            return None;
        }
        let (block, around) = self.block_around(start);
        let around = around.to_owned();
        // a call over several lines ends where its brackets do
        let end = start + text.len();
        let long = foreign::balanced(self.text, start).max(end);
        let whole = self.text.get(start..long).unwrap_or(text);
        if let Some(mut made) = foreign::pasted(whole, context, &around) {
            if long > end {
                if let Some(mend) = made.mend.take() {
                    made.help.push(mend.title);
                }
                self.told_until = long;
            }
            let mends = made.mend.is_some() && self.mends < MENDS;
            self.tell_mend(&made, start, false);
            return Some(if mends { Outcome::Mended(made, false) } else { Outcome::Junk });
        }
        let lower = first.text.to_lowercase();
        let block_of_it = context == Context::File && text.contains('{');
        if words::begins(&lower, context)
            || kinds::is_kind(&lower)
            || !foreign::says(first.text) && !block_of_it
        {
            return None;
        }
        if self.told.contains(&block) {
            return Some(Outcome::Silent);
        }
        let made = foreign::instead_of(text, first, context, &around)?;
        if context != Context::File || !text.contains('{') {
            self.told.push(block);
        }
        self.tell_mend(&made, start, false);
        Some(Outcome::Junk)
    }

    /// Reports a mistake. Its mend is certain when it is sure, the mended text can be read beyond it (`better`), and so
    /// was every mend before it; says whether.
    fn tell_mend(&mut self, mistake: &Mistake, start: usize, better: bool) -> bool {
        let place = self.at(start + mistake.at.start, start + mistake.at.end);
        // names stand in backticks, and what is quoted may hold some
        let message = mistake.message.replace("``", "`");
        let mut made = Diagnostic::new(mistake.code, place, message, mistake.label.clone());
        made.help.clone_from(&mistake.help);
        let mut is_certain = false;
        if let Some(found) = &mistake.mend {
            let edits = found.edits.iter().map(|(range, new)| Edit {
                span: self.at(start + range.start, start + range.end),
                replacement: new.clone(),
            });
            // what was mended already stands for other text in the file
            let exact = found.edits.iter().all(|(range, _)| {
                self.at(start + range.start, start + range.end).range().len() == range.len()
            });
            let certain = found.sure && better && exact && self.sure;
            is_certain = certain;
            made.fix = Some(Fix { title: found.title.clone(), edits: edits.collect(), certain });
        }
        self.report(made);
        is_certain
    }

    /// The block in which a statement belongs that stands in another.
    fn astray(&self, first: &found::Found<'_>, context: Context) -> Option<Context> {
        if first.kind != Kind::Word || words::begins(first.text, context) {
            return None;
        }
        let homes = words::homes(first.text)?;
        let known = self.after_block.map(|(home, _)| home).filter(|home| homes.contains(home));
        known.or_else(|| homes.first().copied())
    }

    fn misplaced(
        &mut self,
        pair: &Pair<'_, Rule>,
        first: &found::Found<'_>,
        context: Context,
        home: Context,
    ) {
        let start = pair.as_span().start();
        let span = self.at(start, start + first.range.end);
        let word = first.text;
        let mut made = Diagnostic::new(
            &codes::syntax::MISPLACED,
            span,
            format!("`{word}` belongs {}, not {}", home.in_words(), context.in_words()),
            format!("stands {}", context.in_words()),
        );
        let behind = self.after_block.filter(|(kind, _)| *kind == home).map(|(_, end)| end);
        let closed =
            behind.is_some_and(|end| self.text.get(..end).is_some_and(|t| t.trim_end().ends_with('}')));
        made = if behind.is_some() && self.after_block_reported && !closed {
            made.help(format!(
                "open the block of {}: `{{` at the end of its head, `}}` after its last line",
                home.described()
            ))
        } else if behind.is_some() && self.after_block_reported {
            made.help(format!(
                "move the `}}` above it below this line: it ends {} too early",
                home.described()
            ))
        } else if home == Context::File {
            made.help(format!("end the block before it with `}}`, or move the `{word}` out of it"))
        } else {
            made.help(format!("move it into the braces of {}", home.described()))
        };
        if let Some(near) = instead(word, context) {
            made = made.help(near);
        }
        let named = found::found(pair.as_str(), first.range.end);
        if word == "team"
            && context == Context::Journey
            && named.kind == Kind::Word
            && !pair.as_str().contains('{')
        {
            made.help =
                vec![format!("who answers for a journey is said with `owner`: write `owner {}`", named.text)];
        }
        self.report(made);
        // what is inside is read for its own mistakes
        if pair.as_str().contains('{') {
            self.read_elsewhere(pair, home);
        }
    }

    /// Reads a misplaced block where it would be right, only for what is wrong inside.
    fn read_elsewhere(&mut self, pair: &Pair<'_, Rule>, home: Context) {
        if self.mends >= MENDS {
            return;
        }
        let Ok(mut pairs) = Grammar::parse(home.rest(), pair.as_str()) else { return };
        let (text, map) = mend(&self.map, pair.as_span().start(), pair.as_str(), &[]);
        let mut inner = Build::new(self.file, &text, map, &mut *self.diags);
        inner.mends = self.mends + 1;
        let rest = pairs.next();
        for pair in rest.into_iter().flat_map(kids) {
            match pair.as_rule() {
                Rule::junk | Rule::stray | Rule::EOI => {}
                _ => inner.discard(pair, home),
            }
        }
    }

    /// The place of a piece of junk without the blanks at its end.
    fn trimmed(&self, pair: &Pair<'_, Rule>) -> Span {
        let start = pair.as_span().start();
        self.at(start, start + pair.as_str().trim_end().len())
    }

    /// Is there nothing but blanks and comments between two offsets?
    fn only_blanks(&self, from: usize, to: usize) -> bool {
        self.text.get(from..to).is_some_and(|between| {
            between.lines().enumerate().all(|(i, line)| {
                let line = line.trim_start();
                line.is_empty() || line.starts_with('#') || (i == 0 && line.trim_end() == "}")
            })
        })
    }
}

impl Context {
    fn in_words(self) -> String {
        match self {
            Context::File => "at the top level".to_owned(),
            _ => format!("in {}", self.described()),
        }
    }
}

/// What may have been meant by a statement that stands where it doesn't belong.
fn instead(word: &str, context: Context) -> Option<&'static str> {
    Some(match (word, context) {
        ("team", Context::Journey) => "who answers for a journey is said with `owner`",
        ("owner", Context::Playbook) => "who acts first is said with `responder`",
        (
            "note",
            Context::Metric | Context::Indicator | Context::Policy | Context::Playbook | Context::Team,
        ) => "a remark for readers of the source is a comment: `# …`",
        ("user" | "goal", Context::Step) => "what breaks for users at a step is said with `if broken`",
        _ => return None,
    })
}

/// The first mistake of a piece of junk; `None` when it can be read alone.
fn first_mistake(text: &str, first: &found::Found<'_>, context: Context, around: &str) -> Option<Mistake> {
    if let Some(mistake) = characters::characters(text) {
        return Some(mistake);
    }
    let known = first.kind == Kind::Word && words::begins(first.text, context);
    if !known || context == Context::File {
        let own = match context {
            Context::File => kinds::mistake(text),
            _ => conditions::mistake(text, first, context),
        };
        return Some(own.unwrap_or_else(|| unknown(text, first, context)));
    }
    if matches!(first.text, "step" | "promise") {
        return None;
    }
    let form = words::form(first.text, context);
    let scene = Scene::new(context.line(), text, form, around)?;
    Some(known::mistake(&scene, context))
}

/// A line whose first word begins nothing here.
fn unknown(text: &str, first: &found::Found<'_>, context: Context) -> Mistake {
    let at = first.range.clone();
    let place = context.described();
    if first.kind != Kind::Word {
        let made = Mistake::new(
            &codes::syntax::UNEXPECTED,
            at.clone(),
            match context {
                Context::File => format!("{} begins no item", first.shown()),
                _ => format!("no statement of {place} begins with {}", first.shown()),
            },
            "a line begins with a word of the language",
        );
        if matches!(first.text, "//" | "/*" | "--" | ";") {
            return Mistake { code: &codes::syntax::MARK, ..made }
                .help("a comment begins with `#`")
                .maybe(at, "#");
        }
        if matches!(first.text, "," | ";" | ")") && first.text.len() == text.len() {
            return made.maybe(at, "");
        }
        return made;
    }
    let shown = first.shown();
    let made = Mistake::new(
        &codes::syntax::UNKNOWN_WORD,
        at.clone(),
        match context {
            Context::File => format!("no item begins with {shown}"),
            _ => format!("{place} has no statement {shown}"),
        },
        "not a word of the language here",
    );
    match words::meant(first.text, context) {
        Some(word) if words::begins(word, context) => {
            let made = made
                .help(format!("`{word}` is written like `{}`", words::form(word, context).unwrap_or(word)));
            // another word, or one far off, may have meant something else
            if words::is_slip(first.text, word) { made.replace(at, word) } else { made.maybe(at, word) }
        }
        Some(word) => {
            let home = words::homes(word).and_then(|h| h.first()).map_or_else(String::new, |h| h.in_words());
            made.help(format!("if `{word}` is meant: it belongs {home}"))
        }
        None if matches!(
            first.text,
            "except" | "exclude" | "excluding" | "ignore" | "without" | "filter"
        ) =>
        {
            made.help(left_out(text, first))
        }
        None if context == Context::Metric && matches!(first.text, "type" | "kind" | "unit" | "help") => {
            let said = found::found(text, first.range.end);
            let said = found::found(
                text,
                if said.text == ":" || said.text == "=" { said.range.end } else { first.range.end },
            );
            made.help(match first.text {
                "unit" => format!("the unit stands in the head: `metric NAME: histogram of {}`", said.text),
                "help" => "a remark for readers of the source is a comment: `# …`".to_owned(),
                _ => format!("the kind stands in the head: `metric NAME: {}`", said.text),
            })
        }
        None => made.help(format!("it can be {}", words::allowed(context))),
    }
}

/// `except {route="/health"}`: a matcher leaves out what doesn't count.
fn left_out(text: &str, first: &found::Found<'_>) -> String {
    let said = text.get(first.range.end..).unwrap_or_default().trim();
    let inner = said.trim_start_matches("where").trim().strip_prefix('{').and_then(|s| s.strip_suffix('}'));
    let turned = inner.filter(|i| !i.contains(',')).and_then(|i| {
        let (label, value) = i.split_once('=')?;
        Some(match (label.ends_with('!'), value.strip_prefix('~')) {
            (false, Some(value)) => format!("{}!~{value}", label.trim_end()),
            (false, None) => format!("{}!={value}", label.trim_end()),
            (true, _) => return None,
        })
    });
    let shown = turned.unwrap_or_else(|| "route!=\"/health\"".to_owned());
    format!("what doesn't count is left out of `total` by a matcher: `total METRIC{{{shown}}}`")
}

/// Can a piece of junk, mended, be read beyond the mend, which ends at an offset? Later mistakes don't matter.
fn reads_beyond(context: Context, mended: &str, end: usize) -> bool {
    let Ok(mut pairs) = Grammar::parse(context.rest(), mended) else { return false };
    let entry = pairs.next().and_then(|rest| kids(rest).next());
    if let Some(entry) = entry.filter(|p| !matches!(p.as_rule(), Rule::junk | Rule::stray)) {
        // a block's first word alone is not enough
        let head = kids(entry).find(|p| p.as_rule() == Rule::bad_head).map(|p| p.as_span().end());
        let Some(head) = head.and_then(|head| mended.get(..head)) else { return true };
        return scene::read(Rule::head_line, head)
            .map_or_else(|(pos, _)| found(head, pos).range.start > end, |()| true);
    }
    mended.len() <= LONGEST
        && context != Context::File
        && scene::read(context.line(), mended).is_err_and(|(pos, _)| found(mended, pos).range.start > end)
}
