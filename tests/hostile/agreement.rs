//! What `build` refuses for sources, settings or templates, `check` refuses too.

use crate::tools::{put, said, slovo};

const SHOP: &str = include_str!("../../examples/minimal/shop.slovo");
const TEXTS: &str = "project: x\noutputs: {prometheus: {path: rules, templates: texts}}\n";
const LOOK: &str = "project: x\noutputs: {docs: {path: site, templates: look}}\n";

#[test]
fn check_refuses_what_build_refuses() {
    for (what, yaml, files) in [
        ("no folder of alert texts", TEXTS, &[][..]),
        ("an unknown name", TEXTS, &[("texts/any.x.txt", "{{ tilte }}")]),
        ("a file that is not a template", TEXTS, &[("texts/some.txt", "x")]),
        (
            "an unknown function of Go",
            TEXTS,
            &[("texts/any.x.txt", "{% raw %}{{ humanise $value }}{% endraw %}")],
        ),
        ("a block without its end", TEXTS, &[("texts/any.x.txt", "{% raw %}{{ if $value }}{% endraw %}")]),
        ("no folder of documents", LOOK, &[]),
        ("an unknown name of a page", LOOK, &[("look/html/index.html", "{{ site.tilte }}")]),
    ] {
        let at = tempfile::tempdir().unwrap();
        put(at.path(), &[("slovo.yaml", yaml), ("shop.slovo", SHOP)]);
        put(at.path(), files);
        let (build, check) = (slovo(at.path(), &["build"]), slovo(at.path(), &["check"]));
        assert_eq!(check.status.code(), Some(2), "{what}: {}", said(&check));
        assert_eq!(build.status.code(), Some(2), "{what}: {}", said(&build));
        assert!(said(&check).contains("[E0522]"), "{what}: {}", said(&check));
        assert!(!at.path().join("rules").exists() && !at.path().join("site").exists(), "{what}");
    }
}

#[test]
fn check_tells_of_lost_history() {
    let at = tempfile::tempdir().unwrap();
    put(at.path(), &[("slovo.yaml", "project: x\nretention: 40d\n"), ("shop.slovo", SHOP)]);
    assert_eq!(slovo(at.path(), &["build"]).status.code(), Some(0));
    put(at.path(), &[("shop.slovo", &SHOP.replace("promise answered", "promise answered_new"))]);
    for command in ["check", "build"] {
        let run = slovo(at.path(), &[command, "--deny", "warnings"]);
        assert_eq!(run.status.code(), Some(1), "{command}: {}", said(&run));
        assert!(said(&run).contains("W0501"), "{command}: {}", said(&run));
    }
}
