//! `slovo docs --serve`: the documents as they will be, rebuilt when a source changes. Loopback only.

mod http;
mod site;
mod watch;

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::args::Docs;
use super::screen::Screen;
use super::{Failure, Outcome, check, counted, docs};
use crate::backend::Artifact;
use crate::diag::render;
use site::{PREVIEW, Site};
use watch::{Look, Watch};

pub(super) fn run(options: &Docs, address: &str, start: &Path, screen: &Screen) -> Outcome {
    let address = loopback(address)?;
    let listener = TcpListener::bind(address).map_err(|e| {
        Failure::io(format!("`{address}` cannot be listened on"), &e)
            .help("`--serve 127.0.0.1:0` takes any free port")
    })?;
    let bound = listener.local_addr().map_err(|e| Failure::io("the address is unknown", &e))?;
    let site = Arc::new(Mutex::new(Site::default()));
    let mut watch = if options.poll { Watch::poll() } else { Watch::events(screen) };
    let mut templates = None;
    // What is there is looked at before it is read: a change meanwhile is one.
    let mut seen = watch.look(start, options, None, screen);
    let mut now = rebuild(options, start, screen, &site);
    http::start(listener, Arc::clone(&site))
        .map_err(|e| Failure::io(format!("`{bound}` cannot be served"), &e))?;
    screen.say(&format!("http://{bound}/ shows the documents and follows their sources; Ctrl-C ends it"));
    loop {
        if now != templates {
            // Settings name another folder of templates: it is watched from now on, and read.
            templates = now;
            seen = watch.look(start, options, templates.as_deref(), screen);
            now = rebuild(options, start, screen, &site);
            continue;
        }
        watch.wait();
        let found: Look = watch.look(start, options, templates.as_deref(), screen);
        if found != seen {
            seen = found;
            now = rebuild(options, start, screen, &site);
        }
    }
}

/// Nobody but this machine may see a draft.
fn loopback(text: &str) -> Result<SocketAddr, Failure> {
    let help = "give an address of this machine alone: `127.0.0.1:8321`, `[::1]:8321`, `localhost:8321`";
    let text =
        if text.chars().all(|c| c.is_ascii_digit()) { format!("127.0.0.1:{text}") } else { text.to_owned() };
    let found = text.to_socket_addrs().ok().and_then(|mut all| all.find(|a| a.ip().is_loopback()));
    found.ok_or_else(|| Failure::new(format!("`{text}` is not a loopback address")).help(help))
}

/// Builds the site again, and tells where its templates lie.
fn rebuild(options: &Docs, start: &Path, screen: &Screen, site: &Mutex<Site>) -> Option<PathBuf> {
    let project = docs::loaded(options, start);
    let compiled = project.compile();
    let files = Mutex::new(HashMap::new());
    let take = |file: Artifact| {
        files.lock().unwrap_or_else(PoisonError::into_inner).insert(file.path, file.text.into());
    };
    let made = if let Some(model) = &compiled.model {
        docs::made(options, &project, model, Some(PREVIEW.to_owned()), &take).map_err(|failure| {
            screen.fail(&failure.message, failure.help.as_deref());
            [Some(failure.message), failure.help].into_iter().flatten().collect::<Vec<_>>().join("\n")
        })
    } else {
        let shown = render::Options::plain(100);
        Err(render::human(&compiled.diagnostics, &project.sources, &shown) + &counted(&compiled.diagnostics))
    };
    check::show(&project, &compiled, screen);
    let mut site = site.lock().unwrap_or_else(PoisonError::into_inner);
    match made {
        Ok(()) => {
            let files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
            screen.say(&format!("built: {}", super::plural(files.len(), "file")));
            site.built(files);
        }
        Err(message) => {
            screen.say("not built; the pages stay as they were");
            site.broken(message);
        }
    }
    docs::templates_folder(options, &project)
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
    }
}
