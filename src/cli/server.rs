//! The server that a command asks, as the command line, the environment and files say.

use std::io::Read;
use std::path::Path;

use super::args::{Connection, Server};
use super::screen::Screen;
use super::{Failure, Status, plural};
use crate::live::{Access, Address, Client, Limits, Secret, Selection, Sort, Trouble};

/// The largest file with a secret, certificates or an HTTP configuration.
const LARGEST: u64 = 1024 * 1024;
/// All answers together may take so many times what one may.
const ALL: u32 = 20;
/// A token, and the origin that it is for.
const TOKEN: (&str, &str) = ("SLOVO_TOKEN", "SLOVO_ORIGIN");

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        let status = match trouble.sort {
            Sort::Given => Status::Failed,
            Sort::Unknown | Sort::Odd | Sort::TooMuch | Sort::NotThere | Sort::Refused => Status::Unknown,
        };
        Self { message: trouble.message, help: trouble.help, status }
    }
}

/// A client for an address. Credentials go to its origin, and to no other.
pub(super) fn client(
    options: &Connection,
    url: &str,
    start: &Path,
    screen: &Screen,
) -> Result<Client, Failure> {
    let address = Address::parse(url)?;
    let mut access = Access::default();
    let read = |path: &Path| read_within(path);
    if let Some(file) = &options.http_config {
        access.config_file(&start.join(file), &read)?;
    }
    for header in &options.headers {
        access.header(header)?;
    }
    if let Some(file) = &options.token_file {
        access.token_file(&start.join(file), &read)?;
    }
    environment(&address, &mut access, screen)?;
    if access.is_insecure() {
        screen.say("certificates are not verified: `insecure_skip_verify` of the HTTP configuration says so");
    }
    let mut limits = Limits::default();
    if let Some(time) = options.timeout {
        limits.answer = std::time::Duration::from_micros(time.as_micros());
        limits.whole = limits.answer * ALL;
    }
    Ok(Client::new(address, access, limits)?)
}

/// A token of the environment, which says for whom it is.
fn environment(address: &Address, access: &mut Access, screen: &Screen) -> Result<(), Failure> {
    let of = |name: &str| std::env::var(name).ok().filter(|text| !text.trim().is_empty());
    let Some(token) = of(TOKEN.0) else { return Ok(()) };
    let Some(origin) = of(TOKEN.1) else {
        return Err(Failure::new(format!("{} is set, and {} is not", TOKEN.0, TOKEN.1))
            .help(format!("{} says to whom the token may be sent: `https://prometheus.example`", TOKEN.1)));
    };
    let Ok(meant) = Address::parse(origin.trim()) else {
        return Err(Failure::new(format!("{} is not an address", TOKEN.1))
            .help("it is written as `https://prometheus.example`"));
    };
    if !meant.same_origin(address) {
        screen.say(&format!(
            "{} is for {}, and is not sent to {}",
            TOKEN.0,
            meant.origin(),
            address.origin()
        ));
        return Ok(());
    }
    if access.is_authorized() {
        screen.say(&format!("{} is not sent: other credentials are given", TOKEN.0));
        return Ok(());
    }
    Ok(access.token(&Secret::new(token.trim()), TOKEN.0)?)
}

/// A file up to a bound. A pipe is fine.
fn read_within(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(std::io::Error::other("it has more than a million bytes"));
    }
    Ok(bytes)
}

/// What is asked for.
pub(super) fn selection(options: &Server) -> Result<Selection, Failure> {
    Ok(Selection { job: options.job.clone(), select: options.select.clone() }.checked()?)
}

/// How often a server was asked, and what it warned of. Is all of it there?
pub(super) fn tell(client: &Client, screen: &Screen) -> bool {
    screen.say(&format!("{} to {}", plural(client.asked(), "request"), client.address()));
    let warnings = client.warnings();
    for warning in &warnings {
        screen.say(&format!("the server warns: {warning}"));
    }
    if !warnings.is_empty() {
        screen.say("its answers may lack something, so nothing is written");
    }
    warnings.is_empty()
}
