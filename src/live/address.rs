//! Where a server is.

use std::fmt;

use ureq::http::Uri;

use super::trouble::Trouble;

/// The address of a server: what is in front of `/api/v1`. It holds neither a user nor a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    scheme: &'static str,
    /// Lower case; an IPv6 address in brackets.
    host: String,
    port: u16,
    /// Without a slash at the end; mostly empty.
    path: String,
}

/// Longer ones are no addresses.
const LONGEST: usize = 2_000;

impl Address {
    /// Reads `https://prometheus.example/prefix`.
    pub fn parse(text: &str) -> Result<Self, Trouble> {
        let wrong = |why: &str| {
            Err(Trouble::given(format!("the address of the server {why}"))
                .help("it is written as `http://localhost:9090` or `https://prometheus.example/prefix`"))
        };
        if text.len() > LONGEST {
            return wrong("is too long");
        }
        // Before anything else: whatever follows is not to be printed.
        let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
        let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err(Trouble::given("the address of the server holds a user name or a password").help(
                "addresses end up in logs: `--http-config FILE` or `--token-file FILE` give credentials",
            ));
        }
        if text.contains(['?', '#']) {
            return wrong("goes on behind `?` or `#`");
        }
        let Ok(uri) = text.parse::<Uri>() else { return wrong("cannot be read") };
        let scheme = match uri.scheme_str() {
            Some("http") => "http",
            Some("https") => "https",
            Some(_) => return wrong("is neither http nor https"),
            None => return wrong("says neither http:// nor https://"),
        };
        let Some(host) = uri.host().filter(|h| !h.is_empty()) else { return wrong("names no host") };
        let port = uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
        let path = uri.path().trim_end_matches('/');
        // Whoever copies the address of a call means the server.
        let path = path.strip_suffix("/api/v1").unwrap_or(path).trim_end_matches('/');
        Ok(Self { scheme, host: host.to_ascii_lowercase(), port, path: path.to_owned() })
    }

    /// Is it this machine?
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
    pub(super) fn is_https(&self) -> bool {
        self.scheme == "https"
    }
    pub(super) fn host(&self) -> &str {
        &self.host
    }
    /// Scheme, host and port are the same: what credentials are for.
    pub fn same_origin(&self, other: &Self) -> bool {
        (self.scheme, &self.host, self.port) == (other.scheme, &other.host, other.port)
    }
    /// Scheme, host and port.
    pub fn origin(&self) -> String {
        let usual = if self.scheme == "http" { 80 } else { 443 };
        let port = if self.port == usual { String::new() } else { format!(":{}", self.port) };
        format!("{}://{}{port}", self.scheme, self.host)
    }
    /// The address of a call.
    pub(super) fn call(&self, path: &str) -> String {
        format!("{self}{path}")
    }

    /// Where an answer sends the client: an address on its own, and what stands behind it.
    pub(super) fn follow(&self, from: &str, location: &str) -> Option<(Self, String)> {
        let whole = if location.starts_with("//") {
            format!("{}:{location}", self.scheme)
        } else if location.starts_with('/') {
            format!("{}{location}", self.origin())
        } else if location.contains("://") {
            location.to_owned()
        } else {
            let path = from.split(['?', '#']).next().unwrap_or_default();
            let (folder, _) = path.rsplit_once('/')?;
            format!("{folder}/{location}")
        };
        let whole = whole.split('#').next().unwrap_or_default().to_owned();
        let uri: Uri = whole.parse().ok()?;
        if uri.authority()?.as_str().contains('@') {
            return None;
        }
        let bare = whole.split('?').next().unwrap_or_default();
        Some((Self::parse(bare).ok()?, whole))
    }

    /// The address to write instead of this one, when a call of it was sent here.
    pub(super) fn without_call(&self, call: &str) -> Option<Self> {
        let path = self.path.strip_suffix(call)?;
        Some(Self { path: path.trim_end_matches('/').to_owned(), ..self.clone() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Address::parse(text).map_or_else(|trouble| trouble.message, |address| address.to_string())
    }

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("http://localhost:9090", "http://localhost:9090"),
            ("http://Prom.Example:80/", "http://prom.example"),
            ("https://x/prometheus/api/v1/", "https://x/prometheus"),
            ("http://[::1]:9090/p", "http://[::1]:9090/p"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
        for (text, said) in [
            ("localhost:9090", "says neither"),
            ("ftp://x", "neither http nor https"),
            ("http://", "cannot be read"),
            ("http://x/?token=hunter2", "behind `?`"),
            ("http://x/#hunter2", "behind `?`"),
            ("http://u:hunter2@x/", "a user name or a password"),
            ("u:hunter2@x", "a user name or a password"),
            ("http://a b/", "cannot be read"),
            (&format!("http://{}", "x".repeat(3_000)), "too long"),
        ] {
            let message = shown(text);
            assert!(message.contains(said) && !message.contains("hunter2"), "{text}: {message}");
        }
    }

    #[test]
    fn where_answers_lead() {
        let at = Address::parse("http://prom:9090/base").unwrap();
        let follow = |location: &str| {
            let (address, whole) = at.follow("http://prom:9090/base/api/v1/query?x=1", location)?;
            Some((at.same_origin(&address), whole))
        };
        assert_eq!(follow("/p/api/v1/query"), Some((true, "http://prom:9090/p/api/v1/query".to_owned())));
        assert_eq!(follow("labels#x"), Some((true, "http://prom:9090/base/api/v1/labels".to_owned())));
        assert_eq!(follow("https://prom:9090/x").map(|f| f.0), Some(false));
        assert_eq!(follow("//evil/x").map(|f| f.0), Some(false));
        assert_eq!(follow("http://prom:9090@evil/x"), None);
        assert_eq!(follow("javascript:alert(1)").map(|f| f.0), Some(true));
        let there = Address::parse("https://other/p/api/v1/query").unwrap();
        assert_eq!(there.without_call("/api/v1/query").unwrap().to_string(), "https://other/p");
        assert!(there.without_call("/api/v1/series").is_none());
    }

    #[test]
    fn this_machine() {
        for (text, expected) in [
            ("http://localhost:1", true),
            ("http://127.1.2.3", true),
            ("http://[::1]", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(Address::parse(text).unwrap().is_loopback(), expected, "{text}");
        }
    }
}
