//! `slovo docs --serve`: the preview that follows changes, and clients that mean harm.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in ["slovo.yaml", "shop.slovo"] {
        std::fs::copy(Path::new("examples/minimal").join(file), folder.path().join(file)).unwrap();
    }
    folder
}

/// Ends with the test, whatever happens in it.
struct Server {
    child: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// With more arguments; `before` are commands of a shell.
    fn start(folder: &Path, before: &str, args: &[&str]) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{before} exec \"$@\""), "sh", env!("CARGO_BIN_EXE_slovo"), "-C"])
            .arg(folder)
            .args(["docs", "--serve", "127.0.0.1:0"])
            .args(args)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().unwrap().unwrap();
            assert!(!line.contains("looked at instead"), "{line}");
            if let Some(rest) = line.strip_prefix("http://") {
                break rest.split('/').next().unwrap().to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }
    fn of(folder: &Path) -> Self {
        Self::start(folder, "", &[])
    }
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        stream
    }
    /// The answer to these bytes.
    fn send(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }
    fn get(&self, target: &str, host: &str) -> String {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    }
    /// Asks until a page holds a text, and another no longer.
    fn wait_for(&self, target: &str, wanted: &str, unwanted: &str) -> String {
        let began = Instant::now();
        loop {
            let page = self.get(target, "localhost");
            let fine = page.contains(wanted) && (unwanted.is_empty() || !page.contains(unwanted));
            if fine || began.elapsed() > Duration::from_secs(30) {
                assert!(fine, "`{wanted}`, not `{unwanted}`: {page}");
                return page;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    /// Hundredths of a second of processor time that it takes while so much time passes.
    #[cfg(target_os = "linux")]
    fn ticks_in(&self, time: Duration) -> u64 {
        let now = || -> u64 {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
            let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
            fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
        };
        let before = now();
        std::thread::sleep(time);
        now() - before
    }
}

#[test]
fn serves_and_follows() {
    let project = project();
    let server = Server::of(project.path());
    let page = server.get("/", &server.address);
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Pages open"), "{page}");
    let path = "/journeys/visit.html";
    assert!(server.get(path, "localhost").starts_with("HTTP/1.1 200 "));
    assert!(server.get("/../slovo.yaml", "localhost").starts_with("HTTP/1.1 404 "));

    let file = project.path().join("shop.slovo");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("Pages open", "Every page opens")).unwrap();
    server.wait_for(path, "Every page opens", "");
    // A mistake leaves the pages as they were, marked, with what is wrong.
    std::fs::write(&file, text.replace("owner shop", "owner <shpo>")).unwrap();
    let page = server.wait_for(path, "This page is old", "");
    assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("Every page opens"), "{page}");
    assert!(page.contains("error[E") && page.contains("&lt;shpo&gt;") && !page.contains("<shpo>"), "{page}");
    std::fs::write(&file, &text).unwrap();
    server.wait_for(path, "Pages open", "This page is old");
    // A folder that was not there.
    std::fs::create_dir_all(project.path().join("new/deep")).unwrap();
    let more = text.replace("visit", "again").replace("Look around", "Look again");
    let (_, more) = more.split_once("journey").unwrap();
    std::fs::write(project.path().join("new/deep/again.slovo"), format!("journey{more}")).unwrap();
    server.wait_for("/journeys/again.html", "Look again", "");
    std::fs::remove_dir_all(project.path().join("new")).unwrap();
    server.wait_for("/journeys/again.html", "HTTP/1.1 404 ", "");
    // Settings and templates.
    std::fs::create_dir_all(project.path().join("look/html")).unwrap();
    std::fs::write(project.path().join("look/html/glossary.html"), "one").unwrap();
    let yaml = "project: other\nretention: 100d\noutputs: {docs: {templates: look}}\n";
    std::fs::write(project.path().join("slovo.yaml"), yaml).unwrap();
    server.wait_for("/glossary.html", "\r\n\r\none", "");
    std::fs::write(project.path().join("look/html/glossary.html"), "two {{").unwrap();
    let page = server.wait_for("/glossary.html", "This page is old", "");
    assert!(page.contains("one") && page.contains("html/glossary.html"), "{page}");
    std::fs::write(project.path().join("look/html/glossary.html"), "three").unwrap();
    server.wait_for("/glossary.html", "\r\n\r\nthree", "");
}

#[test]
fn begins_with_a_broken_source() {
    let project = project();
    let file = project.path().join("shop.slovo");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "journey {").unwrap();
    let server = Server::of(project.path());
    let page = server.get("/", "localhost");
    assert!(page.starts_with("HTTP/1.1 500 ") && page.contains("shop.slovo:1:"), "{page}");
    std::fs::write(&file, text).unwrap();
    server.wait_for("/", "Pages open", "Not built");
}

#[test]
fn follows_without_events() {
    let project = project();
    let server = Server::start(project.path(), "", &["--poll"]);
    let file = project.path().join("shop.slovo");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("Pages open", "Every page opens")).unwrap();
    server.wait_for("/journeys/visit.html", "Every page opens", "");
}

#[cfg(unix)]
#[test]
fn follows_links() {
    let (project, elsewhere) = (project(), tempfile::tempdir().unwrap());
    let text = std::fs::read_to_string(project.path().join("shop.slovo")).unwrap();
    std::fs::remove_file(project.path().join("shop.slovo")).unwrap();
    std::fs::write(elsewhere.path().join("shop.slovo"), &text).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), project.path().join("linked")).unwrap();
    let follow = ["--follow-links", elsewhere.path().to_str().unwrap()];
    for args in [&follow[..], &[follow[0], follow[1], "--poll"]] {
        std::fs::write(elsewhere.path().join("shop.slovo"), &text).unwrap();
        let server = Server::start(project.path(), "", args);
        assert!(server.get("/journeys/visit.html", "localhost").contains("Pages open"));
        let changed = text.replace("Pages open", "Every page opens");
        std::fs::write(elsewhere.path().join("shop.slovo"), changed).unwrap();
        server.wait_for("/journeys/visit.html", "Every page opens", "");
    }
}

#[test]
fn answers_as_http_says() {
    let project = project();
    let server = Server::of(project.path());
    let whole = server.get("/", "localhost");
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains(&format!("content-length: {}", body.len())), "{head}");
    // HEAD: the same head, and nothing after it.
    let answer = server.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (other, nothing) = answer.split_once("\r\n\r\n").unwrap();
    let lines = |head: &str| {
        let mut lines: Vec<String> =
            head.lines().filter(|l| !l.starts_with("date")).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(other), lines(head));
    assert_eq!(nothing, "");
    assert!(server.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n").starts_with("HTTP/1.1 404 "));
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
        let body = if method == "POST" { "abcd" } else { "" };
        let length = body.len();
        let request =
            format!("{method} / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}");
        let answer = server.send(&request);
        assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
        assert!(answer.to_lowercase().contains("\r\nallow: get, head\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nonly GET and HEAD\n"), "{answer}");
    }
    // Names of this machine, with whatever port a tunnel gives them.
    for (host, status) in [
        ("localhost", 200),
        ("localhost.", 200),
        ("localhost.:9000", 200),
        ("LOCALHOST:1", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("192.0.2.1", 421),
    ] {
        let answer = server.get("/", host);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
    assert!(server.send("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 421 "));
    // Too long, and too many.
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert!(server.send(&long).starts_with("HTTP/1.1 431 "), "{}", server.send(&long));
    let many = format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(200));
    assert!(server.send(&many).starts_with("HTTP/1.1 431 "), "{}", server.send(&many));
    assert!(server.send("nonsense\r\n\r\n").starts_with("HTTP/1.1 400 "));
    assert!(server.get("/", "localhost").starts_with("HTTP/1.1 200 "));
}

#[test]
fn nobody_holds_it_up() {
    let project = project();
    let server = Server::of(project.path());
    // Sixty-four that say nothing, or never end: the next is told to come again.
    let mut idle: Vec<TcpStream> = (0..64).map(|_| server.connect()).collect();
    idle[0].write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    let began = Instant::now();
    let answer = server.get("/", "localhost");
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("\r\n\r\ntoo many connections\n"),
        "{answer}"
    );
    assert!(answer.contains("\r\nRetry-After: 1\r\n"), "{answer}");
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    drop(idle.split_off(32));
    server.wait_for("/", "HTTP/1.1 200 ", "");
    // Those that are left are sent away.
    for mut stream in idle {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn without_file_descriptors_it_waits() {
    let project = project();
    let server = Server::start(project.path(), "ulimit -n 40;", &[]);
    let held: Vec<TcpStream> = (0..60).map(|_| server.connect()).collect();
    let ticks = server.ticks_in(Duration::from_secs(2));
    assert!(ticks <= 10, "{ticks} hundredths of a second in two");
    drop(held);
    server.wait_for("/", "HTTP/1.1 200 ", "");
}

#[cfg(target_os = "linux")]
#[test]
fn idle_it_costs_nothing() {
    let project = project();
    for folder in 0..200 {
        let at = project.path().join(format!("f{folder}"));
        std::fs::create_dir(&at).unwrap();
        for file in 0..100 {
            std::fs::write(at.join(format!("{file}.slovo")), "# nothing\n").unwrap();
        }
    }
    let server = Server::of(project.path());
    server.wait_for("/", "HTTP/1.1 200 ", "");
    // What the building itself left to do.
    std::thread::sleep(Duration::from_secs(2));
    let ticks = server.ticks_in(Duration::from_secs(5));
    println!("20,000 files: {ticks} hundredths of a second of processor time in five seconds");
    assert!(ticks < 5, "{ticks}");
    // And a change is seen.
    std::fs::write(project.path().join("f199/99.slovo"), "team {}\n").unwrap();
    server.wait_for("/", "f199/99.slovo:1:", "");
}
