//! What is served: the pages as last built, and what keeps them from being newer.

use std::collections::HashMap;

use hyper::body::Bytes;

use crate::render::html::escape_into;

/// Asks for the version of the site, and loads the page again when it is another.
pub(super) const PREVIEW: &str = "<script>(()=>{let seen;const look=async()=>{try{const now=await(await fetch('/~version',{cache:'no-store'})).text();if(seen!==undefined&&now!==seen)location.reload();seen=now}catch{}setTimeout(look,700)};look()})()</script>";
/// Messages on a page.
const LONGEST: usize = 64 * 1024;

/// What is served.
#[derive(Default)]
pub(super) struct Site {
    files: HashMap<String, Bytes>,
    version: u64,
    /// Why the last change could not be built.
    wrong: Option<String>,
}

/// A status, a media type and a body.
pub(super) type Answer = (u16, &'static str, Bytes);

/// A short answer in words.
pub(super) fn plain(status: u16, text: &str) -> Answer {
    (status, "text/plain; charset=utf-8", Bytes::from(format!("{text}\n")))
}

impl Site {
    /// Everything is new.
    pub(super) fn built(&mut self, files: HashMap<String, Bytes>) {
        self.files = files;
        self.wrong = None;
        self.version += 1;
    }
    /// The sources can't be built: the pages are old from now on.
    pub(super) fn broken(&mut self, message: String) {
        self.wrong = Some(message);
        self.version += 1;
    }
    /// The answer to a request for a path.
    pub(super) fn answer(&self, path: &str) -> Answer {
        let path = path.trim_start_matches('/');
        if path == "~version" {
            return plain(200, &self.version.to_string());
        }
        let path = if path.is_empty() { "index.html" } else { path };
        let html = "text/html; charset=utf-8";
        match (self.files.get(path), &self.wrong) {
            (Some(text), Some(wrong)) if kind(path) == html => (200, html, marked_old(text, wrong)),
            (Some(text), _) => (200, kind(path), text.clone()),
            (None, Some(wrong)) if self.files.is_empty() => (500, html, nothing_yet(wrong)),
            (None, _) => plain(404, "there is no such page"),
        }
    }
}

/// Before anything could be built: the messages alone.
fn nothing_yet(wrong: &str) -> Bytes {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not built</title>",
    );
    page.push_str(PREVIEW);
    page.push_str("</head><body><h1>Not built</h1>");
    messages(&mut page, wrong);
    page.push_str("</body></html>");
    page.into()
}

/// The page as it was, under a notice that says so and why.
fn marked_old(text: &Bytes, wrong: &str) -> Bytes {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let body = text.find("<body").and_then(|at| Some(at + text.get(at..)?.find('>')? + 1)).unwrap_or(0);
    let (before, after) = text.split_at(body);
    let mut page = String::with_capacity(text.len() + wrong.len() + 1000);
    page.push_str(before);
    page.push_str("<div role=\"alert\" style=\"margin:0;padding:.75rem 1rem;background:#7f1d1d;color:#fff\"><strong>This page is old.</strong> It is as it was before the last change, which cannot be built:");
    messages(&mut page, wrong);
    page.push_str("</div>");
    page.push_str(after);
    page.into()
}

fn messages(page: &mut String, wrong: &str) {
    let end = (0..=LONGEST.min(wrong.len())).rev().find(|at| wrong.is_char_boundary(*at)).unwrap_or(0);
    page.push_str("<pre style=\"overflow:auto;max-height:60vh\">");
    escape_into(page, wrong.get(..end).unwrap_or_default());
    page.push_str("</pre>");
    if end < wrong.len() {
        page.push_str("<p>The terminal shows the rest.</p>");
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
    fn old_pages_say_so() {
        let mut site = Site::default();
        site.broken("`<x>` is wrong".to_owned());
        let (status, _, body) = site.answer("/");
        assert_eq!(status, 500);
        assert!(std::str::from_utf8(&body).unwrap().contains("&lt;x&gt;"));
        let page = "<html><body class=\"page\"><p>ü</p></body></html>";
        site.built([("index.html".to_owned(), page.into()), ("a.css".to_owned(), "b{}".into())].into());
        assert_eq!(site.answer("/?x").2, "there is no such page\n");
        assert_eq!(site.answer("/index.html").2, page);
        site.broken("é".repeat(LONGEST));
        let (status, _, body) = site.answer("/");
        let body = std::str::from_utf8(&body).unwrap();
        assert_eq!(status, 200);
        assert!(
            body.starts_with("<html><body class=\"page\"><div role=\"alert\"")
                && body.ends_with("</div><p>ü</p></body></html>")
        );
        assert!(
            body.contains("The terminal shows the rest") && body.len() < LONGEST + 1000,
            "{}",
            body.len()
        );
        assert_eq!(site.answer("/a.css").2, "b{}");
        // A template of your own without a body.
        assert!(marked_old(&"<p>x".into(), "y").ends_with(b"</div><p>x"));
    }
}
