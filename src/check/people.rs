//! Steps nobody promised anything for, pages without a playbook, playbooks that come too late.

use super::fitting::round_down;
use super::{Found, plain};
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{Journey, Model, Promise, Urgency};
use crate::value::Duration;

pub(super) fn check(journey: &Journey, found: &mut Found<'_>) {
    for step in journey.steps.iter().filter(|s| s.promises.is_empty()) {
        if step.left_out || found.broken_within(step.origin.span) {
            continue;
        }
        let (id, place) = (format!("{}.{}", journey.id, step.id), step.places.name);
        found.push(if step.critical {
            Diagnostic::new(
                &codes::CRITICAL_UNPROMISED,
                place,
                format!("the critical step `{id}` promises nothing"),
                "users decide here whether to trust us, and nobody watches",
            )
            .help("write a `promise` into it, or drop `critical` and say in a `note` why there is none")
        } else {
            let text = format!("the step `{id}` promises nothing");
            Diagnostic::new(&codes::UNPROMISED, place, text, "nobody watches it")
                .help("write a `promise` into it, or move what it says into a `note` of the journey")
        });
    }
    if journey.steps.is_empty()
        && journey.promises.is_empty()
        && !journey.left_out
        && !found.broken_within(journey.origin.span)
    {
        let text = format!("the journey `{}` promises nothing", journey.id);
        found.push(
            Diagnostic::new(&codes::UNPROMISED, journey.places.name, text, "nobody watches it")
                .help("write a `step` with a `promise` into it"),
        );
    }
    let bare: Vec<&Promise> =
        journey.all_promises().filter(|p| p.urgency == Urgency::Page && p.playbook.is_none()).collect();
    if let Some(first) = bare.first()
        && !found.broken_within(journey.origin.span)
    {
        let mut made = Diagnostic::new(
            &codes::NO_PLAYBOOK,
            first.places.name,
            format!("`{}` wakes somebody who finds no playbook", first.path),
            "pages, without a playbook on the promise, its step or its journey",
        );
        if bare.len() > 1 {
            let others = plain::several(bare.len() - 1, "other promise");
            made = made.note(format!("the same holds for {others} of `{}`", journey.id));
            made.stands_for = bare.iter().skip(1).map(|p| p.places.name).collect();
        }
        found.push(
            made.help("write a `playbook NAME` line into the journey, or `urgency ticket` into the promise"),
        );
    }
}

pub(super) fn check_playbooks(model: &Model, found: &mut Found<'_>) {
    for playbook in model.playbooks.values() {
        if let (Some((first, _)), Some(restore)) = (playbook.first_update, playbook.restore)
            && first > restore
        {
            let mut made = Diagnostic::new(
                &codes::LATE_UPDATE,
                playbook.places.first_update.unwrap_or(playbook.places.name),
                format!("users of `{}` hear of the trouble after it is over", playbook.id),
                format!("the first word after {first}"),
            );
            if let Some(place) = playbook.places.restore {
                made = made.also(place, format!("restored after {restore}"));
            }
            found.push(made.help(format!("tell them sooner: `first update within {}`", half(restore))));
        }
        if let (Some(who), None) = (&playbook.hear_from, &playbook.say)
            && !found.broken_within(playbook.origin.span)
        {
            found.push(
                Diagnostic::new(
                    &codes::NOTHING_TO_SAY,
                    playbook.places.hear_from.unwrap_or(playbook.places.name),
                    format!("`{}` says who speaks to users, but not what they say", playbook.id),
                    format!("`{who}` will have to find words in the middle of it"),
                )
                .help("write a `say \"…\"` line: what works, what doesn't, what to do meanwhile"),
            );
        }
    }
}

fn half(time: Duration) -> Duration {
    round_down(Duration::from_micros(time.as_micros() / 2))
}
