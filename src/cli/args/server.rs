//! The options of commands that ask a server.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::value::Duration;

/// Which part of a server is asked for, and how it is reached.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(in crate::cli) struct Server {
    /// Only series whose job, as a whole, matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub(in crate::cli) job: Option<String>,
    /// Only series whose name, as a whole, matches this regular expression
    #[arg(long, value_name = "REGEX")]
    pub(in crate::cli) select: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) connection: Connection,
}

/// How a server is reached.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(in crate::cli) struct Connection {
    /// Credentials, certificates and a proxy, as promtool's `--http.config.file` has them
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) http_config: Option<PathBuf>,
    /// A header to send with each request, such as `X-Scope-OrgID: shop`
    #[arg(long = "header", value_name = "NAME: VALUE")]
    pub(in crate::cli) headers: Vec<String>,
    /// A token for `Authorization: Bearer`, from this file; or `SLOVO_TOKEN`, for the origin that `SLOVO_ORIGIN` names
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) token_file: Option<PathBuf>,
    /// How long an answer may take; all of them may take twenty times as long [default: 30s]
    #[arg(long, value_name = "DURATION", value_parser = parse_timeout)]
    pub(in crate::cli) timeout: Option<Duration>,
}

impl Server {
    /// Is anything said?
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.job.is_some() || self.select.is_some() || self.connection.is_given()
    }
}

impl Connection {
    /// Is anything said?
    pub(in crate::cli) fn is_given(&self) -> bool {
        self.http_config.is_some()
            || !self.headers.is_empty()
            || self.token_file.is_some()
            || self.timeout.is_some()
    }
}

fn parse_timeout(text: &str) -> Result<Duration, String> {
    let read =
        Duration::parse(text).filter(|d| (Duration::from_millis(100)..=Duration::from_hours(1)).contains(d));
    read.ok_or_else(|| "it takes a duration from 100ms to 1h, such as 30s".to_owned())
}
