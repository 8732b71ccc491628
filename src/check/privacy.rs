//! Labels that look personal, and labels without an end to their values.
//!
//! What `data` allows: `personal` everything; `pseudonymous` identifiers that need another table to reach a person
//! (`session_id`, `user_id`); `none`, or nothing said, no personal label at all. Only labels that a promise selects by
//! or splits by are looked at: they end up in rules, alerts and documents.

use std::collections::BTreeSet;

use super::Found;
use crate::diag::Diagnostic;
use crate::diag::codes::numbers as codes;
use crate::ir::{
    Condition, DataClass, Events, Journey, Measurement, Model, Outcome, Promise, Selector, Series,
};
use crate::source::Span;

/// How near to a person a label is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// Needs another table.
    Pseudonym,
    /// Names or reaches a person.
    Person,
}

/// Sorted. Compared with the label in lower case without `_`, `.` and `-`.
const PSEUDONYMS: [&str; 23] = [
    "accountid",
    "citizenid",
    "customerid",
    "deviceid",
    "employeeid",
    "enduserid",
    "guestid",
    "memberid",
    "patientid",
    "personid",
    "profileid",
    "sessionid",
    "shopperid",
    "studentid",
    "subscriber",
    "subscriberid",
    "user",
    "userid",
    "userids",
    "useruuid",
    "usr",
    "usrid",
    "visitorid",
];
/// Sorted.
const PERSONS: [&str; 40] = [
    "birthdate",
    "birthday",
    "cardnumber",
    "clientaddress",
    "clientip",
    "customeremail",
    "customername",
    "dateofbirth",
    "email",
    "emailaddress",
    "familyname",
    "firstname",
    "fullname",
    "givenname",
    "iban",
    "imei",
    "imsi",
    "ip",
    "ipaddr",
    "ipaddress",
    "lastname",
    "mailaddress",
    "msisdn",
    "passport",
    "patient",
    "patientname",
    "phone",
    "phonenumber",
    "postaladdress",
    "remoteaddr",
    "remoteaddress",
    "remoteip",
    "ssn",
    "surname",
    "telephone",
    "useremail",
    "userip",
    "username",
    "visitorip",
    "xforwardedfor",
];
/// Sorted: a new value for every request, order or restart.
const ENDLESS: [&str; 22] = [
    "containerid",
    "correlationid",
    "eventid",
    "guid",
    "invoiceid",
    "jobid",
    "messageid",
    "orderid",
    "path",
    "pod",
    "podname",
    "processid",
    "requestid",
    "requestpath",
    "requesturi",
    "spanid",
    "taskid",
    "timestamp",
    "traceid",
    "transactionid",
    "url",
    "uuid",
];

pub(super) fn check(model: &Model, journey: &Journey, found: &mut Found<'_>) {
    let class = journey.data.as_ref().map(|(class, _)| *class);
    let mut told = BTreeSet::new();
    for promise in journey.all_promises() {
        let split = promise.for_each.iter().zip(&promise.places.for_each);
        for ((label, values), place) in split {
            if personal(class, label) {
                if told.insert(label.clone()) {
                    found.push(report(journey, class, label, *place, "splits the budget by it"));
                }
            } else if values.is_none() && endless_by_name(label) && told.insert(label.clone()) {
                found.push(endless(promise, label, *place));
            }
        }
        visit(&promise.measurement, &mut |selector| {
            for matcher in &selector.matchers {
                let from_settings = model.settings.scope.iter().any(|m| m.label == matcher.label);
                if personal(class, &matcher.label) && !from_settings && !told.contains(&matcher.label) {
                    told.insert(matcher.label.clone());
                    let what = format!("selects `{}` by it", selector.metric);
                    found.push(report(journey, class, &matcher.label, promise.places.measurement, &what));
                }
            }
        });
    }
}

/// Does the name promise a new value for every order, request or person? One that ends in `id` does, unless it is known to
/// number something that stays.
fn endless_by_name(label: &str) -> bool {
    const STAYS: [&str; 14] = [
        "account",
        "cluster",
        "datacenter",
        "environment",
        "org",
        "organization",
        "partition",
        "project",
        "region",
        "shard",
        "site",
        "store",
        "tenant",
        "zone",
    ];
    if is_in(&ENDLESS, label) || is_in(&PSEUDONYMS, label) || is_in(&PERSONS, label) {
        return true;
    }
    let ends = ["_id", ".id", "-id", "Id", "ID", "_uuid", "_guid", "Uuid", "UUID"];
    ends.iter().filter_map(|end| label.strip_suffix(end)).any(|head| {
        let last = head.rsplit(['_', '.', '-']).next().unwrap_or_default();
        !head.is_empty() && !STAYS.contains(&last.to_ascii_lowercase().as_str())
    })
}

fn personal(class: Option<DataClass>, label: &str) -> bool {
    let nearness = if is_in(&PERSONS, label) {
        Nearness::Person
    } else if is_in(&PSEUDONYMS, label) {
        Nearness::Pseudonym
    } else {
        return false;
    };
    match class {
        Some(DataClass::Personal) => false,
        Some(DataClass::Pseudonymous) => nearness == Nearness::Person,
        Some(DataClass::None) | None => true,
    }
}

/// Is the label in the sorted table, whatever its style (`userId`, `user_id`, `user.id`)?
fn is_in(table: &[&str], label: &str) -> bool {
    let plain = |c: &char| !matches!(c, '_' | '.' | '-');
    let letters = || label.chars().filter(plain).map(|c| c.to_ascii_lowercase());
    table.binary_search_by(|word| word.chars().cmp(letters())).is_ok()
}

fn report(journey: &Journey, class: Option<DataClass>, label: &str, place: Span, what: &str) -> Diagnostic {
    let needed = if is_in(&PERSONS, label) { "personal" } else { "pseudonymous" };
    let made = Diagnostic::new(
        &codes::PERSONAL_LABEL,
        place,
        format!("the label `{label}` looks personal, and `{}` does not allow it", journey.id),
        what,
    );
    let made = match (class, journey.places.data) {
        (Some(_), Some(span)) => made.also(span, "what the journey says about its data"),
        _ => made.note(format!("`{}` does not say what data it touches", journey.id)),
    };
    made.note("labels end up in rules, alerts and documents, and Prometheus cannot delete one person's samples easily")
        .help(format!("leave the label out, or write `data {needed} \"why it is needed\"` into the journey"))
}

fn endless(promise: &Promise, label: &str, place: Span) -> Diagnostic {
    Diagnostic::new(
        &codes::ENDLESS_LABEL,
        place,
        format!("`{}` would get a budget for every `{label}` there ever was", promise.path),
        "has no declared values, and its name promises many",
    )
    .note("each value costs every recorded series and every alert once more, and most values are gone in a day")
    .help(format!("split by something that stays, or declare the values: `labels {label} in \"a\" | \"b\"` in the catalogue"))
}

/// Every selector of a measurement.
fn visit<'a>(measurement: &'a Measurement, see: &mut impl FnMut(&'a Selector)) {
    match measurement {
        Measurement::Events(events) => visit_events(events, see),
        Measurement::Completion(completion) => {
            visit_series(&completion.started, see);
            visit_series(&completion.finished, see);
        }
        Measurement::Slices(slices) => match &slices.condition {
            Condition::Share { events, .. } => visit_events(events, see),
            Condition::Mean { of, .. } => visit_series(std::slice::from_ref(of), see),
            Condition::Stat { selector, .. } | Condition::Age { selector, .. } => see(selector),
            Condition::Promql { .. } => {}
        },
        Measurement::Composed(_) => {}
    }
}

fn visit_events<'a>(events: &'a Events, see: &mut impl FnMut(&'a Selector)) {
    visit_series(&events.total, see);
    match &events.outcome {
        Outcome::Good(list) | Outcome::Bad(list) => visit_series(list, see),
    }
}

fn visit_series<'a>(list: &'a [Series], see: &mut impl FnMut(&'a Selector)) {
    for series in list {
        match series {
            Series::Counter(selector)
            | Series::HistogramCount { selector, .. }
            | Series::HistogramWithin { selector, .. }
            | Series::HistogramOver { selector, .. }
            | Series::Readings { selector, .. } => see(selector),
            Series::Promql(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [&PSEUDONYMS[..], &PERSONS, &ENDLESS] {
            assert!(table.is_sorted());
        }
    }

    #[test]
    fn styles() {
        for label in ["user_id", "userId", "user.id", "USER_ID"] {
            assert!(personal(None, label), "{label}");
            assert!(!personal(Some(DataClass::Pseudonymous), label), "{label}");
        }
        for label in ["basket_id", "cartId", "orderID", "user_id", "row_uuid", "pod"] {
            assert!(endless_by_name(label), "{label}");
        }
        for label in ["tenant_id", "cluster_id", "aws_account_id", "paid", "grid", "id", "region", "valid"] {
            assert!(!endless_by_name(label), "{label}");
        }
        assert!(personal(Some(DataClass::Pseudonymous), "email"));
        assert!(!personal(Some(DataClass::Personal), "email"));
        for label in
            ["pod_ip", "service_name", "tenant_id", "client", "cluster_id", "user_agent", "code", "customer"]
        {
            assert!(!personal(None, label), "{label}");
        }
    }
}
