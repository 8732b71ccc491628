//! Heads of items, steps and promises that cannot be read as they stand.

use pest::Parser;
use pest::iterators::Pair;

use super::found::{Kind, found, short};
use super::mistake::{Mend, Mistake};
use super::scene::{Scene, read};
use super::{Context, MENDS, characters, known, words};
use crate::ast::{Ident, Param, Path, Str};
use crate::diag::codes;
use crate::syntax::build::{Build, Head, kids};
use crate::syntax::map::{Map, mend};
use crate::syntax::parser::{Grammar, Rule};

/// What could be read of a head after all.
#[derive(Default)]
pub(in super::super) struct BadHead {
    pub(in super::super) name: Option<Ident>,
    pub(in super::super) title: Option<Str>,
    pub(in super::super) path: Option<Path>,
    pub(in super::super) params: Vec<Param>,
    pub(in super::super) metric: Option<Head>,
}

impl Build<'_> {
    /// Reports what is wrong with a head and reads it mended, as far as that goes.
    pub(in super::super) fn bad_head(
        &mut self,
        whole: &Pair<'_, Rule>,
        head: &Pair<'_, Rule>,
    ) -> Option<BadHead> {
        let start = whole.as_span().start();
        let end = head.as_span().start() + head.as_str().trim_end().len();
        self.bad_head = Some(head.as_span().end());
        // with the brace, where there is one
        let rest = self.text.get(head.as_span().end()..).unwrap_or_default();
        let end = if rest.starts_with('{') { head.as_span().end() + 1 } else { end };
        let text = self.text.get(start..end)?;
        let mut found = BadHead::default();
        let own = self.map.clone();
        let map = mend(&own, start, text, &[]).1;
        self.head_text(text, &map, &mut found, (0, self.sure));
        let complete = found.name.is_some() || found.metric.is_some();
        if !complete {
            self.junk += 1;
        }
        Some(found)
    }

    /// One mistake after the other, each mended before the next.
    fn head_text(&mut self, text: &str, map: &Map<'_>, head: &mut BadHead, (mends, sure): (usize, bool)) {
        let mut inner = Build::new(self.file, text, map.clone(), &mut *self.diags);
        inner.mends = self.mends + mends;
        inner.sure = sure;
        let Some(mistake) = head_mistake(text) else {
            inner.take_head(text, head);
            return;
        };
        let mended = mistake.mend.as_ref().map(|made| mend(map, 0, text, &made.edits));
        let end = mistake.mend.as_ref().and_then(|made| made.edits.last()).map_or(0, |(range, _)| range.end);
        let better = mended.as_ref().is_some_and(|(new, _)| {
            let end = (new.len() + end).saturating_sub(text.len());
            read(Rule::head_line, new).map_or_else(|(pos, _)| found(new, pos).range.start > end, |()| true)
        });
        let certain = inner.tell_mend(&mistake, 0, better);
        match mended {
            Some((new, map)) if mends < MENDS => self.head_text(&new, &map, head, (mends + 1, certain)),
            _ => inner.guess_head(text, head),
        }
    }

    /// The parts of a head that reads well.
    fn take_head(&mut self, text: &str, head: &mut BadHead) {
        let Ok(mut pairs) = Grammar::parse(Rule::head_line, text) else { return };
        let Some(line) = pairs.next() else { return };
        let mut metric = Head::default();
        let is_metric = text.starts_with("metric");
        for pair in kids(line) {
            if is_metric {
                self.metric_head(&pair, &mut metric);
                continue;
            }
            match pair.as_rule() {
                Rule::ident => head.name = Some(self.ident(&pair)),
                Rule::string => head.title = Some(self.text(&pair)),
                Rule::path => head.path = Some(self.path(&pair)),
                Rule::params => head.params = self.params(pair).unwrap_or_default(),
                _ => {}
            }
        }
        if is_metric {
            head.metric = Some(metric);
        }
    }

    /// The name and the title of a head that stays unreadable, so that what refers to it is not unknown too.
    fn guess_head(&mut self, text: &str, head: &mut BadHead) {
        let keyword = found(text, 0);
        let name = found(text, keyword.range.end);
        let Ok(mut pairs) = Grammar::parse(Rule::ident, text.get(name.range.start..).unwrap_or_default())
        else {
            return;
        };
        if let Some(pair) = pairs.next() {
            let range = name.range.start..name.range.start + pair.as_str().len();
            let ident = Ident { name: pair.as_str().to_owned(), span: self.at(range.start, range.end) };
            let title = Str { value: ident.name.clone(), span: ident.span, triple: false };
            head.title = Some(title);
            head.name = Some(ident);
        }
    }
}

/// The first mistake of a head; `None` when it can be read.
fn head_mistake(text: &str) -> Option<Mistake> {
    if let Some(mistake) = characters::characters(text) {
        return Some(mistake);
    }
    let keyword = found(text, 0);
    let scene = Scene::new(Rule::head_line, text, words::form(keyword.text, home(keyword.text)), "")?;
    let own = title(&scene)
        .or_else(|| kind_first(&scene))
        .or_else(|| no_kind(&scene))
        .or_else(|| colon_for_brace(&scene))
        .or_else(|| colon(&scene))
        .or_else(|| unit(&scene));
    Some(own.unwrap_or_else(|| known::mistake(&scene, Context::File)))
}

fn home(word: &str) -> Context {
    words::homes(word).and_then(|h| h.first().copied()).unwrap_or(Context::File)
}

/// `journey checkout {`
fn title(scene: &Scene<'_>) -> Option<Mistake> {
    let missing = matches!(scene.found.text, "{" | "");
    if !missing || scene.expected.as_slice() != [Rule::string] {
        return None;
    }
    let gap = scene.gap();
    let kind = found(scene.text, 0);
    let name = found(scene.text, kind.range.end);
    let made = Mistake::new(
        &codes::syntax::TITLE,
        gap..gap,
        format!("{} {} has no title", kind.text, name.shown()),
        "nothing in quotes here",
    )
    .help("the title is what people read: in documents, on dashboards, in alerts");
    let words = name.text.replace('_', " ");
    let mut letters = words.chars();
    let title: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    Some(made.maybe(gap..gap, format!(" \"{title}\"")))
}

/// `metric requests_total { .. }`
fn no_kind(scene: &Scene<'_>) -> Option<Mistake> {
    let missing = matches!(scene.found.text, "{" | "");
    if !scene.text.starts_with("metric") || !missing || !scene.expects(Rule::colon) {
        return None;
    }
    let name = found(scene.text, 6);
    let is = |end: &str| name.text.trim_matches('"').ends_with(end);
    let kind = if is("_total") {
        "counter"
    } else if is("_seconds") || is("_bytes") || is("_milliseconds") {
        "histogram"
    } else {
        "gauge"
    };
    let new = super::kinds::declared(kind, name.text, "");
    let made = Mistake::new(
        &codes::syntax::UNEXPECTED,
        name.range.clone(),
        format!("the kind of {} is missing", name.shown()),
        "counter, gauge, histogram or summary?",
    );
    Some(made.maybe(name.range.start..scene.gap(), new))
}

/// `journey checkout "Buy":`
fn colon_for_brace(scene: &Scene<'_>) -> Option<Mistake> {
    let at = scene.found.range.clone();
    if scene.found.text != ":" || !scene.expects(Rule::open) || !scene.after(at.end).trim().is_empty() {
        return None;
    }
    let made = Mistake::new(
        &codes::syntax::MARK,
        at.clone(),
        "a block opens with `{`, not with `:`",
        "a mark of another language",
    )
    .help("it ends with `}` on a line of its own");
    Some(made.maybe(at, " {"))
}

/// `metric counter requests_total`, `metric requests_total counter`: the kind comes after a colon.
fn kind_first(scene: &Scene<'_>) -> Option<Mistake> {
    let first = found(scene.text, 6);
    if !scene.text.starts_with("metric") || !super::kinds::is_kind(first.text) {
        return None;
    }
    let (name, end) = super::kinds::named(scene.text, first.range.end)?;
    let made = Mistake::new(
        &codes::syntax::UNEXPECTED,
        first.range.clone(),
        format!("the kind of `{}` comes after its name", short(name)),
        "comes too early",
    );
    let new = super::kinds::declared(first.text, name, scene.text.get(end..).unwrap_or_default());
    Some(made.maybe(first.range.start..end, new))
}

/// `metric requests_total:counter`
fn colon(scene: &Scene<'_>) -> Option<Mistake> {
    if !scene.expects(Rule::colon) || !scene.text.starts_with("metric") {
        return None;
    }
    let name = found(scene.text, 6);
    let (start, end) = (name.range.start, scene.gap());
    let whole = scene.text.get(start..end)?;
    let at = start + whole.rfind(':')?;
    if name.kind != Kind::Word || !scene.reads_with(at..at + 1, ": ") {
        return None;
    }
    Some(
        Mistake::new(
            &codes::syntax::MARK,
            at..at + 1,
            format!("a blank is missing after the `:` in `{}`", short(whole)),
            "taken for a part of the name",
        )
        .help("names of metrics may hold colons: the one before the kind is followed by a blank")
        .mend(Mend {
            title: "put a blank after it".into(),
            edits: vec![(at..at + 1, ": ".into())],
            sure: true,
        }),
    )
}

/// `histogram of loans in seconds`: a unit is one word, and what a counter counts has none.
fn unit(scene: &Scene<'_>) -> Option<Mistake> {
    let joins = matches!(scene.found.text, "in" | "per" | "by" | "measured");
    if !joins
        || !scene.text.starts_with("metric")
        || !scene.expects(Rule::part_of) && !scene.expects(Rule::comma)
    {
        return None;
    }
    let (head, counted) = scene.before().rsplit_once(" of ")?;
    let kind = head.rsplit([':', ' ']).next()?;
    let unit = found(scene.text, scene.found.range.end);
    if unit.kind != Kind::Word {
        return None;
    }
    let counts = kind == "counter";
    let start = scene.gap() - counted.len();
    let (edit, help) = if counts || scene.found.text != "in" {
        let help = format!("a {kind} is declared with what its values are of: `{kind} of {counted}`");
        ((scene.gap()..unit.range.end, ""), help)
    } else {
        let help = format!("a {kind} is declared with the unit of its values: `{kind} of {}`", unit.text);
        ((start..unit.range.end, unit.text), help)
    };
    let at = scene.found.range.start..unit.range.end;
    let message = format!("`{}` says more than `of` takes: one word", short(scene.text.get(start..at.end)?));
    Some(Mistake::new(&codes::syntax::UNEXPECTED, at, message, "too much").help(help).maybe(edit.0, edit.1))
}
