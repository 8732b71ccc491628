//! One client for every engine: bounded in bytes, time and requests, with redirects that stay where the credentials belong.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use ureq::http::{Response, StatusCode};
use ureq::{Agent, Body};

use super::access::Access;
use super::address::Address;
use super::reply::{self, Whole};
use super::trouble::{Sort, Trouble, said};

mod setup;

/// How much a server may say, and how long it may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte that is sent to the last one that is read.
    pub answer: Duration,
    /// All answers of a command together.
    pub whole: Duration,
    /// One answer.
    pub bytes: u64,
    /// Requests of a command.
    pub requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(30),
            whole: Duration::from_secs(600),
            bytes: 64 * 1024 * 1024,
            requests: 5_000,
        }
    }
}

/// Redirects of one request.
const HOPS: usize = 5;
/// What is read of an answer that says no.
const REFUSAL: u64 = 64 * 1024;
/// Warnings that are kept.
const WARNINGS: usize = 10;

/// How a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Fields in the address.
    Get,
    /// Fields in a form; as `Get` where the server takes no `POST`.
    Post,
}

/// Asks one server.
pub struct Client {
    agent: Agent,
    address: Address,
    access: Access,
    limits: Limits,
    until: Instant,
    asked: Cell<usize>,
    get_only: Cell<bool>,
    half: RefCell<BTreeSet<String>>,
}

impl Client {
    /// A client for this address; what `access` holds is sent nowhere else.
    pub fn new(address: Address, mut access: Access, limits: Limits) -> Result<Self, Trouble> {
        let agent = setup::agent(&address, &mut access)?;
        Ok(Self {
            agent,
            address,
            access,
            limits,
            until: Instant::now() + limits.whole,
            asked: Cell::new(0),
            get_only: Cell::new(false),
            half: RefCell::new(BTreeSet::new()),
        })
    }

    /// Where the server is.
    pub fn address(&self) -> &Address {
        &self.address
    }
    /// How many requests were sent.
    pub fn asked(&self) -> usize {
        self.asked.get()
    }
    /// What the server warned of: its answers are not whole.
    pub fn warnings(&self) -> Vec<String> {
        self.half.borrow().iter().cloned().collect()
    }
    /// The data of an answer. Warnings are left to the caller.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        how: How,
        call: &str,
        fields: &[(&str, &str)],
        most: u64,
    ) -> Result<Whole<T>, Trouble> {
        let bytes = self.bytes(how, call, fields, most.min(self.limits.bytes))?;
        // It would be printed with what is made of the answer, and be committed.
        if self.access.secrets.betrayed(&bytes) {
            return Err(Trouble::unknown(format!(
                "the server at {} gives back the credentials that it was sent: its answer is not used",
                self.address
            )));
        }
        reply::whole(&bytes).map_err(|fault| self.clean(fault.trouble(&self.address, call)))
    }

    /// Takes warnings as what they are: the answer lacks something.
    pub(super) fn note(&self, warnings: Vec<String>) {
        let mut half = self.half.borrow_mut();
        for warning in warnings {
            if half.len() < WARNINGS {
                half.insert(self.access.secrets.strip(&said(&warning)));
            }
        }
    }

    /// The bytes of a whole answer that says yes.
    fn bytes(&self, how: How, call: &str, fields: &[(&str, &str)], most: u64) -> Result<Vec<u8>, Trouble> {
        let mut url = self.address.call(call);
        let mut bare = false;
        for _ in 0..=HOPS {
            let post = how == How::Post && !self.get_only.get() && !bare;
            let mut response = self.send(post, &url, if bare { &[] } else { fields })?;
            let status = response.status();
            if status.is_success() {
                return self.body(&mut response, most);
            }
            if status == StatusCode::METHOD_NOT_ALLOWED && post {
                self.get_only.set(true);
                continue;
            }
            if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
                let location =
                    response.headers().get("location").and_then(|l| l.to_str().ok()).unwrap_or_default();
                let next = self.redirected(&url, location, call)?;
                // What is sent on by 303 is asked for as it stands there; so is an address that has fields already.
                bare = status == StatusCode::SEE_OTHER || next.contains('?');
                url = next;
                continue;
            }
            let refusal = self.body(&mut response, REFUSAL).unwrap_or_default();
            let trouble = reply::refused(status.as_u16(), &refusal, self.access.is_authorized());
            return Err(self.clean(trouble.trouble(&self.address, call)));
        }
        Err(Trouble::unknown(format!("the server at {} redirects in a circle", self.address)))
    }

    /// Where a redirect leads, if that is the same origin.
    fn redirected(&self, from: &str, location: &str, call: &str) -> Result<String, Trouble> {
        let at = &self.address;
        let Some((to, whole)) = at.follow(from, location) else {
            return Err(self.clean(Trouble::unknown(format!(
                "the server at {at} redirects to something that is not an address"
            ))));
        };
        if self.access.follow && at.same_origin(&to) {
            return Ok(whole);
        }
        let trouble = match to.without_call(call) {
            Some(other) => Trouble::unknown(format!(
                "the server at {at} redirects to {other}, and credentials go to one origin only"
            ))
            .help(format!("if that is the server you mean, write `{other}`")),
            None => Trouble::unknown(format!("the server at {at} redirects to {}", to.origin())).help(
                "is it a page to log in? `--http-config`, `--token-file` and `--header` give credentials",
            ),
        };
        Err(self.clean(trouble))
    }

    fn send(&self, post: bool, url: &str, fields: &[(&str, &str)]) -> Result<Response<Body>, Trouble> {
        if self.asked.get() >= self.limits.requests {
            return Err(Trouble::new(
                Sort::TooMuch,
                format!("more than {} requests would be needed", self.limits.requests),
            )
            .take_a_part());
        }
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.late(self.limits.whole));
        }
        self.asked.set(self.asked.get() + 1);
        let time = Some(left.min(self.limits.answer));
        let sent = if post {
            let mut request = self.agent.post(url).config().timeout_global(time).build();
            for (name, value) in self.access.headers() {
                request = request.header(name, value);
            }
            request.send_form(fields.iter().copied())
        } else {
            let mut request = self.agent.get(url).config().timeout_global(time).build();
            for (name, value) in self.access.headers() {
                request = request.header(name, value);
            }
            request.query_pairs(fields.iter().copied()).call()
        };
        sent.map_err(|error| self.failed(&error))
    }

    fn body(&self, response: &mut Response<Body>, most: u64) -> Result<Vec<u8>, Trouble> {
        let read = response.body_mut().with_config().limit(most).read_to_vec();
        read.map_err(|error| {
            if !matches!(error, ureq::Error::BodyExceedsLimit(_)) {
                return self.failed(&error);
            }
            let most = most.div_ceil(1024 * 1024);
            Trouble::new(
                Sort::TooMuch,
                format!("the server at {} answers more than {most} MiB", self.address),
            )
            .take_a_part()
        })
    }

    fn late(&self, time: Duration) -> Trouble {
        Trouble::unknown(format!(
            "the server at {} gives no whole answer within {} s",
            self.address,
            time.as_secs_f64()
        ))
        .help("`--timeout` allows more time for an answer, and twenty times that for all of them")
    }

    /// Why a request came to nothing.
    #[allow(clippy::wildcard_enum_match_arm, reason = "the enumeration may grow")]
    fn failed(&self, error: &ureq::Error) -> Trouble {
        let at = &self.address;
        let trouble = match error {
            ureq::Error::Timeout(_) => {
                let over = Instant::now() >= self.until;
                self.late(if over { self.limits.whole } else { self.limits.answer })
            }
            ureq::Error::BodyStalled => {
                Trouble::unknown(format!("the answer of the server at {at} ends in the middle"))
            }
            ureq::Error::HostNotFound => Trouble::unknown(format!("the host of {at} is not known")),
            ureq::Error::Rustls(why) => insecure(at, why),
            ureq::Error::Io(why) => match why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(inner) => insecure(at, inner),
                None if why.kind() == std::io::ErrorKind::UnexpectedEof => {
                    Trouble::unknown(format!("the answer of the server at {at} ends in the middle"))
                }
                None if why.kind() == std::io::ErrorKind::TimedOut => self.late(self.limits.answer),
                None => Trouble::unknown(format!(
                    "the server at {at} cannot be reached: {}",
                    why.to_string().to_lowercase()
                )),
            },
            ureq::Error::ConnectProxyFailed(_) | ureq::Error::InvalidProxyUrl => {
                Trouble::unknown(format!("the proxy on the way to {at} refuses"))
                    .help("it is named by `proxy_url` of the HTTP configuration, or by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY")
            }
            ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
                Trouble::unknown(format!("what is at {at} does not answer as HTTP says"))
                    .help("is it https where http is written, or the other way round?")
            }
            other => Trouble::unknown(format!("the server at {at} cannot be asked: {other}")),
        };
        self.clean(trouble)
    }

    /// Without anything that was sent in secret.
    fn clean(&self, mut trouble: Trouble) -> Trouble {
        trouble.message = self.access.secrets.strip(&trouble.message);
        trouble.help = trouble.help.map(|help| self.access.secrets.strip(&help));
        trouble
    }
}

/// A connection that cannot be trusted.
fn insecure(at: &Address, why: &rustls::Error) -> Trouble {
    let trouble =
        Trouble::unknown(format!("the connection to {at} cannot be trusted: {}", said(&why.to_string())));
    if matches!(why, rustls::Error::InvalidCertificate(_)) {
        return trouble.help("`tls_config` of the file that `--http-config` names takes a `ca_file`");
    }
    trouble
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("address", &self.address)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
