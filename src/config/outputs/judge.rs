//! What outputs do to each other: folders that lie in one another, boards that would replace each other, outputs that are left out
//! though nobody named them.

use std::collections::BTreeMap;

use super::super::layer::Layer;
use super::super::reader::{Reader, listed};
use super::super::words::nearest;
use super::super::{Environment, OutputOptions};
use super::{Build, Resolved, prefix};
use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;
use crate::ir::Form;

/// Folders that two outputs share, or of which one lies in another: of all builds that there are, each with its environment.
pub(in crate::config) fn judge_folders(builds: &[Build<'_>], reader: &mut Reader<'_>) {
    let mut all: Vec<(Vec<&str>, Option<&Environment>, &Resolved)> = builds
        .iter()
        .flat_map(|build| build.outputs.iter().map(move |r| (build.environment, r)))
        .map(|(environment, r)| (r.output.path.split('/').collect(), environment, r))
        .collect();
    // Whatever lies in a folder follows it directly in this order.
    all.sort_by(|a, b| a.0.cmp(&b.0));
    let mut rest = all.as_slice();
    while let [(parts, environment, outer), after @ ..] = rest {
        let within = after.iter().take_while(|(other, ..)| other.starts_with(parts)).count();
        if let Some((_, other, inner)) = after.first().filter(|_| within > 0) {
            let more = within - 1;
            reader.diagnostics.push(shared((*environment, outer), (*other, inner), more));
        }
        rest = after.get(within..).unwrap_or_default();
    }
}

type Of<'e> = (Option<&'e Environment>, &'e Resolved);

fn shared((first, outer): Of<'_>, (second, inner): Of<'_>, more: usize) -> Diagnostic {
    let name = |environment: Option<&Environment>| environment.map(|e| e.name.clone());
    let (one, other) = (name(first), name(second));
    let who = |environment: &Option<String>| match environment {
        Some(name) => format!("the environment `{name}`"),
        None => "the top of `slovo.yaml`".to_owned(),
    };
    let same = outer.output.path == inner.output.path;
    let (a, b) = (&outer.output.name, &inner.output.name);
    let message = match (same, &one, &other) {
        (true, Some(one), Some(other)) if one != other => {
            format!("the environments `{one}` and `{other}` write to one folder")
        }
        (true, one, other) if one == other => format!("the outputs `{a}` and `{b}` write to one folder"),
        (true, one, other) => format!("{} and {} write to one folder", who(one), who(other)),
        (false, one, other) if one == other => {
            format!("the folder of the output `{b}` lies in that of `{a}`")
        }
        (false, one, other) => format!("a folder of {} lies in one of {}", who(other), who(one)),
    };
    let label =
        if same { "the same folder again".to_owned() } else { format!("writes to `{}`", inner.output.path) };
    let mut made = match inner.span.or(outer.span) {
        Some(span) => Diagnostic::new(&codes::SHARED_OUTPUT, span, message, label),
        None => Diagnostic::unplaced(&codes::SHARED_OUTPUT, message),
    };
    if let (Some(span), Some(_)) = (outer.span, inner.span) {
        let whose = one
            .as_ref()
            .filter(|_| one != other)
            .map_or_else(|| format!("`{a}`"), |name| format!("`{name}`"));
        made = made.also(span, format!("the folder of {whose}, `{}`", outer.output.path));
    }
    if let Some(environment) = second.filter(|e| inner.span.is_some_and(|span| span != e.span)) {
        made = made.also(environment.span, "this environment");
    }
    if !same {
        made = made.note("whatever reads a folder with all its subfolders would read both");
    }
    if more > 0 {
        let are = if more == 1 {
            "one more folder overlaps".to_owned()
        } else {
            format!("{more} more folders overlap")
        };
        made = made.note(format!("{are} too"));
    }
    let meant = match &other {
        Some(name) if same => format!("{}-{name}", outer.output.path),
        Some(name) => format!("{}-{name}", inner.output.name),
        None => inner.output.name.clone(),
    };
    made.help(if meant == outer.output.path || meant == inner.output.path {
        "give each a folder of its own, side by side".to_owned()
    } else {
        format!("give each its own, side by side: `{meant}`")
    })
}

/// `NAME: none` where there is no such output.
pub(in crate::config) fn judge_dropped(
    base: &Layer,
    layer: &Layer,
    within: Option<&str>,
    reader: &mut Reader<'_>,
) {
    let top: Vec<&str> = match &base.outputs {
        Some(list) if within.is_some() => {
            list.iter().filter(|o| o.said.is_some()).map(|o| o.name.as_str()).collect()
        }
        // At the top `none` says of the default that it isn't wanted.
        Some(_) | None => vec!["prometheus"],
    };
    for dropped in layer.outputs.iter().flatten().filter(|o| o.said.is_none()) {
        if top.contains(&dropped.name.as_str()) {
            continue;
        }
        let message = format!("there is no output `{}` to leave out", dropped.name);
        let made = Diagnostic::new(&codes::BAD_VALUE, dropped.span, message, "has no effect");
        reader.diagnostics.push(match nearest(&dropped.name, top.iter().copied()) {
            Some(meant) => made.maybe_fix(format!("write `{meant}`"), dropped.span, meant),
            None if top.is_empty() => made.help("remove it"),
            None if top.len() == 1 => made.help(format!("there is only {}", listed(&top))),
            None => made.help(format!("there are {}", listed(&top))),
        });
    }
}

/// Builds with series of their own whose boards have the same uids, or lie in the same place, in the same Grafana as far as the
/// links tell.
pub(in crate::config) fn judge_uids(builds: &[Build<'_>], base: &Layer, reader: &mut Reader<'_>) {
    let mut seen: BTreeMap<(Option<&str>, &str, &str), &Build<'_>> = BTreeMap::new();
    for build in builds {
        let own = build.environment.and_then(|e| e.layer.links.dashboards.as_deref());
        let grafana = own.or(base.links.dashboards.as_deref());
        for resolved in &build.outputs {
            let OutputOptions::Grafana(boards) = &resolved.output.options else { continue };
            let place = (boards.form == Form::Files).then_some((
                "mounted_at",
                boards.mounted_at.as_str(),
                resolved.mounted,
            ));
            for (key, value, span) in
                std::iter::once(("prefix", boards.prefix.as_str(), resolved.prefix)).chain(place)
            {
                let first = seen.entry((grafana, key, value)).or_insert(build);
                // A build that says nothing of it got one of its own.
                let Some(span) = span.filter(|_| first.identity != build.identity) else { continue };
                let name = build.environment.map_or("top", |e| e.name.as_str());
                let meant = match build.environment {
                    Some(environment) if key == "prefix" => prefix(value, &environment.name),
                    _ => format!("{value}-{name}"),
                };
                let other = first.environment.map_or_else(
                    || "the top of `slovo.yaml`".to_owned(),
                    |e| format!("the environment `{}`", e.name),
                );
                let message =
                    format!("the boards of `{name}` and of {other} would replace each other in one Grafana");
                let made = Diagnostic::new(&codes::SAME_BOARDS, span, message, format!("the same `{key}`"))
                    .help(format!("leave `{key}` out, which gives `{meant}`, or name another"))
                    .help("if each has a Grafana of its own, say which: `links: {dashboards: ..}` in the environment");
                reader.diagnostics.push(made);
                break;
            }
        }
    }
}
