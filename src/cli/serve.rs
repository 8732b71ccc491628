//! `slovo docs --serve`: the documents as they will be, rebuilt when a source changes. Loopback only.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use super::args::Docs;
use super::screen::Screen;
use super::{Failure, Outcome, check, counted, docs, load};
use crate::backend::Artifact;
use crate::diag::Diagnostics;
use crate::project::{CONFIG_FILE, Project};

/// How often sources are looked at.
const LOOK: Duration = Duration::from_millis(300);
/// A request line or header is never longer.
const LONGEST: u64 = 8 * 1024;
/// Asks for the version of the site, and loads the page again when it is another.
const PREVIEW: &str = "<script>(()=>{let seen;const look=async()=>{try{const now=await(await fetch('/~version',{cache:'no-store'})).text();if(seen!==undefined&&now!==seen)location.reload();seen=now}catch{}setTimeout(look,700)};look()})()</script>";

/// What is served.
#[derive(Default)]
struct Site {
    files: HashMap<String, Arc<str>>,
    version: u64,
    /// Why the last change could not be built.
    wrong: Option<String>,
}

pub(super) fn run(options: &Docs, address: &str, start: &Path, screen: &Screen) -> Outcome {
    let address = loopback(address)?;
    let listener = TcpListener::bind(address).map_err(|e| {
        Failure::io(format!("`{address}` cannot be listened on"), &e)
            .help("`--serve 127.0.0.1:0` takes any free port")
    })?;
    let bound = listener.local_addr().map_err(|e| Failure::io("the address is unknown", &e))?;
    let site = Arc::new(Mutex::new(Site::default()));
    let mut templates = rebuild(options, start, screen, &site);
    let mut seen = state(start, templates.as_deref());
    screen.say(&format!("http://{bound}/ shows the documents and follows their sources; Ctrl-C ends it"));
    let served = Arc::clone(&site);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let site = Arc::clone(&served);
            std::thread::spawn(move || answer(stream, &site, bound));
        }
    });
    loop {
        std::thread::sleep(LOOK);
        let now = state(start, templates.as_deref());
        if now != seen {
            templates = rebuild(options, start, screen, &site);
            seen = now;
        }
    }
}

/// Nobody but this machine may see a draft.
fn loopback(text: &str) -> Result<SocketAddr, Failure> {
    let help = "give an address of this machine alone: `127.0.0.1:8321`, `[::1]:8321`, `localhost:8321`";
    let text =
        if text.chars().all(|c| c.is_ascii_digit()) { format!("127.0.0.1:{text}") } else { text.to_owned() };
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.find(|a| a.ip().is_loopback()));
    found.ok_or_else(|| Failure::new(format!("`{text}` is no loopback address")).help(help))
}

/// Every file that the documents come from, with what tells that it changed.
fn state(start: &Path, templates: Option<&Path>) -> Vec<(PathBuf, Option<(SystemTime, u64)>)> {
    let mut files: Vec<PathBuf> =
        Project::files(start, &[], &mut Diagnostics::default()).into_iter().map(|(path, _)| path).collect();
    if let Some(root) = Project::root_of(start) {
        files.push(root.join(CONFIG_FILE));
    }
    if let Some(folder) = templates {
        files.extend(docs::template_files(folder).unwrap_or_default().into_iter().map(|(_, path)| path));
    }
    files
        .into_iter()
        .map(|path| {
            let seen = std::fs::metadata(&path).ok().and_then(|m| Some((m.modified().ok()?, m.len())));
            (path, seen)
        })
        .collect()
}

/// Builds the site anew, and tells where its templates lie.
fn rebuild(options: &Docs, start: &Path, screen: &Screen, site: &Mutex<Site>) -> Option<PathBuf> {
    let project = load(start, &options.wishes);
    let compiled = project.compile();
    let files = Mutex::new(HashMap::new());
    let take = |file: Artifact| {
        files.lock().unwrap_or_else(PoisonError::into_inner).insert(file.path, Arc::from(file.text));
    };
    let made = match &compiled.model {
        Some(model) => {
            docs::made(options, &project, model, Some(PREVIEW.to_owned()), &take).map_err(|failure| {
                screen.fail(&failure.message, failure.help.as_deref());
                failure.message
            })
        }
        None => Err(format!("{}; the terminal shows them", counted(&compiled.diagnostics))),
    };
    check::show(&project, &compiled, screen);
    let mut site = site.lock().unwrap_or_else(PoisonError::into_inner);
    site.version += 1;
    match made {
        Ok(()) => {
            site.files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
            site.wrong = None;
            screen.say(&format!("built: {}", super::plural(site.files.len(), "file")));
        }
        Err(message) => {
            screen.say("not built; the pages stay as they were");
            site.wrong = Some(message);
        }
    }
    docs::templates_folder(options, &project)
}

/// Answers one request.
fn answer(stream: TcpStream, site: &Mutex<Site>, bound: SocketAddr) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream.set_write_timeout(Some(Duration::from_secs(5)));
    let Some((method, target, host)) = request(&stream) else { return };
    let response = if method != "GET" && method != "HEAD" {
        plain(405, "only GET")
    } else if !ours(host.as_deref(), bound) {
        // Another site's name that leads here (DNS rebinding) must not read drafts.
        plain(421, "not the name of this server")
    } else {
        respond(&target, site)
    };
    let (status, kind, body) = response;
    let reason = match status {
        200 => "OK",
        404 => "Not Found",
        405 => "Method Not Allowed",
        421 => "Misdirected Request",
        _ => "Internal Server Error",
    };
    let head = format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    let _ = stream.write_all(head.as_bytes());
    if method == "GET" {
        let _ = stream.write_all(body.as_bytes());
    }
}

type Response = (u16, &'static str, Arc<str>);

fn plain(status: u16, text: &str) -> Response {
    (status, "text/plain; charset=utf-8", Arc::from(text))
}

/// Method, target and host.
fn request(stream: &TcpStream) -> Option<(String, String, Option<String>)> {
    let mut lines = BufReader::new(stream.take(LONGEST)).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut host = None;
    for line in lines {
        let line = line.ok()?;
        if line.is_empty() {
            return Some((method, target, host));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            host = Some(value.trim().to_owned());
        }
    }
    None
}

fn ours(host: Option<&str>, bound: SocketAddr) -> bool {
    let Some(host) = host else { return false };
    let port = format!(":{}", bound.port());
    let name = host.strip_suffix(&port).unwrap_or(host);
    matches!(name, "localhost" | "[::1]")
        || name.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

fn respond(target: &str, site: &Mutex<Site>) -> Response {
    let site = site.lock().unwrap_or_else(PoisonError::into_inner);
    let path = target.split(['?', '#']).next().unwrap_or("").trim_start_matches('/');
    if path == "~version" {
        return plain(200, &site.version.to_string());
    }
    let path = if path.is_empty() { "index.html" } else { path };
    match site.files.get(path) {
        Some(text) => (200, kind(path), Arc::clone(text)),
        None => match &site.wrong {
            Some(message) if site.files.is_empty() => {
                let mut page =
                    String::from("<!doctype html><html lang=\"en\"><head><title>not built</title>");
                page.push_str(PREVIEW);
                page.push_str("</head><body><h1>Not built</h1><p>");
                crate::backend::docs::pictures::escape_into(&mut page, message);
                page.push_str("</p></body></html>");
                (500, "text/html; charset=utf-8", Arc::from(page))
            }
            _ => plain(404, "there is no such page"),
        },
    }
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("md") => "text/markdown; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_alone() {
        for good in ["127.0.0.1:0", "[::1]:8321", "localhost:8321", "8321"] {
            assert!(loopback(good).unwrap().ip().is_loopback(), "{good}");
        }
        for bad in ["0.0.0.0:80", "192.0.2.1:80", "[::]:80", "nonsense"] {
            assert!(loopback(bad).is_err(), "{bad}");
        }
        let bound: SocketAddr = "127.0.0.1:8321".parse().unwrap();
        for (host, fine) in [
            ("127.0.0.1:8321", true),
            ("localhost:8321", true),
            ("localhost", true),
            ("evil.example:8321", false),
            ("127.0.0.1.evil.example:8321", false),
        ] {
            assert_eq!(ours(Some(host), bound), fine, "{host}");
        }
        assert!(!ours(None, bound));
    }
}
