//! Alert texts by the user's templates, from the command line: what they give, and what is said of one that is wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn project(templates: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir("examples/minimal").unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let yaml = std::fs::read_to_string(folder.path().join("slovo.yaml")).unwrap();
    let yaml = format!(
        "{yaml}links: {{dashboards: 'https://d.example', documents: 'https://p.example'}}\n\
         outputs:\n  prometheus: {{path: prometheus, templates: texts}}\n"
    );
    std::fs::write(folder.path().join("slovo.yaml"), yaml).unwrap();
    std::fs::create_dir(folder.path().join("texts")).unwrap();
    for (name, text) in templates {
        std::fs::write(folder.path().join("texts").join(name), text).unwrap();
    }
    folder
}

fn build(folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_slovo"));
    let output = command.args(["build", "--color", "never"]).current_dir(folder).output().unwrap();
    // Messages are wrapped to the terminal.
    let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    (output.status.code(), said)
}

fn rules(folder: &Path) -> String {
    std::fs::read_dir(folder.join("prometheus"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "yml"))
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect()
}

#[test]
fn templates_of_ones_own() {
    let folder = project(&[
        ("_who.txt", "{{ team.title }}"),
        (
            "PromiseBurns.summary.txt",
            "{% include \"built-in/PromiseBurns.summary.txt\" %}, ring {% include \"_who.txt\" %}: {{ now.window }}",
        ),
        ("any.chat.txt", "{{ project }}/{{ journey.id }}{% raw %} {{ $labels.promise }}{% endraw %}"),
        ("any.document_url.txt", ""),
    ]);
    let (code, said) = build(folder.path());
    assert_eq!(code, Some(0), "{said}");
    let rules = rules(folder.path());
    let summaries = rules.matches("in the last 1h{{ end }}, ring Shop team: {{ $own := ").count();
    assert_eq!(summaries, 1, "{rules}");
    let alerts = rules.matches("- alert:").count();
    assert_eq!(rules.matches("chat: \"minimal/visit {{ $labels.promise }}\"").count(), alerts, "{rules}");
    // Alerts of a promise link to its own board.
    assert_eq!(rules.matches("dashboard_url: \"https://d.example/d/").count(), alerts, "{rules}");
    let own = rules.lines().filter(|l| l.contains("dashboard_url: ") && l.contains("slo-p-visit-")).count();
    assert_eq!(own, alerts, "{rules}");
    assert!(!rules.contains("document_url"), "{rules}");
    if Command::new("promtool").arg("--version").output().is_err() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "`promtool` is missing (required in CI)");
        return;
    }
    let mut promtool = Command::new("promtool");
    let checked = promtool.args(["check", "rules", "--lint=all", "--lint-fatal", "visit.yml"]);
    let checked = checked.current_dir(folder.path().join("prometheus")).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
}

/// Journeys of which each says more or less to users, with words that could start something in a Go template.
fn speaking() -> String {
    let mut text = String::from(
        "team ops \"Ops {{ .Team }}\" { pages \"pager\" }\n\
         metric http_requests_total: counter of requests { labels route, code, region in \"eu\" | \"us\" }\n",
    );
    let books = [
        "say \"Some {{ $x }} fail. \\\"Wait.\\\"\"",
        "users hear from ops",
        "responder ops",
        "first update within 15m",
        "users hear from ops\n  first update within 90m, then every 1d",
        "first update within 1h, then every 4h\n  say \"We know\"",
        "users hear from ops\n  first update within 1h, then every 4h\n  say \"We know\"\n  runbook \"https://r/{a}\"",
        "runbook \"pay.html\"",
    ];
    for (at, book) in books.iter().enumerate() {
        let broken = ["\"Shoppers {wait\"", "\"Do they wait?\"", "\"They leave. \""][at % 3];
        let _ = write!(
            text,
            "playbook book{at} {{\n  {book}\n}}\n\
             journey j{at} \"Journey {{{{ {at} }}}}\" {{\n  owner ops\n  step open \"Open {{it}}\" {{\n    playbook book{at}\n    \
             if broken {broken}\n    promise answered \"Pages {{ open }}\" {{\n      keep for 99.9{at}% of page views over 28d\n      \
             total http_requests_total{{route=\"/\"}}\n      bad where {{code=~\"5..\"}}\n      for each region\n    }}\n  }}\n  \
             step quiet \"Quiet\" {{\n    promise still \"Still\" {{\n      keep for 99% of views over 28d\n      \
             total http_requests_total{{route=\"/s\"}}\n      bad where {{code=~\"5..\"}}\n      urgency ticket\n    }}\n    promise fast \"Fast\" {{\n      keep for 99% of views over 28d\n      \
             total http_requests_total{{route=\"/f\"}}\n      bad where {{code=~\"5..\"}}\n    }}\n  }}\n  \
             promise whole \"All of it\" {{\n    keep for 98% of journeys over 28d\n    all of quiet.still, quiet.fast\n  }}\n}}\n",
        );
    }
    text
}

/// The texts of burn-rate alerts and all links are written without filling templates; a user's copy of a built-in template
/// is filled. Both must say the same.
#[test]
fn built_in_texts_are_what_their_templates_give() {
    let shop = tempfile::tempdir().unwrap();
    copy(Path::new("examples/astronomy-shop"), shop.path());
    let yaml = std::fs::read_to_string(shop.path().join("slovo.yaml")).unwrap();
    let yaml = yaml.replace("  prometheus:\n", "  prometheus: {path: prometheus, templates: texts}\n");
    assert!(yaml.contains("texts"));
    std::fs::write(shop.path().join("slovo.yaml"), yaml).unwrap();
    std::fs::create_dir(shop.path().join("texts")).unwrap();
    let own = project(&[]);
    std::fs::write(own.path().join("shop.slovo"), speaking()).unwrap();
    for (folder, alerts) in [(&own, 8 * 2), (&shop, 30)] {
        let (code, said) = build(folder.path());
        assert_eq!(code, Some(0), "{said}");
        let written = files(&folder.path().join("prometheus"));
        for entry in std::fs::read_dir("templates/alerts").unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join("texts").join(path.file_name().unwrap())).unwrap();
        }
        let (code, said) = build(folder.path());
        assert_eq!(code, Some(0), "{said}");
        let filled = files(&folder.path().join("prometheus"));
        assert!(written.values().map(|t| t.matches("summary: ").count()).sum::<usize>() > alerts);
        assert_eq!(written, filled);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() && !path.ends_with("docs") {
            std::fs::create_dir(&to).unwrap();
            copy(&path, &to);
        } else if path.is_file() {
            std::fs::copy(&path, to).unwrap();
        }
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "yml") {
            all.insert(path.clone(), std::fs::read_to_string(path).unwrap());
        }
    }
    assert!(!all.is_empty());
    all
}

#[test]
fn mistakes_name_the_template_and_nothing_is_written() {
    for (name, text, says) in [
        (
            "PromiseBurns.users.txt",
            "\n{{ promise.titel }}",
            "template `PromiseBurns.users.txt`, line 2: undefined value",
        ),
        (
            "PromiseNoData.chat.txt",
            "{{ step.title }}",
            "template `PromiseNoData.chat.txt`, line 1: undefined value",
        ),
        ("any.chat.txt", "{% if %}", "template `any.chat.txt`, line 1: syntax error"),
        ("any.chat.txt", "{% raw %}{{ $value{% endraw %}", "a `{{` is not closed"),
        (
            "PromiseBurns.chat.txt",
            "{{ go(\"$labels.window\") }}",
            "`{{ now.window }}` asks which of them speaks",
        ),
        ("PromiseBurnsFast.chat.txt", "", "is not a template of an alert text"),
    ] {
        let folder = project(&[(name, text)]);
        let (code, said) = build(folder.path());
        assert_eq!(code, Some(2), "{name}: {said}");
        assert!(said.contains(says), "{name}: {said}");
        assert!(!folder.path().join("prometheus").exists(), "{name}");
    }
}
