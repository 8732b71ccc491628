//! `slovo docs` as it is run: what it writes and what it refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test")]

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
    assert!(said.contains("is no template"), "{said}");
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
