//! Every text of the language and of `slovo.yaml`, filled with what other languages would read more into: the outputs keep the shape
//! that they have with a plain word. What takes a text is listed here, and held against the grammar and the schema.

use std::collections::BTreeSet;

use slovo::backend::{
    Backend, alertmanager::Alertmanager, docs::Docs, grafana::Grafana, prometheus::Prometheus,
};
use slovo::project::Project;

use crate::tools::{put, said, slovo};

const SOURCE: &str = include_str!("payloads/all.slovo");
const YAML: &str = "project: x\nlabels: {env: \"@\"}\nseverities: {page: \"@\"}\noutputs: {prometheus: {path: r}, grafana: {path: g, folder: \"@\"}, docs: {path: d}, alertmanager: {path: a}}\n";

const PAYLOADS: [&str; 40] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><b onmouseover=x>",
    "' onclick='x",
    "</title></head>",
    "<!-- x",
    "-->",
    "]]>",
    "&lt;b&gt; &amp; &#60;",
    "![t](https://evil.example/p.png)",
    "[click](https://evil.example)",
    "\n\n# Heading\n\n* list",
    "**bold** _it_ `code` ~~no~~",
    "| a | b |",
    "1. list",
    "- list",
    "> quote",
    "<https://evil.example>",
    "https://evil.example www.evil.example a@b.example",
    "\\",
    "\\\\\" x",
    "{{ $value }}",
    "{{ end }}",
    "}} {{",
    "{{ humanise }}",
    "{% raw %}",
    "{# x #}",
    "$labels ${x} $__all",
    "[[x]] {{x}}",
    "a: b\n- c",
    "# no comment",
    "'single' \"double\"",
    "%s %n %[1]d",
    "*anchor &anchor !tag",
    "null",
    "~",
    "\t tab",
    "é 注文 🛒 \u{301}",
    "a\u{7}b\u{9b}31mc",
    "```\ncode\n```",
];

/// Rules of the grammar that take a text and are filled one at a time, since not any text will do there.
const TYPED: &[&str] = &["metric_name", "metric_head", "part_of", "promql"];
/// Rules that only name texts for others, or read what is not a sentence of the language.
const HELPERS: &[&str] = &[
    "strings",
    "param_type",
    "item_head",
    "titled_like",
    "junk_part",
    "junk_args",
    "junk_set",
    "junk_in",
    "bad_head",
    "team_only",
    "metric_only",
    "titled_only",
    "scenario_only",
];

/// Places of `slovo.yaml` that take any text, below the top and below an environment.
const FREE: &[&str] = &[
    "labels/*",
    "outputs/alertmanager/kubernetes/annotations/*",
    "outputs/alertmanager/kubernetes/labels/*",
    "outputs/alertmanager/path",
    "outputs/docs/path",
    "outputs/docs/templates",
    "outputs/grafana/annotations/*",
    "outputs/grafana/deployments",
    "outputs/grafana/folder",
    "outputs/grafana/instances/*",
    "outputs/grafana/labels/*",
    "outputs/grafana/mounted_at",
    "outputs/grafana/namespace",
    "outputs/grafana/path",
    "outputs/prometheus/kubernetes/annotations/*",
    "outputs/prometheus/kubernetes/labels/*",
    "outputs/prometheus/path",
    "outputs/prometheus/templates",
    "scope/*",
    "scope/[]",
    "severities/page",
    "severities/ticket",
];
/// Places whose texts have a pattern.
const PATTERNED: &[&str] = &[
    "alerting/tiers/[]/share",
    "alerting/tiers/[]/window",
    "alerting/windows/*",
    "common_labels/[]",
    "default_window",
    "evaluation_interval",
    "external_labels/[]",
    "identity",
    "links/dashboards",
    "links/documents",
    "links/runbooks",
    "outputs/alertmanager/kubernetes/namespace",
    "outputs/grafana/prefix",
    "outputs/prometheus/engine",
    "outputs/prometheus/kubernetes/namespace",
    "outputs/prometheus/vmalert/eval_offset",
    "project",
    "retention",
    "scrape_interval",
    "scrape_timeout",
    "today",
];

/// As the language writes it between quotes.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// The source with a text in every place.
fn filled(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in SOURCE.split('@').enumerate() {
        out.push_str(&if at % 2 == 1 && at > 1 { quoted(text) } else { part.to_owned() });
    }
    out
}

/// The shape of every file: what other programs read, without the texts in it.
fn shapes(text: &str) -> Vec<(String, String)> {
    let in_yaml: String = serde_json::to_string(text)
        .unwrap()
        .chars()
        .map(|c| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() })
        .collect();
    let yaml = YAML.replace("\"@\"", &in_yaml);
    let project = Project::in_memory(&[("all.slovo", &filled(text))], &yaml);
    let compiled = project.compile();
    let model = compiled.model.unwrap_or_else(|| panic!("{text:?}: {:?}", compiled.diagnostics));
    let backends: [&dyn Backend; 4] = [&Alertmanager, &Prometheus, &Grafana, &Docs];
    let mut made = Vec::new();
    for file in backends.iter().flat_map(|b| b.emit(&model).unwrap()) {
        let shape = match file.path.rsplit('.').next().unwrap() {
            "yml" | "yaml" => {
                let read: serde_json::Value = serde_yaml::from_str(&file.text)
                    .unwrap_or_else(|e| panic!("{text:?}: {}: {e}", file.path));
                expressions(&read, text);
                shape_of(&read, text)
            }
            "json" => shape_of(
                &serde_json::from_str(&file.text).unwrap_or_else(|e| panic!("{text:?}: {}: {e}", file.path)),
                text,
            ),
            "html" | "svg" => tags(&file.text),
            "md" => marks(&file.text),
            _ => String::new(),
        };
        made.push((file.path, shape));
    }
    made
}

/// A document with all texts alike. A severity is a key in Grafana's mappings, and tables are sorted by it.
fn shape_of(value: &serde_json::Value, text: &str) -> String {
    match value {
        serde_json::Value::Object(map) => {
            let key = |k: &str| if k == text { "key".to_owned() } else { k.to_owned() };
            let inner: Vec<String> =
                map.iter().map(|(k, v)| format!("{}:{}", key(k), shape_of(v, text))).collect();
            format!("{{{}}}", inner.join(","))
        }
        serde_json::Value::Array(list) => {
            format!("[{}]", list.iter().map(|v| shape_of(v, text)).collect::<Vec<_>>().join(","))
        }
        serde_json::Value::String(_) => "text".to_owned(),
        serde_json::Value::Number(_) => "number".to_owned(),
        serde_json::Value::Bool(_) => "bool".to_owned(),
        serde_json::Value::Null => "null".to_owned(),
    }
}

/// Every expression is PromQL, every annotation a template that Prometheus takes.
fn expressions(value: &serde_json::Value, text: &str) {
    if let Some(map) = value.as_object() {
        if let Some(expr) = map.get("expr").and_then(|e| e.as_str()) {
            assert!(promql_parser::parser::parse(expr).is_ok(), "{text:?}: {expr}");
            for annotation in map.get("annotations").and_then(|a| a.as_object()).into_iter().flatten() {
                let said = annotation.1.as_str().unwrap();
                assert_eq!(slovo::rules::alert_texts::go::check(said, false), Ok(()), "{text:?}: {said}");
            }
        }
        map.values().for_each(|v| expressions(v, text));
    }
    value.as_array().into_iter().flatten().for_each(|v| expressions(v, text));
}

/// The tags of a page in order, with the names of their attributes.
fn tags(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        rest = &rest[open..];
        let (mut end, mut quote) = (rest.len(), None);
        for (at, c) in rest.char_indices() {
            match (c, quote) {
                ('"', None) => quote = Some('"'),
                ('"', Some(_)) => quote = None,
                ('>', None) => {
                    end = at + 1;
                    break;
                }
                (c, None) => out.push(c),
                _ => {}
            }
        }
        rest = &rest[end..];
    }
    // How long a text is decides into how many lines of a picture it is broken.
    let of_lines = |tag: &&str| !["text", "tspan"].iter().any(|t| tag.trim_start_matches('/').starts_with(t));
    out.split('<').filter(of_lines).flat_map(str::split_whitespace).collect::<Vec<_>>().join("<")
}

/// What Markdown reads as more than text, line by line: outside of code spans, not behind a backslash.
fn marks(page: &str) -> String {
    let mut out = String::new();
    for line in page.lines() {
        let mut chars = line.char_indices().peekable();
        let mut first = true;
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    chars.next();
                }
                '`' => {
                    let fence: String = line[at..].chars().take_while(|c| *c == '`').collect();
                    let inside = &line[at + fence.len()..];
                    let close = inside.match_indices(&fence).find(|(n, _)| {
                        !inside[..*n].ends_with('`') && !inside[n + fence.len()..].starts_with('`')
                    });
                    let close = close.unwrap_or_else(|| panic!("a code span is open: {line}")).0;
                    let until = at + fence.len() + close + fence.len();
                    while chars.peek().is_some_and(|(n, _)| *n < until) {
                        chars.next();
                    }
                    out.push('`');
                }
                '[' | ']' | '<' | '>' | '|' => out.push(c),
                '#' if first => out.push(c),
                _ => {}
            }
            first &= c == ' ';
        }
        out.push('\n');
    }
    out
}

#[test]
fn forty_payloads_in_every_text() {
    let plain = shapes("word");
    assert!(plain.len() > 20, "{}", plain.len());
    let mut wrong = Vec::new();
    for payload in PAYLOADS {
        for (made, plain) in shapes(payload).iter().zip(&plain) {
            if made != plain {
                let at = made.1.bytes().zip(plain.1.bytes()).take_while(|(a, b)| a == b).count();
                let near = |t: &str| t.chars().skip(at.saturating_sub(20)).take(60).collect::<String>();
                wrong.push(format!("{payload:?}: {}: {:?} for {:?}", made.0, near(&made.1), near(&plain.1)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A message, or outputs that can be read.
#[test]
fn payloads_where_not_any_text_will_do() {
    for payload in PAYLOADS {
        let text = quoted(payload);
        for (rule, source) in [
            ("metric_head", format!("metric \"{text}\": counter of x {{ labels a }}\n")),
            ("part_of", format!("metric y: counter of x, part of \"{text}\" {{ labels a }}\n")),
            ("metric_name", format!("indicator i {{ total \"{text}\"\n bad where {{a=\"b\"}} }}\n")),
            ("promql", format!("indicator i {{ total promql \"{text}\" }}\n")),
        ] {
            assert!(TYPED.contains(&rule));
            let project = Project::in_memory(&[("a.slovo", &(filled("word") + &source))], "project: x\n");
            if let Some(model) = project.compile().model {
                assert!(
                    Prometheus
                        .emit(&model)
                        .unwrap()
                        .iter()
                        .all(|f| serde_yaml::from_str::<serde_json::Value>(&f.text).is_ok()),
                    "{source}"
                );
            }
        }
    }
}

#[test]
fn payloads_in_slovo_yaml() {
    for (turn, place) in FREE.iter().chain(PATTERNED).enumerate() {
        // A fifth of them in each place, another one in the next.
        for payload in PAYLOADS.iter().skip(turn % 5).step_by(5) {
            let mut value = serde_json::json!(payload);
            for key in place.rsplit('/') {
                value = match key {
                    "[]" => serde_json::json!([value]),
                    "*" => serde_json::json!({"k": value}),
                    key => serde_json::json!({key: value}),
                };
            }
            if *place == "identity" {
                value = serde_json::json!({"environments": {"a": value}});
            }
            if *place != "project" {
                value["project"] = "x".into();
            }
            let project = Project::in_memory(&[("a.slovo", &filled("word"))], &value.to_string());
            let Some(model) = project.compile().model else { continue };
            for file in Prometheus.emit(&model).unwrap().into_iter().chain(Grafana.emit(&model).unwrap()) {
                assert!(
                    serde_yaml::from_str::<serde_json::Value>(&file.text).is_ok(),
                    "{place}: {payload:?}: {}",
                    file.path
                );
                assert!(!file.path.contains(".."), "{place}: {payload:?}: {}", file.path);
            }
        }
    }
}

#[test]
fn the_grammar_takes_no_text_that_is_not_listed() {
    let grammar = include_str!("../../grammar/slovo.pest");
    let mut takes = BTreeSet::new();
    for rule in grammar.lines() {
        let Some((name, body)) = rule.split_once('=').filter(|_| !rule.starts_with([' ', '/'])) else {
            continue;
        };
        let words = body.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        if words.into_iter().any(|w| matches!(w, "string" | "strings" | "triple")) {
            takes.insert(name.trim());
        }
    }
    assert!(takes.len() > 25, "{takes:?}");
    let unlisted: Vec<_> = takes
        .iter()
        .filter(|rule| {
            !SOURCE.contains(&format!("@{rule}@")) && !TYPED.contains(rule) && !HELPERS.contains(rule)
        })
        .collect();
    assert!(unlisted.is_empty(), "rules that take a text, in no table here: {unlisted:?}");
}

#[test]
fn the_schema_takes_no_text_that_is_not_listed() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/slovo.schema.json")).unwrap();
    let mut found = BTreeSet::new();
    walk(&schema, &schema, "", 0, &mut found);
    let mut bare: BTreeSet<&str> =
        found.iter().map(|p| p.strip_prefix("environments/*/").unwrap_or(p)).collect();
    // Outputs with names of their own take what one of the kinds takes.
    let kinds: BTreeSet<String> = slovo::config::keys::ALL
        .iter()
        .filter_map(|(path, _)| Some(path.strip_prefix("outputs.")?.split('.').next()?.to_owned()))
        .collect();
    let named: Vec<&str> = bare.iter().filter_map(|p| p.strip_prefix("outputs/*/")).collect();
    assert!(!named.is_empty());
    for path in &named {
        assert!(kinds.iter().any(|kind| bare.contains(format!("outputs/{kind}/{path}").as_str())), "{path}");
    }
    bare.retain(|p| !p.starts_with("outputs/*/"));
    let listed: BTreeSet<&str> = FREE.iter().chain(PATTERNED).copied().collect();
    assert_eq!(bare, listed);
}

fn walk(
    schema: &serde_json::Value,
    node: &serde_json::Value,
    path: &str,
    depth: usize,
    found: &mut BTreeSet<String>,
) {
    assert!(depth < 30, "{path}");
    if let Some(target) = node.get("$ref").and_then(|r| r.as_str()) {
        return walk(schema, schema.pointer(&target[1..]).unwrap(), path, depth + 1, found);
    }
    let is_text = node
        .get("type")
        .is_some_and(|t| t == "string" || t.as_array().is_some_and(|l| l.contains(&"string".into())));
    if is_text && node.get("enum").is_none() {
        found.insert(path.to_owned());
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        node.get(key)
            .and_then(|l| l.as_array())
            .into_iter()
            .flatten()
            .for_each(|n| walk(schema, n, path, depth + 1, found));
    }
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    for (name, inner) in node.get("properties").and_then(|p| p.as_object()).into_iter().flatten() {
        walk(schema, inner, &below(name), depth + 1, found);
    }
    for inner in
        node.get("patternProperties").and_then(|p| p.as_object()).into_iter().flat_map(|m| m.values())
    {
        walk(schema, inner, &below("*"), depth + 1, found);
    }
    if let Some(inner) = node.get("then") {
        walk(schema, inner, path, depth + 1, found);
    }
    for (key, name) in [("additionalProperties", "*"), ("items", "[]")] {
        if let Some(inner) = node.get(key).filter(|n| n.is_object()) {
            walk(schema, inner, &below(name), depth + 1, found);
        }
    }
}

/// Titles, names of files and what a diff shows: nothing of it reaches the terminal but as text.
#[cfg(unix)]
#[test]
fn terminals_get_text_only() {
    let at = tempfile::tempdir().unwrap();
    let forged = "a\nshop.slovo:1:1: error[E0000]: injected\n\u{1b}[31m.slovo";
    put(
        at.path(),
        &[
            ("slovo.yaml", "project: x\n"),
            ("all.slovo", &filled("a\u{1b}]0;x\u{7}b\u{9b}31mc")),
            (forged, "zz\n"),
        ],
    );
    for args in [
        &["check"][..],
        &["check", "--format", "short"],
        &["check", "--format", "json"],
        &["fmt", "--diff"],
        &["fmt", "--check"],
        &["build"],
    ] {
        let text = said(&slovo(at.path(), args));
        let harmful = |c: char| c.is_control() && c != '\n' && c != '\t';
        assert!(!text.contains(harmful), "{args:?}: {text:?}");
        assert!(!text.lines().any(|l| l.starts_with("shop.slovo:1:1")), "{args:?}: {text}");
    }
    std::fs::remove_file(at.path().join(forged)).unwrap();
    for args in [
        &["explain", "visit.open.answered"][..],
        &["explain", "--rules", "visit.open.answered"],
        &["fmt", "--diff"],
        &["build", "--check"],
    ] {
        let text = said(&slovo(at.path(), args));
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{args:?}: {text:?}");
        assert!(text.len() > 100 || args[0] == "fmt", "{args:?}: {text}");
    }
}
