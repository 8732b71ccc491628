//! Objects of Kubernetes: what all of them say first, their names, and how large they may be.

use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;
use crate::ir::Kubernetes;
use crate::render::yaml::Yaml;
use crate::source::Span;
use crate::value::hash;

/// Kubernetes takes so many bytes of annotations, and client-side `kubectl apply` keeps the whole object in one.
pub(crate) const CLIENT_SIDE: usize = 262_144;

/// The lines of an object of prometheus-operator up to its `spec`.
pub(crate) fn object_head(yaml: &mut Yaml, (version, kind): (&str, &str), name: &str, options: &Kubernetes) {
    yaml.pair(0, "apiVersion", &format!("monitoring.coreos.com/{version}"));
    yaml.pair(0, "kind", kind);
    yaml.open(0, "metadata");
    yaml.pair(2, "name", name);
    if let Some(namespace) = &options.namespace {
        yaml.pair(2, "namespace", namespace);
    }
    for (key, list) in [("labels", &options.labels), ("annotations", &options.annotations)] {
        if !list.is_empty() {
            yaml.open(2, key);
            for (name, value) in list {
                yaml.pair(4, name, value);
            }
        }
    }
    yaml.open(0, "spec");
}

/// `PROJECT--JOURNEY` as a DNS label of at most 63 characters. Identifiers have no dash and no two of them give the same
/// name; one that ends with `_` or is too long is told apart by a hash.
pub(crate) fn object_name(project: &str, journey: &str) -> String {
    let plain = format!("{project}--{journey}").replace('_', "-");
    if plain.len() <= 63 && !plain.ends_with('-') && !project.ends_with('_') {
        return plain;
    }
    let hash = hash::hash(&format!("{project} {journey}"));
    let head: String = plain.chars().filter(char::is_ascii).take(63 - 17).collect();
    format!("{}-{hash:016x}", head.trim_end_matches('-'))
}

/// An object that `kubectl apply` refuses, since it keeps what was applied as an annotation.
pub(crate) fn too_large_to_apply(name: &str, bytes: usize, place: Option<Span>) -> Option<Diagnostic> {
    if bytes <= CLIENT_SIDE {
        return None;
    }
    let message = format!("the object `{name}` is too large for `kubectl apply`");
    let label = format!("{} KiB, and annotations may have {}", bytes.div_ceil(1024), CLIENT_SIDE / 1024);
    let made = match place {
        Some(place) => Diagnostic::new(&codes::APPLY_LIMIT, place, message, label),
        None => Diagnostic::unplaced(&codes::APPLY_LIMIT, format!("{message}: {label}")),
    };
    Some(
        made.note("client-side apply keeps the whole object in an annotation; server-side apply doesn't")
            .help("apply with `kubectl apply --server-side` (Argo CD: the sync option `ServerSideApply=true`), and say so: `lints: {W0505: allow}`")
            .help("or divide the journey; what users do in so many steps is several journeys"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_objects() {
        assert_eq!(object_name("astronomy_shop", "hear_back"), "astronomy-shop--hear-back");
        let long = "x".repeat(40);
        let names = [
            object_name("a", "b_c"),
            object_name("a_b", "c"),
            object_name("a", "b"),
            object_name("a", "b_"),
            object_name("a", "b__"),
            object_name("a_", "b"),
            object_name(&long, &long),
            object_name(&long, &"x".repeat(39)),
            object_name(&long, &format!("{}_", "x".repeat(39))),
        ];
        for (at, name) in names.iter().enumerate() {
            assert!(
                name.len() <= 63
                    && !name.ends_with('-')
                    && name.starts_with(|c: char| c.is_ascii_lowercase())
            );
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'),
                "{name}"
            );
            assert!(!names[at + 1..].contains(name), "{name}");
        }
    }
}
