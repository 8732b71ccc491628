//! What goes with each request: credentials, headers, certificates, a proxy. It comes from the command line, the environment or a file
//! that the user names, and is sent to the one origin that the client was given.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{HeaderName, HeaderValue};

use super::secret::{Secret, Secrets};
use super::trouble::Trouble;

/// Reads a file that the user named, up to a bound.
pub type Reader<'r> = &'r dyn Fn(&Path) -> std::io::Result<Vec<u8>>;

/// Headers of one request.
const HEADERS: usize = 100;
/// What the client writes itself, or what belongs to one connection.
const RESERVED: [&str; 9] = [
    "host",
    "content-length",
    "content-type",
    "connection",
    "transfer-encoding",
    "te",
    "upgrade",
    "proxy-authorization",
    "accept-encoding",
];

/// Which proxy is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Proxy {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say; none for this machine.
    #[default]
    Environment,
    /// This one, but for some hosts.
    Named(Secret, Vec<String>),
}

/// What goes with each request.
#[derive(Clone, Debug)]
pub struct Access {
    headers: Vec<(HeaderName, HeaderValue)>,
    /// In PEM; the system's where there are none.
    pub(super) roots: Option<Vec<u8>>,
    /// A client's certificates and their key, in PEM.
    pub(super) client: Option<(Vec<u8>, Vec<u8>)>,
    /// Certificates are not verified.
    pub(super) insecure: bool,
    pub(super) proxy: Proxy,
    /// Redirects to the same origin are followed.
    pub(super) follow: bool,
    pub(super) secrets: Secrets,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            roots: None,
            client: None,
            insecure: false,
            proxy: Proxy::Environment,
            follow: true,
            secrets: Secrets::default(),
        }
    }
}

impl Access {
    /// A header as it is written on a command line: `X-Scope-OrgID: shop`.
    pub fn header(&mut self, text: &str) -> Result<(), Trouble> {
        // Nothing of the text is shown: it may hold a secret.
        let Some((name, value)) = text.split_once(':') else {
            return Err(Trouble::given("a header is written as `Name: value`"));
        };
        self.add(name.trim(), &Secret::new(value.trim()), "`--header`")
    }

    /// A token for `Authorization: Bearer`.
    pub fn token(&mut self, token: &Secret, from: &str) -> Result<(), Trouble> {
        self.authorization("Bearer", token, from)
    }

    pub(super) fn authorization(&mut self, kind: &str, token: &Secret, from: &str) -> Result<(), Trouble> {
        if token.expose().trim().is_empty() {
            return Err(Trouble::given(format!("{from} gives an empty token")));
        }
        self.secrets.add_credential(token);
        self.add("authorization", &Secret::new(format!("{kind} {}", token.expose())), from)
    }

    pub(super) fn basic(&mut self, user: &str, password: &Secret, from: &str) -> Result<(), Trouble> {
        self.secrets.add_credential(password);
        let pair = STANDARD.encode(format!("{user}:{}", password.expose()));
        self.secrets.add_credential(&Secret::new(pair.as_str()));
        self.add("authorization", &Secret::new(format!("Basic {pair}")), from)
    }

    pub(super) fn add(&mut self, name: &str, value: &Secret, from: &str) -> Result<(), Trouble> {
        let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(Trouble::given(format!("{from} gives a header whose name cannot be sent")));
        };
        if RESERVED.contains(&parsed.as_str()) {
            return Err(Trouble::given(format!(
                "{from} gives the header `{parsed}`, which the client writes itself"
            )));
        }
        if parsed == "authorization" && self.has_header(&parsed) {
            return Err(Trouble::given(format!("{from} gives credentials, and others are given already"))
                .help("one of a header `Authorization`, a token and what the HTTP configuration says"));
        }
        let Ok(mut held) = HeaderValue::from_bytes(value.expose().as_bytes()) else {
            return Err(Trouble::given(format!("{from} gives a value of `{parsed}` that cannot be sent"))
                .help("a header's value is on one line"));
        };
        if self.headers.len() >= HEADERS {
            return Err(Trouble::given(format!("more than {HEADERS} headers are given")));
        }
        held.set_sensitive(true);
        self.secrets.add(value);
        if parsed == "authorization"
            && let Some((_, token)) = value.expose().split_once(' ')
        {
            self.secrets.add_credential(&Secret::new(token.trim()));
        }
        self.headers.push((parsed, held));
        Ok(())
    }

    /// Are there credentials?
    pub fn is_authorized(&self) -> bool {
        self.client.is_some() || self.has_header(&ureq::http::header::AUTHORIZATION)
    }

    fn has_header(&self, wanted: &HeaderName) -> bool {
        self.headers.iter().any(|(name, _)| name == wanted)
    }

    /// Are certificates taken as they come?
    pub fn is_insecure(&self) -> bool {
        self.insecure
    }

    pub(super) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }
}

/// The text of a file with one secret.
pub(super) fn secret_file(path: &Path, read: Reader<'_>) -> Result<Secret, Trouble> {
    let bytes = file(path, read)?;
    match String::from_utf8(bytes) {
        Ok(text) if !text.trim().is_empty() => Ok(Secret::new(text.trim())),
        Ok(_) => Err(Trouble::given(format!("`{}` is empty", path.display()))),
        Err(_) => Err(Trouble::given(format!("`{}` is not a text", path.display()))),
    }
}

pub(super) fn file(path: &Path, read: Reader<'_>) -> Result<Vec<u8>, Trouble> {
    read(path).map_err(|e| {
        Trouble::given(format!("`{}` cannot be read: {}", path.display(), e.to_string().to_lowercase()))
    })
}

impl Access {
    /// A token for `Authorization: Bearer` from a file.
    pub fn token_file(&mut self, path: &Path, read: Reader<'_>) -> Result<(), Trouble> {
        let token = secret_file(path, read)?;
        self.token(&token, &format!("`{}`", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_taken_or_refused() {
        let mut access = Access::default();
        access.header("X-Scope-OrgID: shop").unwrap();
        access.header("authorization: Bearer hunter2").unwrap();
        assert!(access.is_authorized());
        assert!(!format!("{access:?}").contains("hunter2"), "{access:?}");
        for (text, said) in [
            ("hunter2", "written as"),
            ("hunter2 x: y", "name cannot be sent"),
            ("Host: hunter2", "writes itself"),
            ("X: hunter2\r\nY: z", "cannot be sent"),
            ("Authorization: hunter2", "given already"),
        ] {
            let trouble = access.header(text).unwrap_err();
            assert!(trouble.message.contains(said), "{text}: {trouble:?}");
            assert!(!format!("{trouble:?}").contains("hunter2"), "{trouble:?}");
        }
        assert!(access.token(&Secret::new("t"), "`--token-file`").is_err());
        assert!(Access::default().token(&Secret::new(" \n"), "`x`").unwrap_err().message.contains("empty"));
    }

    #[test]
    fn files_of_one_secret() {
        let read = |path: &Path| match path.to_str() {
            Some("t") => Ok(b"  token-of-the-shop\n".to_vec()),
            Some("e") => Ok(b"\n".to_vec()),
            _ => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "No such file")),
        };
        let mut access = Access::default();
        access.token_file(Path::new("t"), &read).unwrap();
        assert_eq!(access.headers()[0].1.as_bytes(), b"Bearer token-of-the-shop");
        assert_eq!(access.secrets.strip("Bearer token-of-the-shop"), "(secret)");
        assert!(Access::default().token_file(Path::new("e"), &read).is_err());
        assert!(
            Access::default()
                .token_file(Path::new("x"), &read)
                .unwrap_err()
                .message
                .contains("cannot be read")
        );
    }
}
