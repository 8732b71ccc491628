//! TLS, a client's certificate and a password, as a real Prometheus asks for them; and a proxy.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

use super::engines::Running;
use super::fake::{Fake, Shop};
use super::tools::{YAML, folder, run, there};
use crate::bench::http::free_port;

/// `hunter2-of-the-shop`, as bcrypt has it.
const HASH: &str = "$2b$05$abcdefghijklmnopqrstuumACmWKMUPXDZ10N1ccqGTgMvu/4NsOa";

/// Certificates of one's own: an authority, the server's and a client's.
fn certificates(folder: &Path) {
    let openssl = |args: &str| {
        let ran = Command::new("openssl").args(args.split(' ')).current_dir(folder).output().unwrap();
        assert!(ran.status.success(), "{args}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem");
    for who in ["server", "client"] {
        openssl(&format!("req -newkey rsa:2048 -nodes -subj /CN={who} -keyout {who}.key -out {who}.csr"));
        openssl(&format!(
            "x509 -req -in {who}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {who}.pem"
        ));
    }
}

#[test]
fn a_server_that_asks_who_is_there() {
    if !there(&["prometheus", "openssl"]) {
        return;
    }
    let at = folder(&[
        YAML,
        ("prometheus.yml", "global: {scrape_interval: 1s}\n"),
        (
            "web.yml",
            &format!(
                "tls_server_config: {{cert_file: server.pem, key_file: server.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: ca.pem}}\n\
                 basic_auth_users: {{shop: '{HASH}'}}\n"
            ),
        ),
    ]);
    certificates(at.path());
    let port = free_port();
    let own = format!(
        "scrape_configs: [{{job_name: own, scheme: https, static_configs: [{{targets: ['127.0.0.1:{port}']}}], tls_config: {{ca_file: ca.pem, \
         cert_file: client.pem, key_file: client.key}}, basic_auth: {{username: shop, password: hunter2-of-the-shop}}}}]\n\
         global: {{scrape_interval: 1s}}\n"
    );
    std::fs::write(at.path().join("prometheus.yml"), own).unwrap();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let args =
        ["--config.file=prometheus.yml", "--web.config.file=web.yml", "--storage.tsdb.path=data", &listen];
    let _running = Running::start(Path::new("prometheus"), &args, at.path());
    let url = format!("https://127.0.0.1:{port}");
    let with = |config: &str| {
        std::fs::write(at.path().join("http.yml"), config).unwrap();
        run(at.path(), &["metrics", "snapshot", &url, "-o", "seen.json", "--http-config", "http.yml"])
    };
    let all = "tls_config: {ca_file: ca.pem, cert_file: client.pem, key_file: client.key}\n";
    let password = "basic_auth: {username: shop, password: hunter2-of-the-shop}\n";
    let began = std::time::Instant::now();
    // It begins to listen, and to scrape itself.
    let seen = loop {
        let seen = with(&format!("{all}{password}"));
        if seen.code == 0 {
            break seen;
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(120), "{seen:?}");
        std::thread::sleep(std::time::Duration::from_millis(300));
    };
    assert!(seen.err.contains("wrote "), "{seen:?}");
    std::fs::remove_file(at.path().join("seen.json")).unwrap();
    for (config, code, said) in [
        (all.to_owned(), 3, "refuses these credentials (401)"),
        (
            format!("{all}basic_auth: {{username: shop, password: hunter2-wrong}}\n"),
            3,
            "refuses these credentials (401)",
        ),
        (password.to_owned(), 3, "cannot be trusted"),
        ("tls_config: {ca_file: client.pem}\n".to_owned(), 3, "cannot be trusted"),
        (format!("tls_config: {{ca_file: ca.pem}}\n{password}"), 3, ""),
        (
            "tls_config: {ca_file: ca.pem, cert_file: client.pem, key_file: server.key}\n".to_owned(),
            2,
            "do not belong together",
        ),
        (
            "tls_config: {ca_file: ca.pem, cert_file: client.pem, key_file: ca.pem}\n".to_owned(),
            2,
            "not a private key",
        ),
        ("tls_config: {ca_file: gone.pem}\n".to_owned(), 2, "cannot be read"),
    ] {
        let seen = with(&config);
        assert_eq!(seen.code, code, "{config}: {seen:?}");
        assert!(seen.said().contains(said) && !seen.said().contains("hunter2"), "{config}: {seen:?}");
        assert!(!at.path().join("seen.json").exists(), "{config}");
    }
    let careless = format!(
        "tls_config: {{insecure_skip_verify: true, cert_file: client.pem, key_file: client.key}}\n{password}"
    );
    let seen = with(&careless);
    assert!(seen.code == 0 && seen.err.contains("certificates are not verified"), "{seen:?}");
    let plain = run(at.path(), &["metrics", "import", &format!("http://127.0.0.1:{port}")]);
    assert_eq!(plain.code, 3, "{plain:?}");
}

/// A proxy that is named is asked for the way; this machine is reached without those of the environment.
#[test]
fn a_proxy() {
    let shop = Shop::of(&["x{job=a}"], &[("x", "gauge")]);
    let fake = Fake::start(move |request| shop.answer(request));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = listener.local_addr().unwrap();
    let behind = fake.port;
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&seen);
    std::thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && client.read(&mut byte).is_ok_and(|n| n > 0) {
                head.push(byte[0]);
            }
            log.lock().unwrap().push(String::from_utf8(head).unwrap());
            if client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_err() {
                continue;
            }
            let Ok(mut server) = TcpStream::connect(("127.0.0.1", behind)) else { continue };
            let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            std::thread::spawn(move || std::io::copy(&mut from, &mut to));
            std::thread::spawn(move || std::io::copy(&mut client, &mut server));
        }
    });
    let at = folder(&[("http.yml", &format!("proxy_url: http://shop:hunter2@{proxy}\n"))]);
    let args = ["metrics", "import", "http://prometheus.invalid:9090", "--http-config", "http.yml"];
    let ran = run(at.path(), &args);
    assert!(ran.code == 0 && ran.out.contains("metric x: gauge"), "{ran:?}");
    let asked = seen.lock().unwrap().clone();
    assert!(
        !asked.is_empty() && asked.iter().all(|a| a.starts_with("CONNECT prometheus.invalid:9090 ")),
        "{asked:?}"
    );
    let mut command = super::tools::command(at.path(), &["metrics", "import", &fake.url()]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, "http://shop:hunter2@127.0.0.1:1");
    }
    let ran = super::tools::ran(command);
    assert_eq!(ran.code, 0, "{ran:?}");
    std::fs::write(at.path().join("http.yml"), "proxy_url: http://shop:hunter2@127.0.0.1:1\n").unwrap();
    let ran = run(at.path(), &args);
    assert!(ran.code == 3 && !ran.said().contains("hunter2"), "{ran:?}");
}
