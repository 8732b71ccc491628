//! What a running server knows: the query API of Prometheus, as Prometheus, Mimir, Thanos and `VictoriaMetrics` answer it.
//!
//! ```text
//! Access   -> Client          what is sent with each request, and to which origin: credentials, certificates, a proxy
//! Client   -> api             one request each; bounded in bytes and time; what is not a whole answer is a Trouble
//! api      -> stored          families of metrics as a server stores them, for the catalogue
//! stored   -> snapshot        the same as a small file, to check against without a network; `asked` adds what a project selects
//! ```
//!
//! Only the commands that are given an address open a connection. A secret is never part of a message: [`Secret`] has no way to be
//! printed, and what a server says is searched for secrets before it is shown.

mod access;
mod address;
mod api;
mod asked;
mod bounds;
mod client;
mod http_config;
mod interval;
mod native;
mod reply;
mod secret;
mod snapshot;
mod stored;
mod trouble;

pub use access::{Access, Reader};
pub use address::Address;
pub use client::{Client, Limits};
pub use interval::Interval;
pub use secret::Secret;
pub use stored::{Known, Selection, Stored};
pub use trouble::{Sort, Trouble};
