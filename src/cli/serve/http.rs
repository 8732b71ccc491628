//! HTTP by hyper on one thread: no client can hold it up, and no number of them.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::site::{Answer, Site, plain};

/// Connections at a time, and as many more that are told so.
const MOST: usize = 64;
/// The header of a request arrives within this time.
const HEADER: Duration = Duration::from_secs(5);
/// A connection lasts no longer: a reader that takes its page byte by byte.
const WHOLE: Duration = Duration::from_secs(30);
/// What a request may say before its body.
const LONGEST: usize = 16 * 1024;
const HEADERS: usize = 64;
/// Waiting for file descriptors: whoever holds them gives them back, or doesn't.
const PAUSE: Duration = Duration::from_millis(100);
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\nRetry-After: 1\r\nConnection: close\r\n\r\ntoo many connections\n";

/// Answers on a thread of its own.
pub(super) fn start(listener: std::net::TcpListener, site: Arc<Mutex<Site>>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let listener = {
        let _inside = runtime.enter();
        TcpListener::from_std(listener)?
    };
    std::thread::Builder::new()
        .name("http".to_owned())
        .spawn(move || runtime.block_on(accept(listener, site)))?;
    Ok(())
}

async fn accept(listener: TcpListener, site: Arc<Mutex<Site>>) {
    // Each connection holds one; those that are refused one of the others.
    let (answered, refused) = (Arc::new(()), Arc::new(()));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        if Arc::strong_count(&answered) <= MOST {
            let (held, site) = (Arc::clone(&answered), Arc::clone(&site));
            tokio::spawn(async move {
                converse(stream, &site).await;
                drop(held);
            });
        } else if Arc::strong_count(&refused) <= MOST {
            let held = Arc::clone(&refused);
            tokio::spawn(async move {
                let _ = timeout(PAUSE * 10, refuse(stream)).await;
                drop(held);
            });
        }
    }
}

/// One request and its answer.
async fn converse(stream: TcpStream, site: &Mutex<Site>) {
    let service = service_fn(|request: Request<Incoming>| {
        let answer = respond(&request, site);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut settings = http1::Builder::new();
    settings.timer(TokioTimer::new()).header_read_timeout(HEADER).keep_alive(false);
    settings.max_buf_size(LONGEST).max_headers(HEADERS);
    let _ = timeout(WHOLE, settings.serve_connection(TokioIo::new(stream), service)).await;
}

/// Tells the client to come again, and reads what it has to say, without which the system would throw the answer away.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(BUSY).await?;
    stream.shutdown().await?;
    let mut rest = [0; 4096];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

fn respond<B>(request: &Request<B>, site: &Mutex<Site>) -> Response<Full<Bytes>> {
    let (status, kind, body) = if !ours(request) {
        // Another site's name that leads here (DNS rebinding) must not read drafts.
        plain(421, "not a name of this machine")
    } else if !matches!(*request.method(), Method::GET | Method::HEAD) {
        plain(405, "only GET and HEAD")
    } else {
        let site = site.lock().unwrap_or_else(PoisonError::into_inner);
        site.answer(request.uri().path())
    } as Answer;
    // Of an answer to HEAD hyper sends all but the body.
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == 405 {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// Was a name of this machine asked for? In the target where it is a whole address, else in the only `Host`.
fn ours<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next().and_then(|h| h.to_str().ok());
    if hosts.next().is_some() {
        return false;
    }
    match request.uri().authority() {
        Some(named) => is_ours(named.as_str()),
        None => host.is_some_and(is_ours),
    }
}

/// With any port: `ssh -L 9000:localhost:8321` and containers give another than the one that is listened on.
fn is_ours(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let port = host.rsplit_once(':').filter(|(name, _)| !name.starts_with('[') || name.ends_with(']'));
    if host.contains('@') || port.is_some_and(|(_, port)| port.parse::<u16>().is_err()) {
        return false;
    }
    let name = authority.host();
    let address = name.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
    name.eq_ignore_ascii_case("localhost")
        || name.eq_ignore_ascii_case("localhost.")
        || name.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || address.and_then(|a| a.parse::<Ipv6Addr>().ok()).is_some_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine() {
        for (host, fine) in [
            ("127.0.0.1:8321", true),
            ("127.1.2.3", true),
            ("localhost:8321", true),
            ("localhost", true),
            ("LocalHost.", true),
            ("localhost.:9000", true),
            ("[::1]", true),
            ("[::1]:8321", true),
            ("", false),
            ("localhost:x", false),
            ("localhost:99999", false),
            ("localhost..", false),
            ("a@localhost", false),
            ("evil.example:8321", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:8321", false),
            ("[::2]:8321", false),
            ("0.0.0.0", false),
            ("192.0.2.1", false),
        ] {
            assert_eq!(is_ours(host), fine, "{host}");
        }
    }

    #[test]
    fn the_target_may_name_the_host() {
        let asked = |uri: &str, hosts: &[&str]| {
            let mut request = Request::new(());
            *request.uri_mut() = uri.parse().unwrap();
            for host in hosts {
                request.headers_mut().append(header::HOST, host.parse().unwrap());
            }
            ours(&request)
        };
        assert!(asked("/", &["localhost"]));
        assert!(!asked("/", &[]));
        assert!(!asked("/", &["localhost", "localhost"]));
        assert!(!asked("http://evil.example/", &["localhost"]));
        assert!(asked("http://localhost:8321/", &["localhost:8321"]));
    }

    #[test]
    fn the_length_of_being_busy() {
        let text = std::str::from_utf8(BUSY).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
}
