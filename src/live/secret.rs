//! Texts that are never shown.

use std::fmt;

/// A password, a token, a header's value. It can be sent, and cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A text that is not to be shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What is to be taken out of every message.
#[derive(Clone, Default)]
pub(super) struct Secrets {
    known: Vec<String>,
    /// Of these, what tells who somebody is.
    credentials: Vec<String>,
}

/// Shorter ones are part of ordinary words; whoever has such a password has none.
const SHORTEST: usize = 4;
/// As long as a token is: such a text is in no answer by chance.
const LONG: usize = 16;
const STAND_IN: &str = "(secret)";

impl Secrets {
    pub(super) fn add(&mut self, secret: &Secret) {
        let text = secret.expose();
        // As it is, in an address, and as Go, JSON and this program quote it.
        let debug = format!("{text:?}");
        let quoted = debug.get(1..debug.len().saturating_sub(1)).unwrap_or_default().to_owned();
        for spelled in [text.to_owned(), percent(text), quoted] {
            if spelled.len() >= SHORTEST && !self.known.contains(&spelled) {
                self.known.push(spelled);
            }
        }
        // The longest first, so that none is left half.
        self.known.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }
    /// A text without them.
    pub(super) fn strip(&self, text: &str) -> String {
        self.known.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), STAND_IN))
    }
    /// A password or a token: an answer that holds it is not used.
    pub(super) fn add_credential(&mut self, secret: &Secret) {
        self.add(secret);
        if secret.expose().len() >= LONG {
            self.credentials.push(secret.expose().to_owned());
        }
    }
    /// Does an answer give back who asked?
    pub(super) fn betrayed(&self, bytes: &[u8]) -> bool {
        self.credentials.iter().any(|secret| memchr::memmem::find(bytes, secret.as_bytes()).is_some())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.known.len())
    }
}

fn percent(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left() {
        let mut secrets = Secrets::default();
        for text in ["hunter2 \"q\"", "hunter2", "abc", "0123456789abcdef0123"] {
            secrets.add_credential(&Secret::new(text));
        }
        secrets.add(&Secret::new("a-tenant-of-the-shop"));
        let said = "Bearer hunter2 \"q\" / hunter2%20%22q%22 / hunter2 \\\"q\\\" / hunter2";
        let left = secrets.strip(said);
        assert!(!left.contains("hunter2"), "{left}");
        // Too short to be told from words.
        assert_eq!(secrets.strip("abcd"), "abcd");
        assert!(secrets.betrayed(b"x 0123456789abcdef0123"));
        assert!(!secrets.betrayed(b"hunter2 a-tenant-of-the-shop"));
        assert_eq!(format!("{:?} {secrets:?}", Secret::new("hunter2")), "Secret Secrets(6)");
    }
}
