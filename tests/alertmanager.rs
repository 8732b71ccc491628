//! Routes and inhibit rules, judged by Alertmanager's own tool.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test")]

use std::path::Path;
use std::process::Command;

use slovo::backend::{Backend, alertmanager::Alertmanager};
use slovo::project::Project;

fn emit() -> String {
    let project = Project::load(Path::new("examples/astronomy-shop"), None);
    let model = project.compile().model.unwrap();
    Alertmanager.emit(&model).remove(0).text
}

#[test]
fn amtool_accepts_and_routes() {
    if Command::new("amtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`amtool` is missing (required in CI)");
        eprintln!("`amtool` is missing: NOT TESTED");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, emit()).unwrap();
    let amtool = |args: &[&str]| {
        let output = Command::new("amtool").args(args).output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said)
    };
    let path = file.to_str().unwrap();
    let (fine, said) = amtool(&["check-config", path]);
    assert!(fine, "{said}");
    for (labels, receiver) in [
        (["owner=shop", "severity=page"], "shop-pager"),
        (["owner=shop", "severity=ticket"], "shop-tickets"),
        (["owner=fulfilment", "severity=page"], "fulfilment-pager"),
        (["owner=nobody", "severity=page"], "unrouted"),
    ] {
        let file = format!("--config.file={path}");
        let verify = format!("--verify.receivers={receiver}");
        let (fine, said) = amtool(&[
            "config",
            "routes",
            "test",
            &file,
            &verify,
            "project=astronomy_shop",
            labels[0],
            labels[1],
        ]);
        assert!(fine, "{labels:?}: {said}");
    }
}

#[test]
fn nobody_elses_page_is_muted() {
    let text = emit();
    let yaml: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
    let rules = yaml["inhibit_rules"].as_sequence().unwrap();
    assert!(rules.len() > 3, "{text}");
    let has = |rule: &serde_yaml::Value, side: &str, matcher: &str| {
        rule[side].as_sequence().unwrap().iter().any(|m| m.as_str() == Some(matcher))
    };
    for rule in rules {
        // A ticket mutes tickets only.
        if has(rule, "source_matchers", "severity=\"ticket\"") {
            assert!(has(rule, "target_matchers", "severity=\"ticket\""), "{rule:?}");
        }
    }
    assert!(text.contains("checkout.whole mutes its part basket.view.shown"), "{text}");
}

/// Names of receivers and severities are free text: they start nothing, and arrive.
#[test]
fn odd_names_are_inert() {
    if Command::new("amtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`amtool` is missing (required in CI)");
        eprintln!("`amtool` is missing: NOT TESTED");
        return;
    }
    let odd = "q\" 'a' {{ fail }} \\ # x: - {a} \u{1f6d2}";
    let project = Project::load(Path::new("examples/astronomy-shop"), None);
    let mut model = project.compile().model.unwrap();
    odd.clone_into(&mut model.settings.severities.page);
    odd.clone_into(&mut model.settings.project);
    model.teams.get_mut("shop").unwrap().pages = Some(odd.to_owned());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, Alertmanager.emit(&model).remove(0).text).unwrap();
    let check = Command::new("amtool").arg("check-config").arg(&file).output().unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let quoted = format!("{odd:?}").replace("\\'", "'");
    let routed = Command::new("amtool")
        .args(["config", "routes", "test", &format!("--config.file={}", file.display())])
        .args([format!("project={quoted}"), "owner=shop".to_owned(), format!("severity={quoted}")])
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&routed.stdout).trim(),
        odd,
        "{}",
        String::from_utf8_lossy(&routed.stderr)
    );
}
