//! `slovo docs` as it is run: what it writes and what it refuses.

use std::path::Path;
use std::process::Command;

fn slovo(folder: &Path, args: &[&str]) -> (i32, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_slovo")).arg("-C").arg(folder).args(args).output().unwrap();
    (out.status.code().unwrap(), String::from_utf8_lossy(&out.stderr).into_owned())
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["slovo.yaml", "shop.slovo"] {
        std::fs::copy(Path::new("examples/minimal").join(file), folder.path().join(file)).unwrap();
    }
    folder
}

#[test]
fn writes_what_was_asked_for() {
    let project = project();
    let (status, said) = slovo(project.path(), &["docs"]);
    assert_eq!(status, 0, "{said}");
    let site = project.path().join("docs");
    for file in [
        "index.html",
        "README.md",
        "journeys/visit.html",
        "journeys/visit.md",
        "summaries/visit.html",
        "model.json",
    ] {
        assert!(site.join(file).is_file(), "{file}");
    }
    let (_, said) = slovo(project.path(), &["docs"]);
    assert!(said.contains("up to date"), "{said}");
    // What is no longer made goes; what is not ours stays.
    std::fs::write(site.join("mine.txt"), "mine").unwrap();
    assert_eq!(slovo(project.path(), &["docs", "--format", "html"]).0, 0);
    assert!(
        !site.join("README.md").exists()
            && site.join("mine.txt").exists()
            && site.join("index.html").exists()
    );
    let index = std::fs::read_to_string(site.join("index.html")).unwrap();
    assert!(index.contains("For at least 999 of every 1,000 page views, over any"), "{index}");
}

#[test]
fn an_output_of_build() {
    let project = project();
    let yaml = "project: minimal\nretention: 100d\noutputs:\n  docs: {path: site, templates: look}\n";
    std::fs::write(project.path().join("slovo.yaml"), yaml).unwrap();
    std::fs::create_dir_all(project.path().join("look/html")).unwrap();
    let page = project.path().join("look/html/glossary.html");
    std::fs::write(&page, "mine: {{ site.title }}\n").unwrap();
    let (status, said) = slovo(project.path(), &["build"]);
    assert_eq!(status, 0, "{said}");
    assert_eq!(
        std::fs::read_to_string(project.path().join("site/glossary.html")).unwrap(),
        "mine: Minimal\n"
    );

    std::fs::write(&page, "one\n{{ site.nothing }}\n").unwrap();
    let (status, said) = slovo(project.path(), &["build"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("template `html/glossary.html`, line 2: undefined value"), "{said}");
    std::fs::rename(&page, project.path().join("look/glossary.html")).unwrap();
    let (status, said) = slovo(project.path(), &["docs"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("is not a template"), "{said}");
}

#[test]
fn mistakes_stop_it() {
    let project = project();
    let file = project.path().join("shop.slovo");
    let text = std::fs::read_to_string(&file).unwrap().replace("owner shop", "owner shpo");
    std::fs::write(&file, text).unwrap();
    let (status, said) = slovo(project.path(), &["docs"]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("nothing was written") && !project.path().join("docs").exists(), "{said}");
}

#[test]
fn only_for_this_machine() {
    let (status, said) = slovo(Path::new("examples/minimal"), &["docs", "--serve", "0.0.0.0:8321"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("is not a loopback address"), "{said}");
}

/// What the publishing job calls the version is printed as it is passed, by both commands; never by itself.
#[test]
fn a_version_only_where_one_is_passed() {
    let project = project();
    std::fs::write(
        project.path().join("slovo.yaml"),
        "project: minimal\nretention: 100d\noutputs:\n  docs: {path: site}\n",
    )
    .unwrap();
    let page = |name: &str| std::fs::read_to_string(project.path().join("site").join(name)).unwrap();
    for command in ["docs", "build"] {
        assert_eq!(slovo(project.path(), &[command, "--version-label", "v1 & 0c1d2e"]).0, 0, "{command}");
        for name in ["index.html", "journeys/visit.html", "summaries/visit.html"] {
            assert!(page(name).contains("v1 &amp; 0c1d2e</span>"), "{command}: {name}");
        }
        assert!(page("journeys/visit.md").trim_end().ends_with("Version: v1 &amp; 0c1d2e"), "{command}");
        assert!(page("model.json").contains("\"version_label\":\"v1 & 0c1d2e\""), "{command}");
        assert_eq!(slovo(project.path(), &[command]).0, 0, "{command}");
        assert!(
            !page("index.html").contains("Version:") && page("model.json").contains("\"version_label\":null")
        );
    }
}

/// What the checks warn of and what a page tells are the same, also where a warning is allowed.
#[test]
fn documents_tell_what_check_warns_of() {
    let project = project();
    let source = r#"
team ops "Ops" { pages "p" }
metric hits_total: counter of hits { labels route, code }
playbook soon {
  responder ops
  users hear from ops
  first update within 5m
  say "We know."
  restore within 20m
}
journey use "Use it" {
  owner ops
  playbook soon
  step s "A step" {
    promise told "Told late" {
      keep for 99% of hits over 28d
      total hits_total{route="/a"}
      bad   where {code=~"5.."}
    }
    promise slow "Restored late" {
      keep for 95% of hits over 28d
      total hits_total{route="/b"}
      bad   where {code=~"5.."}
    }
    promise fine "Budget gone" {
      keep for 99.999% of hits over 28d
      total hits_total{route="/c"}
      bad   where {code=~"5.."}
    }
    promise waits "A ticket" {
      keep for 95% of hits over 28d
      total hits_total{route="/d"}
      bad   where {code=~"5.."}
      urgency ticket
    }
  }
}
"#;
    std::fs::write(project.path().join("shop.slovo"), source).unwrap();
    let codes = ["W0426", "W0448", "W0449", "W0450"];
    let told = [
        "An outage may last",
        "It should work again within",
        "Users should hear from us within",
        "A total outage uses up the whole budget in",
    ];
    for allowed in [None, Some(0), Some(1), Some(2), Some(3)] {
        let lint = allowed.map_or(String::new(), |n| format!("lints: {{{}: allow}}\n", codes[n]));
        let yaml = format!("project: minimal\nretention: 100d\noutputs:\n  docs: {{path: site}}\n{lint}");
        std::fs::write(project.path().join("slovo.yaml"), yaml).unwrap();
        let (_, said) = slovo(project.path(), &["check"]);
        assert_eq!(slovo(project.path(), &["docs"]).0, 0);
        let page = std::fs::read_to_string(project.path().join("site/journeys/use.md")).unwrap();
        for (n, (code, words)) in codes.iter().zip(told).enumerate() {
            assert_eq!(said.contains(code), allowed != Some(n), "{allowed:?} {code}: {said}");
            assert_eq!(page.contains(words), allowed != Some(n), "{allowed:?} {code}: {page}");
        }
        assert!(!page.contains("- A ticket:"), "{page}");
        assert!(page.find("What does not fit together") > page.find("More about this journey"));
    }
}

/// A day that is still to come is told of by `--today` only, by the check and by the documents alike.
#[test]
fn days_that_are_still_to_come() {
    let project = project();
    let file = project.path().join("shop.slovo");
    let dated = "owner shop\n  review every 90d, last 2062-11-01\n  agreed by shop on 2026-12-24";
    let text = std::fs::read_to_string(&file).unwrap().replacen("owner shop", dated, 1);
    assert!(text.contains("2062"), "{text}");
    std::fs::write(&file, text).unwrap();
    let today = ["--today", "2026-11-22"];
    for (told, args) in [(false, &[][..]), (true, &today[..])] {
        let (_, said) = slovo(project.path(), &[&["check"], args].concat());
        assert_eq!(said.matches("W0451").count(), if told { 2 } else { 0 }, "{said}");
        assert_eq!(slovo(project.path(), &[&["docs"], args].concat()).0, 0);
        let page = std::fs::read_to_string(project.path().join("docs/journeys/visit.md")).unwrap();
        assert_eq!(page.contains("24 December 2026 (still to come)"), told, "{page}");
        assert_eq!(page.contains("| date in the future"), told, "{page}");
        assert_eq!(page.contains("draft"), told, "{page}");
    }
}

/// The front page counts one promise, and none of something, in sentences.
#[test]
fn counts_on_the_front_page() {
    let promise = |name: &str, because: &str| {
        format!(
            "    promise {name} \"It opens\" {{\n      keep for 99% of requests over 28d\n      urgency none\n{because}      total x_total\n      bad   where {{code=\"500\"}}\n    }}\n"
        )
    };
    let guess = "      because guessed \"It feels right\" on 2026-10-01\n";
    let reason = "      because agreed \"Users leave otherwise\" on 2026-10-01\n";
    for (promises, wanted) in [
        (
            vec![""],
            "1 journey and 1 promise, each with a number and a team that answers for it. The promise gives no reason.\n",
        ),
        (vec![guess], "The promise gives a reason. Its number is still a guess."),
        (vec!["", ""], "None gives a reason.\n"),
        (vec![reason, ""], "1 of 2 gives a reason. No number is called a guess."),
        (vec![guess, reason], "All give a reason. 1 of the numbers is still a guess."),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let names = ["opens", "loads"];
        let body: String =
            names.iter().zip(&promises).map(|(name, because)| promise(name, because)).collect();
        let source = format!(
            "team shop \"Shop\"\nmetric x_total: counter of requests {{ labels code }}\njourney visit \"Visit\" {{\n  owner shop\n  step page \"Page\" {{\n{body}  }}\n}}\n"
        );
        std::fs::write(folder.path().join("slovo.yaml"), "project: shop\n").unwrap();
        std::fs::write(folder.path().join("shop.slovo"), source).unwrap();
        let (code, said) = slovo(folder.path(), &["docs", "--format", "markdown"]);
        assert_eq!(code, 0, "{said}");
        let page = std::fs::read_to_string(folder.path().join("docs/README.md")).unwrap();
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
}
