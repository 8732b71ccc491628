//! What is in an answer: data, an error, or something else altogether.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::address::Address;
use super::trouble::{Sort, Trouble, said};

/// Data, and what the server warns of.
#[derive(Debug)]
pub(super) struct Whole<T> {
    pub(super) data: T,
    /// Not the notes of the query language's engine on how a query is written.
    pub(super) warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    status: String,
    #[serde(default = "Option::default")]
    data: Option<T>,
    #[serde(default, rename = "errorType")]
    kind: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    warnings: Option<Vec<String>>,
}

/// Why an answer cannot be used; the address comes later.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    sort: Sort,
    /// Behind `the server at ADDRESS `.
    said: String,
    help: Option<&'static str>,
}

impl Fault {
    fn new(sort: Sort, said: impl Into<String>) -> Self {
        Self { sort, said: said.into(), help: None }
    }
    fn unknown(said: impl Into<String>) -> Self {
        Self::new(Sort::Unknown, said)
    }
    fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
    pub(super) fn trouble(self, at: &Address, call: &str) -> Trouble {
        let message = format!("the server at {at} {}", self.said.replace("{call}", &said(call)));
        Trouble { sort: self.sort, message, help: self.help.map(str::to_owned), part: false }
    }
}

const IS_IT: &str = "is it the address of a Prometheus, Mimir, Thanos or VictoriaMetrics? What is in front of `/api/v1` is written, \
                     such as `https://mimir.example/prometheus`";

/// The data of an answer that says yes.
pub(super) fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Result<Whole<T>, Fault> {
    let envelope: Envelope<T> = match serde_json::from_slice(bytes) {
        Ok(read) => read,
        Err(error) => return Err(not_read(bytes, &error)),
    };
    if envelope.status != "success" {
        return Err(error_of(envelope.kind.as_deref(), envelope.error.as_deref()));
    }
    let warnings = envelope.warnings.unwrap_or_default();
    let warnings = warnings.into_iter().filter(|w| !w.starts_with("PromQL ")).collect();
    match envelope.data {
        Some(data) => Ok(Whole { data, warnings }),
        None => Err(Fault::new(Sort::Odd, "answers `{call}` without data")),
    }
}

/// JSON that ends in the middle is another matter than a page.
fn not_read(bytes: &[u8], error: &serde_json::Error) -> Fault {
    if is_page(bytes) {
        return Fault::unknown("answers `{call}` with a page, not with data").help(IS_IT);
    }
    if bytes.trim_ascii().is_empty() {
        return Fault::unknown("answers `{call}` with nothing");
    }
    if error.is_eof() {
        return Fault::unknown("answers `{call}` with half an answer: its JSON ends in the middle");
    }
    if let Ok(Envelope::<IgnoredAny> { status, kind, error, .. }) = serde_json::from_slice(bytes)
        && status != "success"
    {
        return error_of(kind.as_deref(), error.as_deref());
    }
    let what =
        if error.is_data() { "in a form that is not known" } else { "with something that is not JSON" };
    let said = format!("answers `{{call}}` {what} (line {}, column {})", error.line(), error.column());
    Fault::new(Sort::Odd, said).help(IS_IT)
}

fn is_page(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'<')
}

fn error_of(kind: Option<&str>, error: Option<&str>) -> Fault {
    let refused = matches!(kind, Some("bad_data" | "execution" | "not_found" | "422" | "400"));
    let why = said(error.unwrap_or("it does not say why"));
    Fault::new(
        if refused { Sort::Refused } else { Sort::Unknown },
        format!("does not answer `{{call}}`: {why}"),
    )
}

/// An answer that says no.
pub(super) fn refused(status: u16, bytes: &[u8], authorized: bool) -> Fault {
    let told: Option<Envelope<IgnoredAny>> = serde_json::from_slice(bytes).ok();
    match status {
        401 | 403 => {
            let how = "`--http-config FILE` (promtool's format), `--token-file FILE` and `--header 'K: V'` give credentials";
            let what = if authorized { "refuses these credentials" } else { "wants credentials" };
            Fault::unknown(format!("{what} ({status})")).help(if authorized {
                "are they for this address, and still valid?"
            } else {
                how
            })
        }
        // VictoriaMetrics says so of paths that it does not know.
        400 | 404 | 405 | 501 if told.is_none() => {
            Fault::new(Sort::NotThere, format!("has no `{{call}}` ({status})")).help(IS_IT)
        }
        429 => Fault::unknown("wants fewer requests (429)")
            .help("try again later: it limits how many one may send"),
        _ => match told {
            Some(told) => error_of(told.kind.as_deref(), told.error.as_deref()),
            None if status >= 500 => Fault::unknown(format!("is not ready ({status})")),
            None => Fault::unknown(format!("answers `{{call}}` with status {status}")).help(IS_IT),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        let at = Address::parse("http://prom").unwrap();
        whole::<Vec<String>>(text.as_bytes()).unwrap_err().trouble(&at, "/api/v1/labels").message
    }

    #[test]
    fn answers() {
        let read = whole::<Vec<String>>(
            br#"{"status":"success","data":["a"],"warnings":["PromQL info: x","store y is away"],"infos":["z"]}"#,
        )
        .unwrap();
        assert_eq!((read.data, read.warnings), (vec!["a".to_owned()], vec!["store y is away".to_owned()]));
        assert!(
            whole::<Vec<String>>(br#"{"status":"success","isPartial":false,"data":[],"warnings":null}"#)
                .is_ok()
        );
    }

    #[test]
    fn what_is_none() {
        for (text, said) in [
            ("<!doctype html><title>Login</title>", "with a page"),
            ("", "with nothing"),
            (r#"{"status":"success","data":["a","#, "half an answer"),
            (r#"{"status":"success"}"#, "without data"),
            (r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#, "query timed out"),
            (r#"{"status":"error","data":7,"error":"odd"}"#, "odd"),
            (r#"{"status":"success","data":{"a":1}}"#, "in a form that is not known (line 1"),
            ("remoteAddr: unsupported path", "not JSON"),
            ("[1]", "in a form that is not known"),
        ] {
            let message = fault(text);
            assert!(
                message.contains(said) && message.starts_with("the server at http://prom "),
                "{text}: {message}"
            );
        }
    }

    #[test]
    fn refusals() {
        for (status, text, authorized, sort, said) in [
            (401, "", false, Sort::Unknown, "wants credentials (401)"),
            (403, "<html>", true, Sort::Unknown, "refuses these credentials (403)"),
            (404, "404 page not found", false, Sort::NotThere, "has no `{call}` (404)"),
            (400, "unsupported path", false, Sort::NotThere, "has no `{call}` (400)"),
            (
                400,
                r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
                false,
                Sort::Refused,
                "parse error",
            ),
            (503, "Service Unavailable", false, Sort::Unknown, "is not ready (503)"),
            (503, r#"{"status":"error","errorType":"timeout","error":"slow"}"#, false, Sort::Unknown, "slow"),
            (429, "", false, Sort::Unknown, "fewer requests"),
            (418, "", false, Sort::Unknown, "status 418"),
        ] {
            let fault = refused(status, text.as_bytes(), authorized);
            assert!(fault.sort == sort && fault.said.contains(said), "{status} {text}: {fault:?}");
        }
    }
}
