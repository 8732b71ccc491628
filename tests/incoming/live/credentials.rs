//! Credentials go to one origin and into no message, whatever a server says.

use serde_json::json;

use super::fake::{Fake, Reply, Shop};
use super::tools::{YAML, command, folder, ran, run};

/// Long enough to be a token, short enough to be a password, one with what JSON, addresses and Go quote.
const TOKEN: &str = "tok-0123456789-abcdef";
const PASSWORD: &str = "hunter2";
const HEADER: &str = "key/\"q\"&%s\\é-x";

fn files() -> tempfile::TempDir {
    let basic = format!("basic_auth: {{username: shop, password: {PASSWORD}}}\n");
    folder(&[YAML, ("token", TOKEN), ("basic.yml", &basic)])
}

/// All that was printed, written or left behind holds none of them.
fn nothing_leaks(name: &str, at: &tempfile::TempDir, said: &str) {
    let mut all = said.to_owned();
    for entry in std::fs::read_dir(at.path()).unwrap() {
        let path = entry.unwrap().path();
        if !path.ends_with("token") && !path.ends_with("basic.yml") {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    // `c2hvcDpodW50ZXIy` is `shop:hunter2`.
    for secret in [TOKEN, PASSWORD, HEADER, "c2hvcDpodW50ZXIy", "key%2F%22q%22", "key/\\\"q\\\""] {
        assert!(!all.contains(secret), "{name}: {secret}: {all}");
    }
}

#[test]
fn what_is_sent() {
    let shop = Shop::of(&["x{job=a}"], &[("x", "gauge")]);
    let fake = Fake::start(move |request| shop.answer(request));
    let at = files();
    let args = ["metrics", "import", &fake.url(), "--token-file", "token", "--header", "X-Scope-OrgID: shop"];
    let said = run(at.path(), &args);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(fake.asked().len() > 3);
    for request in fake.asked() {
        assert_eq!(request.header("authorization"), format!("Bearer {TOKEN}"));
        assert_eq!(request.header("x-scope-orgid"), "shop");
    }
    let said = run(at.path(), &["metrics", "import", &fake.url(), "--http-config", "basic.yml"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(fake.asked().last().unwrap().header("authorization"), "Basic c2hvcDpodW50ZXIy");
    let both = ["metrics", "import", &fake.url(), "--http-config", "basic.yml", "--token-file", "token"];
    let said = run(at.path(), &both);
    assert!(said.code == 2 && said.said().contains("given already"), "{said:?}");
}

/// Servers that give back, in each place where a message is made of what they say, what they were sent.
#[test]
fn what_comes_back_is_not_shown() {
    type Echo = fn(&str) -> Reply;
    let echoes: [(&str, Echo); 9] = [
        ("an error", |all| {
            Reply::Whole(
                400,
                vec![],
                json!({"status": "error", "errorType": "bad_data", "error": all}).to_string(),
            )
        }),
        ("an error of 200", |all| Reply::json(&json!({"status": "error", "error": all}))),
        ("a page", |all| Reply::text(200, &format!("<p>{all}</p>"))),
        ("a refusal", |all| Reply::text(403, all)),
        ("a text", |all| Reply::text(200, all)),
        ("a redirect", |all| {
            Reply::to(302, &format!("http://other.invalid/{}", all.replace(['"', ' ', '\\'], "_")))
        }),
        ("a warning", |all| {
            Reply::json(&json!({"status": "success", "warnings": [all], "data":
                {"resultType": "vector", "result": [{"metric": {}, "value": [1.7e9, "1"]}]}}))
        }),
        ("a key of JSON", |all| Reply::json(&json!({"status": "success", "data": {all: 1, "result": all}}))),
        ("a status line", |all| Reply::Raw(format!("HTTP/1.1 {all}\r\n\r\n").into_bytes())),
    ];
    for (name, echo) in echoes {
        let shop = Shop::of(&["x{job=a}"], &[("x", "gauge")]);
        let fake = Fake::start(move |request| {
            let sent: Vec<&str> = ["authorization", "x-key"]
                .iter()
                .map(|h| request.header(h))
                .filter(|t| !t.is_empty())
                .collect();
            if request.path.ends_with("/query") { echo(&sent.join(" ")) } else { shop.answer(request) }
        });
        for credentials in [["--token-file", "token"], ["--http-config", "basic.yml"]] {
            let at = files();
            let header = format!("X-Key: {HEADER}");
            let url = fake.url();
            for verb in [&["snapshot", &url, "-o", "seen.json"][..], &["import", &url, "--write"]] {
                let args = [&["metrics"], verb, &credentials, &["--header", &header]].concat();
                let said = run(at.path(), &args);
                assert_eq!(said.code, 3, "{name}: {said:?}");
                nothing_leaks(name, &at, &said.said());
            }
        }
        let all = fake.asked();
        assert!(all.iter().any(|r| r.header("x-key") == HEADER), "{name}: it was not sent");
    }
}

/// In data too: as a name, a label, a value, a help text.
#[test]
fn what_comes_back_is_not_written() {
    let places: [fn(&mut serde_json::Value, &str); 2] = [
        |series, token| series[0]["route"] = json!(token),
        |series, token| series[0][format!("l_{token}")] = json!("x"),
    ];
    for place in places {
        let shop = Shop::of(&["x{job=a}"], &[("x", "gauge")]);
        let fake = Fake::start(move |request| {
            let token = request.header("authorization").replace("Bearer ", "");
            if request.path.ends_with("/series") {
                let mut series = json!([{"__name__": "x", "job": "a"}]);
                place(&mut series, &token);
                return Reply::data(&series);
            }
            shop.answer(request)
        });
        let at = files();
        for verb in [&["snapshot", &fake.url(), "-o", "seen.json"][..], &["import", &fake.url(), "--write"]] {
            let said = run(at.path(), &[&["metrics"], verb, &["--token-file", "token"]].concat());
            assert_eq!(said.code, 3, "{said:?}");
            assert!(said.said().contains("gives back the credentials"), "{said:?}");
            nothing_leaks("data", &at, &said.said());
        }
    }
}

/// A token of the environment says to whom it may be sent.
#[test]
fn a_token_of_the_environment() {
    let shop = Shop::of(&["x{job=a}"], &[("x", "gauge")]);
    let fake = Fake::start(move |request| shop.answer(request));
    let at = files();
    let with = |origin: Option<&str>| {
        let mut command = command(at.path(), &["metrics", "import", &fake.url()]);
        command.env("SLOVO_TOKEN", TOKEN);
        if let Some(origin) = origin {
            command.env("SLOVO_ORIGIN", origin);
        }
        ran(command)
    };
    let sent = || fake.asked().last().map(|r| r.header("authorization").to_owned());
    let said = with(None);
    assert!(said.code == 2 && said.said().contains("SLOVO_ORIGIN is not"), "{said:?}");
    assert_eq!(sent(), None);
    for other in ["https://127.0.0.1", "http://localhost:1", "https://prometheus.example"] {
        let said = with(Some(other));
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.said().contains("and is not sent to http://127.0.0.1:"), "{said:?}");
        assert_eq!(sent().as_deref(), Some(""));
        nothing_leaks(other, &at, &said.said());
    }
    let said = with(Some(&format!("{}/any/path", fake.url())));
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(sent(), Some(format!("Bearer {TOKEN}")));
}

/// Files with a mistake are told by key and line.
#[test]
fn files_that_cannot_be_read() {
    let at = files();
    std::fs::write(at.path().join("wrong.yml"), format!("authorization:\n  credential: {PASSWORD}\n"))
        .unwrap();
    std::fs::write(at.path().join("huge"), "x".repeat(2_000_000)).unwrap();
    for (args, said) in [
        (["--http-config", "wrong.yml"], "(line 2)"),
        (["--http-config", "gone.yml"], "cannot be read"),
        (["--token-file", "huge"], "more than a million bytes"),
        (["--token-file", "."], "cannot be read"),
        (["--header", "hunter2"], "is written as `Name: value`"),
        (["--header", "Host: hunter2"], "writes itself"),
    ] {
        let ran = run(at.path(), &[&["metrics", "import", "http://127.0.0.1:1"][..], &args].concat());
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.said().contains(said), "{args:?}: {ran:?}");
        assert!(!ran.said().contains(PASSWORD), "{args:?}: {ran:?}");
    }
}
