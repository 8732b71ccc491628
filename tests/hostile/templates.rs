//! Templates that would exhaust the stack, never end or fill the memory: told with template and line.

use crate::tools::{put, said, slovo};

const SHOP: &str = include_str!("../../examples/minimal/shop.slovo");

/// The template, and what is said of it.
fn cases() -> Vec<(String, &'static str)> {
    let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}";
    vec![
        (format!("\n{{{{ {}1 }}}}", "-".repeat(20_000)), "line 2: a tag of more than 400 words and marks"),
        (format!("\n{loops}"), "line 2: it takes more steps"),
        (format!("{{% set x = 'abc' %}}{}", "\n{% set x = x ~ x %}".repeat(40)), "larger than 1 MiB"),
        (format!("{}x{}", "{% if 1 %}".repeat(5_000), "{% endif %}".repeat(5_000)), "line 1"),
        (
            format!("\n{{% for a in range(99999) %}}{{{{ '{}' }}}}{{% endfor %}}", "x".repeat(900)),
            "line 2: it gives more than",
        ),
    ]
}

#[test]
fn of_documents() {
    for (template, told) in cases() {
        let at = tempfile::tempdir().unwrap();
        put(
            at.path(),
            &[("slovo.yaml", "project: x\n"), ("a.slovo", SHOP), ("look/html/index.html", &template)],
        );
        let run = slovo(at.path(), &["docs", "--templates", "look"]);
        let said = said(&run);
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains("`html/index.html`"), "{said}");
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(told), "{told}: {said}");
        assert!(!at.path().join("docs/index.html").exists());
    }
}

#[test]
fn of_alert_texts() {
    for (template, told) in cases() {
        let at = tempfile::tempdir().unwrap();
        let yaml = "project: x\noutputs: {prometheus: {path: rules, templates: texts}}\n";
        put(at.path(), &[("slovo.yaml", yaml), ("a.slovo", SHOP), ("texts/any.x.txt", &template)]);
        let run = slovo(at.path(), &["build"]);
        let said = said(&run);
        assert!(matches!(run.status.code(), Some(1 | 2)), "{said}");
        assert!(said.contains("any.x.txt"), "{said}");
        assert!(said.split_whitespace().collect::<Vec<_>>().join(" ").contains(told), "{told}: {said}");
        assert!(!at.path().join("rules").exists());
    }
}
