//! Which statements of a measurement belong together.

use super::measure::{Around, Parts};
use super::out::Out;
use super::subset::word;
use crate::ast::{Side, Subject, Verdict};
use crate::diag::Diagnostic;
use crate::diag::codes::types::{
    BOTH_SIDES, JOINED, NO_SLICES, NO_TOTAL, NO_VERDICT, NO_WHEN, ONE_END, SHARE_OF_NOTHING, SILENCE,
};
use crate::source::Span;

/// Reports statements without their counterpart.
pub(crate) fn check<'a>(out: &mut Out, parts: &Parts<'a>, around: &Around<'a>) {
    sides(out, parts);
    joined(out, parts);
    if !parts.junk {
        counterparts(out, parts, around);
    }
    slices(out, parts, around);
}

/// What `or` joins stands alone: beside another `bad` the two would be added up.
fn joined(out: &mut Out, parts: &Parts<'_>) {
    let is_joined = |v: &&(Side, &Verdict, Span)| matches!(v.1, Verdict::AnyOf(_));
    let Some((_, _, span)) = parts.verdicts.iter().find(is_joined) else { return };
    let Some((_, _, other)) = parts.verdicts.iter().find(|(_, _, s)| s != span) else { return };
    let said = "what `or` joins cannot stand beside another `bad`";
    out.report(
        Diagnostic::new(&JOINED, *other, said, "would be added up")
            .also(*span, "joined with `or`")
            .help("join this one with `or` as well: `bad over 1s or where {..} or where {..}`"),
    );
}

/// Good and bad are never mixed: one is what the other leaves.
fn sides(out: &mut Out, parts: &Parts<'_>) {
    let Some((first_side, _, first)) = parts.verdicts.first() else { return };
    let Some((side, _, other)) = parts.verdicts.iter().find(|(side, ..)| side != first_side) else { return };
    out.report(
        Diagnostic::new(
            &BOTH_SIDES,
            *other,
            "events are declared good and bad at once",
            format!("and the {} ones here", word(*side)),
        )
        .also(*first, format!("the {} events", word(*first_side)))
        .help("keep one side: the other is what it leaves of `total`"),
    );
}

fn counterparts<'a>(out: &mut Out, parts: &Parts<'a>, around: &Around<'a>) {
    let what = &around.what;
    let completion = parts.started.is_some() || parts.finished.is_some();
    match (&parts.total, parts.verdicts.first()) {
        (None, Some((side, _, span))) if !completion => {
            let word = word(*side);
            out.report(
                Diagnostic::new(
                    &NO_TOTAL,
                    *span,
                    format!("{what} has no `total`"),
                    format!("{word} of what?"),
                )
                .help("say which events count at all: `total METRIC{..}`"),
            );
        }
        (Some((_, span)), None) => {
            out.report(
                Diagnostic::new(
                    &NO_VERDICT,
                    *span,
                    format!("{what} does not say which events are good"),
                    "good or bad?",
                )
                .help("add `bad where {..}` or `good where {..}`")
                .help("for a histogram: `good within 400ms`; for readings: `good at least 1`"),
            );
        }
        _ => {}
    }
    match (&parts.started, &parts.finished) {
        (Some((_, span)), None) => {
            let said = format!("{what} does not say what finishes");
            let made = Diagnostic::new(&ONE_END, *span, said, "started, and then?");
            out.report(
                made.help(
                    "add `finished HISTOGRAM{..} within 30m`: durations tell what is late from what is lost",
                )
                .help("or, where only a counter is there, `finished METRIC{..} within 30m`"),
            );
        }
        (None, Some((_, _, span))) => {
            let said = format!("{what} does not say what was started");
            let made = Diagnostic::new(&ONE_END, *span, said, "of what was started?");
            out.report(made.help("add `started METRIC{..}`"));
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    if let Some((condition, _, _)) = &parts.when
        && let Subject::Share(span) = &condition.subject
        && parts.total.is_none()
        && !completion
        && around.noun.is_some()
    {
        let said = format!("{what} has a share, but no events to take it of");
        out.report(
            Diagnostic::new(&SHARE_OF_NOTHING, *span, said, "share of what?")
                .help("add `total ..` with `good ..` or `bad ..`, or `measured by INDICATOR(..)`"),
        );
    }
}

/// Slices of time are good `when`; events are not.
fn slices<'a>(out: &mut Out, parts: &Parts<'a>, around: &Around<'a>) {
    let Some(noun) = around.noun else { return };
    let what = &around.what;
    match (noun.slice(), &parts.when) {
        (Some(_), None) if !parts.junk => {
            let text = noun.text();
            let said = format!("{what} counts {text}, but does not say when one is good");
            let mut made = Diagnostic::new(&NO_WHEN, noun.span(), said, "slices of time");
            made = match &parts.total {
                Some(_) => {
                    made.help("add `good when share at least 99%`: the share of good events in a slice")
                }
                None => made.help("add `good when ..`, such as `good when max of METRIC{..} at most 10`"),
            };
            out.report(made.help("or name what the events are: `keep for 99% of requests`"));
        }
        (None, Some((_, _, span))) => {
            let said =
                format!("{what} is good `when`, but counts `{}` instead of slices of time", noun.text());
            let mut made = Diagnostic::new(&NO_SLICES, *span, said, "decides over a slice of time")
                .also(noun.span(), "not a slice of time");
            made = made.maybe_fix("count minutes", noun.span(), "minutes");
            out.report(made.help("slices of another length are written `5m slices`"));
        }
        (Some(_), _) | (None, None) => {}
    }
    if let Some(span) = parts.silence
        && noun.slice().is_none()
        && parts.when.is_none()
    {
        let said = format!("{what} counts `{}`: without data there are none", noun.text());
        out.report(
            Diagnostic::new(&SILENCE, span, said, "only slices of time can be silent")
                .also(noun.span(), "not a slice of time")
                .help("remove it: missing data raises an alert of its own")
                .help("or count slices: `keep for 99% of minutes` with `good when share at least 99%`"),
        );
    }
}
