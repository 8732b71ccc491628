//! `slovo docs` as it is run: what it writes, what it refuses, and the preview that follows changes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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

/// Ends with the test, whatever happens in it.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ask(address: &str, target: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn serves_and_follows() {
    let project = project();
    let mut child = Command::new(env!("CARGO_BIN_EXE_slovo"))
        .arg("-C")
        .arg(project.path())
        .args(["docs", "--serve", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let _server = Server(child);
    let address = loop {
        let line = lines.next().unwrap().unwrap();
        if let Some(rest) = line.strip_prefix("http://") {
            break rest.split('/').next().unwrap().to_owned();
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    let page = ask(&address, "/", &address);
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Pages open"), "{page}");
    assert!(ask(&address, "/journeys/visit.html", "localhost").starts_with("HTTP/1.1 200 "));
    assert!(ask(&address, "/../slovo.yaml", &address).starts_with("HTTP/1.1 404 "));
    assert!(ask(&address, "/", "evil.example").starts_with("HTTP/1.1 421 "));

    let file = project.path().join("shop.slovo");
    let text = std::fs::read_to_string(&file).unwrap();
    let wait = |wanted: &str| {
        let began = Instant::now();
        loop {
            let page = ask(&address, "/journeys/visit.html", &address);
            if page.contains(wanted) || began.elapsed() > Duration::from_secs(30) {
                assert!(page.contains(wanted), "{page}");
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    std::fs::write(&file, text.replace("Pages open", "Every page opens")).unwrap();
    wait("Every page opens");
    // A mistake leaves the pages as they were.
    std::fs::write(&file, "journey {").unwrap();
    std::thread::sleep(Duration::from_secs(1));
    wait("Every page opens");
    std::fs::write(&file, text).unwrap();
    wait("Pages open");
}

#[test]
fn only_for_this_machine() {
    let (status, said) = slovo(Path::new("examples/minimal"), &["docs", "--serve", "0.0.0.0:8321"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("is no loopback address"), "{said}");
}
