//! Answers that are none: each is told in one clear message, nothing is written, and the exit status says that nothing is known.

use std::time::{Duration, Instant};

use serde_json::json;

use super::fake::{Fake, Reply, Request, Shop};
use super::tools::{YAML, folder, run};

fn shop() -> Shop {
    let series = [
        "http_requests_total{job=web,instance=a,code=2xx}",
        "x_bucket{job=web,instance=a,le=1}",
        "x_bucket{job=web,instance=a,le=+Inf}",
        "x_count{job=web,instance=a}",
        "x_sum{job=web,instance=a}",
    ];
    Shop::of(&series, &[("http_requests_total", "counter"), ("x", "histogram")])
}

/// A server that knows its business but for one call.
fn but(path: &'static str, reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Fake {
    let shop = shop();
    Fake::start(
        move |request| if request.path.ends_with(path) { reply(request) } else { shop.answer(request) },
    )
}

/// What both commands say of a server, with the exit status that nothing is known; neither writes anything.
fn unknown(name: &str, fake: &Fake, said: &[&str]) {
    let at = folder(&[YAML]);
    let url = fake.url();
    for args in [
        &["metrics", "snapshot", &url, "-o", "seen.json", "--timeout", "2s"][..],
        &["metrics", "import", &url, "--write", "--timeout", "2s"],
    ] {
        let began = Instant::now();
        let ran = run(at.path(), args);
        assert_eq!(ran.code, 3, "{name}: {ran:?}");
        assert!(began.elapsed() < Duration::from_secs(90), "{name}: {:?}", began.elapsed());
        for text in said {
            assert!(ran.said().contains(text), "{name}: `{text}`: {ran:?}");
        }
        assert!(ran.err.contains("request"), "{name}: how often it was asked: {ran:?}");
        assert!(ran.err.len() < 2_000, "{name}: {ran:?}");
    }
    assert_eq!(std::fs::read_dir(at.path()).unwrap().count(), 1, "{name}: something was written");
}

#[test]
fn what_is_no_answer() {
    let vector = "/api/v1/query";
    let page = "<!doctype html><title>Log in</title>";
    let half = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"#;
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{half}");
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"st\r\n".to_owned();
    let header = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(1_000_000));
    let cases: Vec<(&str, Reply, &[&str])> = vec![
        ("a page", Reply::text(200, page), &["with a page, not with data", "is it the address of"]),
        ("half of the JSON", Reply::text(200, half), &["half an answer"]),
        ("cut off", Reply::Raw(cut.into_bytes()), &["ends in the middle"]),
        ("cut off in pieces", Reply::Raw(chunked.into_bytes()), &["ends in the middle"]),
        ("nothing", Reply::text(200, ""), &["with nothing"]),
        (
            "another JSON",
            Reply::text(200, r#"{"status":"success","data":[7]}"#),
            &["in a form that is not known"],
        ),
        (
            "an empty list",
            Reply::text(200, r#"{"status":"success","data":[]}"#),
            &["in a form that is not known"],
        ),
        ("401", Reply::text(401, page), &["wants credentials (401)", "--http-config"]),
        ("403", Reply::text(403, ""), &["wants credentials (403)"]),
        ("404", Reply::text(404, "404 page not found"), &["has no `/api/v1/query` (404)"]),
        ("429", Reply::text(429, ""), &["fewer requests"]),
        ("503", Reply::text(503, "Service Unavailable"), &["is not ready (503)"]),
        (
            "refused",
            Reply::Whole(
                422,
                vec![],
                r#"{"status":"error","errorType":"execution","error":"too many samples"}"#.to_owned(),
            ),
            &["does not answer `/api/v1/query`: too many samples"],
        ),
        ("no HTTP", Reply::Raw(b"\x15\x03\x01\x00\x02\x02\x16".to_vec()), &["does not answer as HTTP says"]),
        ("a header of a megabyte", Reply::Raw(header.into_bytes()), &["does not answer as HTTP says"]),
        ("silence", Reply::Silence, &["no whole answer within 2 s", "--timeout"]),
        (
            "a byte now and then",
            Reply::Drip(
                b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".to_vec(),
                b" ".to_vec(),
                Duration::from_millis(100),
            ),
            &["no whole answer within 2 s"],
        ),
        (
            "without end",
            Reply::Drip(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b' '; 1 << 20], Duration::ZERO),
            &["answers more than 8 MiB"],
        ),
    ];
    for (name, reply, said) in cases {
        unknown(name, &but(vector, move |_| reply.clone()), said);
    }
}

/// A list that is missing in the middle of the work is no empty list.
#[test]
fn every_call_counts() {
    for path in ["/label/__name__/values", "/series", "/metadata", "/query"] {
        let fake = but(path, |request| {
            let first = request.field("query") == "vector(1)";
            if first { shop().answer(request) } else { Reply::text(500, "") }
        });
        unknown(path, &fake, &["is not ready (500)"]);
    }
    let empty = Shop::default();
    unknown(
        "no series",
        &Fake::start(move |request| empty.answer(request)),
        &["has no series in the last hour"],
    );
}

#[test]
fn nobody_is_there() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let at = folder(&[]);
    let ran = run(at.path(), &["metrics", "import", &format!("http://127.0.0.1:{port}")]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""), "{ran:?}");
    assert!(ran.said().contains("cannot be reached: connection refused"), "{ran:?}");
    let ran = run(at.path(), &["metrics", "import", "http://no-such-host.invalid"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}

/// What the server warns of is missing from its answer: it is shown, and nothing is written.
#[test]
fn half_an_answer_is_not_written() {
    let fake = but("/label/__name__/values", |_| {
        let warnings = json!(["PromQL info: fine", "store eu\u{1b}[2J is away"]);
        Reply::json(&json!({"status": "success", "data": ["http_requests_total"], "warnings": warnings}))
    });
    unknown("a warning", &fake, &["the server warns: store eu[2J is away", "nothing is written"]);
    let at = folder(&[]);
    let ran = run(at.path(), &["metrics", "import", &fake.url()]);
    assert!(ran.out.contains("metric http_requests_total: counter"), "{ran:?}");
    assert!(!ran.err.contains("PromQL info") && !ran.err.contains('\u{1b}'), "{ran:?}");
}

/// Redirects to the same origin are followed; any other is an error that names what to write.
#[test]
fn redirects() {
    let moved = |status: u16| {
        let shop = shop();
        Fake::start(move |request| {
            if let Some(path) = request.path.strip_prefix("/prom") {
                let there = Request { path: path.to_owned(), ..request.clone() };
                return shop.answer(&there);
            }
            let fields: Vec<String> =
                request.fields.iter().map(|(n, v)| format!("{n}={}", v.replace('"', "%22"))).collect();
            let asks = request.method == "GET" && !fields.is_empty();
            let fields = if asks { format!("?{}", fields.join("&")) } else { String::new() };
            Reply::to(status, &format!("/prom{}{fields}", request.path))
        })
    };
    let at = folder(&[]);
    for status in [301, 302, 307, 308] {
        let fake = moved(status);
        let ran = run(at.path(), &["metrics", "import", &fake.url()]);
        assert!(ran.code == 0 && ran.out.contains("metric x: histogram"), "{status}: {ran:?}");
    }
    let other = Fake::start(|_| Reply::text(500, ""));
    let there = other.url();
    let to = there.clone();
    let fake = Fake::start(move |request| Reply::to(301, &format!("{to}/base{}?a=hunter2", request.path)));
    unknown(
        "another origin",
        &fake,
        &[&format!("write `{there}/base`"), "credentials go to one origin only"],
    );
    let to = there.clone();
    let login = Fake::start(move |_| Reply::to(302, &format!("{to}/login?back=hunter2")));
    unknown("a login", &login, &[&format!("redirects to {there}"), "is it a page to log in?"]);
    unknown("no address", &Fake::start(|_| Reply::to(302, "http://u:hunter2@x/")), &["not an address"]);
    unknown("a circle", &Fake::start(|request| Reply::to(302, &request.path)), &["in a circle"]);
    assert_eq!(other.asked().len(), 0, "another origin was asked");
    for fake in [&fake, &login] {
        let ran = run(at.path(), &["metrics", "import", &fake.url()]);
        assert!(!ran.said().contains("hunter2"), "{ran:?}");
    }
}

/// A server that takes no POST is asked with GET.
#[test]
fn without_post() {
    let shop = shop();
    let fake =
        Fake::start(
            move |request| {
                if request.method == "POST" { Reply::text(405, "") } else { shop.answer(request) }
            },
        );
    let ran = run(folder(&[]).path(), &["metrics", "import", &fake.url()]);
    assert!(ran.code == 0 && ran.out.contains("buckets 1"), "{ran:?}");
    let posts = fake.asked().iter().filter(|r| r.method == "POST").count();
    assert_eq!(posts, 1, "it is tried once");
}

/// What cannot be asked at all is the user's to mend: exit status 2.
#[test]
fn usage() {
    let at = folder(&[("other.json", "{\"a\": 1}"), ("spec.prom", "# TYPE x gauge\nx 1\n")]);
    for (args, said) in [
        (&["import", "http://u:hunter2@localhost:1"][..], "holds a user name or a password"),
        (&["import", "ftp://localhost"], "neither http nor https"),
        (&["import", "http://localhost:1/?x=hunter2"], "goes on behind"),
        (&["import", "http://localhost:1", "spec.prom"], "a server is imported alone"),
        (&["import", "spec.prom", "--job", "x"], "options of a server"),
        (&["import", "http://localhost:1", "--job", "("], "`--job` is not a regular expression"),
        (&["import", "http://localhost:1", "--timeout", "0s"], "it takes a duration"),
        (&["snapshot", "http://localhost:1", "-o", "other.json"], "is not a snapshot"),
        (&["snapshot", "localhost:1", "-o", "x.json"], "says neither http:// nor https://"),
        (&["snapshot", "http://localhost:1", "-o", "x.json", "--only-used"], "no `slovo.yaml`"),
    ] {
        let ran = run(at.path(), &[&["metrics"], args].concat());
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.said().contains(said) && !ran.said().contains("hunter2"), "{args:?}: {ran:?}");
    }
    assert_eq!(std::fs::read_to_string(at.path().join("other.json")).unwrap(), "{\"a\": 1}");
}
