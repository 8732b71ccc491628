//! promtool's `--http.config.file`: Prometheus' `http_config` as a file of its own. What it may say and is not done here is an error, never
//! passed over. Messages name keys and lines, and no value: a value may be a secret in the wrong place.

use std::path::{Path, PathBuf};

use super::access::{Access, Proxy, Reader, file, secret_file};
use super::secret::Secret;
use super::trouble::Trouble;
use crate::config::tree::{Entry, Node, Value, parse};
use crate::source::{FileId, Span};

/// What the format has and the client has not.
const NOT_DONE: [(&str, &str); 6] = [
    ("oauth2", "fetch a token yourself, and give it with `--token-file`"),
    ("proxy_connect_header", "a proxy that wants more than a user and a password cannot be used"),
    ("server_name", "a server is verified by the name in its address"),
    ("min_version", "TLS 1.2 and 1.3 are spoken"),
    ("max_version", "TLS 1.2 and 1.3 are spoken"),
    ("credentials_ref", "secrets are given in files"),
];

impl Access {
    /// Reads a file in the format of promtool's `--http.config.file`.
    pub fn config_file(&mut self, path: &Path, read: Reader<'_>) -> Result<(), Trouble> {
        let shown = path.display().to_string();
        let bytes = file(path, read)?;
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(Trouble::given(format!("`{shown}` is not UTF-8")));
        };
        let at = File { path, shown: &shown, text: &text, read };
        // The parser's words may hold a piece of the text.
        let root =
            parse(FileId(0), &text).map_err(|wrong| at.wrong(wrong.span, "is not one document of YAML"))?;
        for entry in at.map(&root, "the file")? {
            self.top(&at, entry)?;
        }
        Ok(())
    }

    fn top(&mut self, at: &File<'_>, entry: &Entry) -> Result<(), Trouble> {
        let value = &entry.value;
        match entry.key.as_str() {
            "basic_auth" => {
                let parts =
                    at.parts(value, &entry.key, &["username", "username_file", "password", "password_file"])?;
                let user = at.secret(parts[0], parts[1])?.unwrap_or_else(|| Secret::new(""));
                let password = at.secret(parts[2], parts[3])?.unwrap_or_else(|| Secret::new(""));
                self.basic(user.expose(), &password, &at.from("basic_auth"))
            }
            "authorization" => {
                let parts = at.parts(value, &entry.key, &["type", "credentials", "credentials_file"])?;
                let kind = match parts[0] {
                    Some(node) => at.text(node, "type")?.trim().to_owned(),
                    None => "Bearer".to_owned(),
                };
                let from = at.from("authorization");
                match at.secret(parts[1], parts[2])? {
                    Some(token) => self.authorization(&kind, &token, &from),
                    None => Err(at.wrong(entry.key_span, "gives no credentials in `authorization`")),
                }
            }
            "bearer_token" => {
                self.authorization("Bearer", &Secret::new(at.text(value, &entry.key)?), &at.from(&entry.key))
            }
            "bearer_token_file" => {
                let token = at.secret(None, Some(value))?.unwrap_or_else(|| Secret::new(""));
                self.authorization("Bearer", &token, &at.from(&entry.key))
            }
            "tls_config" => self.tls(at, entry),
            "follow_redirects" => {
                self.follow = at.flag(value, &entry.key)?;
                Ok(())
            }
            // HTTP/1.1 is spoken in any case.
            "enable_http2" => at.flag(value, &entry.key).map(drop),
            "proxy_from_environment" => {
                if !at.flag(value, &entry.key)? {
                    return Err(at
                        .wrong(entry.key_span, "has `proxy_from_environment: false`")
                        .help("leave it out, and unset the proxy variables for this call"));
                }
                Ok(())
            }
            "proxy_url" => {
                let url = Secret::new(at.text(value, &entry.key)?);
                // A user and a password in it are not to be shown.
                self.secrets.add(&url);
                let hosts = match &self.proxy {
                    Proxy::Named(_, hosts) => hosts.clone(),
                    Proxy::Environment => Vec::new(),
                };
                self.proxy = Proxy::Named(url, hosts);
                Ok(())
            }
            "no_proxy" => {
                let list = at.text(value, &entry.key)?;
                let hosts: Vec<String> = list
                    .split(',')
                    .map(|h| h.trim().to_ascii_lowercase())
                    .filter(|h| !h.is_empty())
                    .collect();
                if hosts.iter().any(|h| h.contains('/')) {
                    return Err(at
                        .wrong(entry.key_span, "has a range of addresses in `no_proxy`")
                        .help("name hosts and domains"));
                }
                let url = match &self.proxy {
                    Proxy::Named(url, _) => url.clone(),
                    Proxy::Environment => Secret::new(""),
                };
                self.proxy = Proxy::Named(url, hosts);
                Ok(())
            }
            "http_headers" => {
                for header in at.map(value, &entry.key)? {
                    self.config_header(at, header)?;
                }
                Ok(())
            }
            _ => Err(at.unknown(entry)),
        }
    }

    fn config_header(&mut self, at: &File<'_>, header: &Entry) -> Result<(), Trouble> {
        let from = at.from("http_headers");
        for part in at.map(&header.value, "http_headers")? {
            let Value::List(items) = &part.value.value else {
                return Err(at.wrong(part.key_span, "has a header without a list"));
            };
            for item in items {
                let value = match part.key.as_str() {
                    "values" | "secrets" => Secret::new(at.text(item, "http_headers")?),
                    "files" => at.secret(None, Some(item))?.unwrap_or_else(|| Secret::new("")),
                    _ => return Err(at.unknown(part)),
                };
                self.add(&header.key, &value, &from)?;
            }
        }
        Ok(())
    }

    fn tls(&mut self, at: &File<'_>, entry: &Entry) -> Result<(), Trouble> {
        let keys = ["ca", "ca_file", "cert", "cert_file", "key", "key_file", "insecure_skip_verify"];
        let parts = at.parts(&entry.value, &entry.key, &keys)?;
        let pem = |text: Option<&Node>, file: Option<&Node>| -> Result<Option<Vec<u8>>, Trouble> {
            Ok(at.secret(text, file)?.map(|secret| secret.expose().as_bytes().to_vec()))
        };
        self.roots = pem(parts[0], parts[1])?;
        let (certificate, key) = (pem(parts[2], parts[3])?, pem(parts[4], parts[5])?);
        match (certificate, key) {
            (Some(certificate), Some(key)) => self.client = Some((certificate, key)),
            (None, None) => {}
            _ => {
                let said = "has one of a client's certificate and its key, and both are needed";
                return Err(at.wrong(entry.key_span, said));
            }
        }
        if let Some(node) = parts[6] {
            self.insecure = at.flag(node, "insecure_skip_verify")?;
        }
        Ok(())
    }
}

/// The file that is read.
struct File<'f> {
    path: &'f Path,
    shown: &'f str,
    text: &'f str,
    read: Reader<'f>,
}

impl File<'_> {
    fn from(&self, key: &str) -> String {
        format!("`{key}` in `{}`", self.shown)
    }
    fn wrong(&self, span: Span, said: &str) -> Trouble {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        Trouble::given(format!("`{}` {said} (line {line})", self.shown))
    }
    fn unknown(&self, entry: &Entry) -> Trouble {
        if let Some((key, why)) = NOT_DONE.iter().find(|(key, _)| *key == entry.key) {
            return self.wrong(entry.key_span, &format!("has `{key}`, which slovo does not do")).help(*why);
        }
        // A key may be a secret whose colon was taken for YAML's.
        self.wrong(entry.key_span, "has a key that `http_config` of Prometheus has not, or that slovo does not know")
            .help("the format is that of promtool's `--http.config.file`: basic_auth, authorization, tls_config, http_headers, proxy_url")
    }
    fn map<'n>(&self, node: &'n Node, what: &str) -> Result<&'n [Entry], Trouble> {
        match &node.value {
            Value::Map(entries) => Ok(entries),
            Value::Null => Ok(&[]),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_)) => {
                Err(self.wrong(node.span, &format!("has {} where {what} is a map", other.describe())))
            }
        }
    }
    fn text(&self, node: &Node, key: &str) -> Result<String, Trouble> {
        match &node.value {
            Value::Text(text) | Value::Number(text) | Value::Bool(text) => Ok(text.clone()),
            other @ (Value::Null | Value::List(_) | Value::Map(_)) => {
                Err(self.wrong(node.span, &format!("has {} where `{key}` is a text", other.describe())))
            }
        }
    }
    fn flag(&self, node: &Node, key: &str) -> Result<bool, Trouble> {
        if let Value::Bool(word) = &node.value {
            return Ok(word.eq_ignore_ascii_case("true"));
        }
        let said = format!("has {} where `{key}` is true or false", node.value.describe());
        Err(self.wrong(node.span, &said))
    }
    /// The values of these keys; another key is a mistake.
    fn parts<'n>(&self, node: &'n Node, what: &str, keys: &[&str]) -> Result<Vec<Option<&'n Node>>, Trouble> {
        let entries = self.map(node, what)?;
        let mut found = vec![None; keys.len()];
        for entry in entries {
            let at = keys.iter().position(|key| *key == entry.key).ok_or_else(|| self.unknown(entry))?;
            if let Some(place) = found.get_mut(at) {
                *place = Some(&entry.value);
            }
        }
        Ok(found)
    }
    /// A secret that is written, or the file that holds it.
    fn secret(&self, text: Option<&Node>, file: Option<&Node>) -> Result<Option<Secret>, Trouble> {
        match (text, file) {
            (Some(node), None) => Ok(Some(Secret::new(self.text(node, "a secret")?))),
            (None, Some(node)) => secret_file(&self.beside(&self.text(node, "a file")?), self.read).map(Some),
            (None, None) => Ok(None),
            (Some(_), Some(node)) => Err(self.wrong(node.span, "gives a secret and a file that holds it")),
        }
    }
    /// A path in the file. promtool takes the folder above the file's own; whoever does not know that means the file's own.
    fn beside(&self, path: &str) -> PathBuf {
        let path = Path::new(path);
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let above = folder.parent().unwrap_or(Path::new("")).join(path);
        if path.is_absolute() || (self.read)(&above).is_ok() { above } else { folder.join(path) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Access, Trouble> {
        let read = |path: &Path| match path.to_str() {
            Some("conf/http.yml") => Ok(text.as_bytes().to_vec()),
            Some("token" | "conf/own") => Ok(b"hunter2-of-the-shop\n".to_vec()),
            _ => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "No such file")),
        };
        let mut access = Access::default();
        access.config_file(Path::new("conf/http.yml"), &read).map(|()| access)
    }

    fn header(text: &str) -> String {
        let access = of(text).unwrap();
        let shown =
            access.headers().iter().map(|(n, v)| format!("{n}: {}", String::from_utf8_lossy(v.as_bytes())));
        shown.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn what_promtool_reads() {
        assert_eq!(header("basic_auth: {username: a, password: b}"), "authorization: Basic YTpi");
        assert_eq!(header("authorization: {credentials: x}"), "authorization: Bearer x");
        assert_eq!(
            header("authorization: {type: ApiKey, credentials_file: token}"),
            "authorization: ApiKey hunter2-of-the-shop"
        );
        // In the folder above, as promtool has it, and beside the file.
        assert_eq!(header("bearer_token_file: own"), "authorization: Bearer hunter2-of-the-shop");
        assert_eq!(
            header("http_headers:\n  X-Scope-OrgID: {values: [shop]}\n  X-Key: {files: [token]}\n"),
            "x-scope-orgid: shop; x-key: hunter2-of-the-shop"
        );
        let access = of("tls_config: {insecure_skip_verify: true}\nfollow_redirects: false\nenable_http2: true\nproxy_url: http://u:hunter2@proxy:3128\nno_proxy: .example, x\n").unwrap();
        assert!(access.insecure && !access.follow);
        assert_eq!(
            access.proxy,
            Proxy::Named(
                Secret::new("http://u:hunter2@proxy:3128"),
                vec![".example".to_owned(), "x".to_owned()]
            )
        );
        assert!(!format!("{access:?}").contains("hunter2"), "{access:?}");
        assert!(of("").is_ok() && of("# nothing\n").is_ok());
    }

    #[test]
    fn what_cannot_be_used_is_said_and_no_secret_with_it() {
        for (text, said) in [
            ("oauth2: {client_secret: hunter2}", "has `oauth2`, which slovo does not do (line 1)"),
            ("hunter2: x", "a key that `http_config`"),
            ("basic_auth: hunter2", "has a text where basic_auth is a map"),
            ("basic_auth: {username: a, pasword: hunter2}", "a key that"),
            ("basic_auth: {password: [hunter2]}", "a list where"),
            ("basic_auth: {password: hunter2, password_file: token}", "gives a secret and a file"),
            ("authorization: {type: Bearer}", "gives no credentials"),
            ("authorization: {credentials: hunter2}\nbearer_token: hunter2", "given already"),
            ("authorization: {credentials: \"hunter2\\nx\"}", "cannot be sent"),
            ("tls_config: {key: hunter2}", "both are needed"),
            ("tls_config: {min_version: TLS13}", "which slovo does not do"),
            ("tls_config: {insecure_skip_verify: hunter2}", "is true or false"),
            ("follow_redirects: hunter2", "is true or false"),
            ("no_proxy: 10.0.0.0/8", "range of addresses"),
            ("hunter2", "has a text where the file is a map"),
            ("a: [hunter2", "not one document of YAML"),
            ("a: 1\n---\nhunter2", "not one document of YAML (line 2)"),
            ("http_headers: {X-A: [hunter2]}", "is a map"),
            ("http_headers: {\"hunter2 x\": {values: [y]}}", "name cannot be sent"),
            ("bearer_token_file: gone", "cannot be read"),
            ("proxy_from_environment: false", "proxy_from_environment"),
        ] {
            let trouble = of(text).unwrap_err();
            assert!(trouble.message.contains(said), "{text}: {trouble:?}");
            assert!(!format!("{trouble:?}").contains("hunter2"), "{text}: {trouble:?}");
        }
    }
}
