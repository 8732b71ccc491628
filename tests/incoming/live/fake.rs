//! A server of one's own that answers as it is told to, well or badly, on a free port of this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// Of the address and of the form.
    pub fields: BTreeMap<String, String>,
    /// By their names in lower case.
    pub headers: BTreeMap<String, String>,
}

impl Request {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Status, headers, body.
    Whole(u16, Vec<(&'static str, String)>, String),
    /// These bytes, whatever they are.
    Raw(Vec<u8>),
    /// These bytes again and again, with a pause between.
    Drip(Vec<u8>, Vec<u8>, Duration),
    /// Nothing, for as long as the client waits.
    Silence,
}

impl Reply {
    pub fn json(value: &Value) -> Self {
        Self::Whole(200, vec![("Content-Type", "application/json".to_owned())], value.to_string())
    }
    pub fn data(data: &Value) -> Self {
        Self::json(&json!({"status": "success", "data": data}))
    }
    pub fn text(status: u16, body: &str) -> Self {
        Self::Whole(status, Vec::new(), body.to_owned())
    }
    pub fn to(status: u16, location: &str) -> Self {
        Self::Whole(status, vec![("Location", location.to_owned())], String::new())
    }
}

/// A running server; nobody listens any more when it is dropped.
pub struct Fake {
    pub port: u16,
    asked: Arc<Mutex<Vec<Request>>>,
    over: Arc<AtomicBool>,
    accepts: Option<JoinHandle<()>>,
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(thread) = self.accepts.take() {
            let _ = thread.join();
        }
    }
}

impl Fake {
    pub fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let over = Arc::new(AtomicBool::new(false));
        let (log, answer, ends) = (Arc::clone(&asked), Arc::new(answer), Arc::clone(&over));
        let accepts = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let _ = serve(stream, &log, &*answer);
                });
            }
        });
        Self { port, asked, over, accepts: Some(accepts) }
    }
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Request>>,
    answer: &dyn Fn(&Request) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request =
        Request { method: method.to_owned(), path: decoded(path), fields: form(query), ..Request::default() };
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; request.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body)?;
    request.fields.extend(form(&String::from_utf8_lossy(&body)));
    log.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Whole(status, headers, body) => {
            write!(stream, "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len())?;
            for (name, value) in headers {
                write!(stream, "{name}: {value}\r\n")?;
            }
            write!(stream, "\r\n{body}")
        }
        Reply::Raw(bytes) => stream.write_all(&bytes),
        Reply::Drip(first, again, pause) => {
            stream.write_all(&first)?;
            loop {
                std::thread::sleep(pause);
                stream.write_all(&again)?;
            }
        }
        Reply::Silence => reader.read_to_end(&mut Vec::new()).map(drop),
    }
}

fn form(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                u8::from_str_radix(&String::from_utf8_lossy(&digits), 16).unwrap_or(b'?')
            }
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A small server that knows its business: series with their labels, and types.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    pub series: Vec<BTreeMap<String, String>>,
    pub types: Vec<(&'static str, &'static str)>,
    /// As many series as one answer holds; engines say so, or not.
    pub limit: Option<(usize, bool)>,
}

pub const NOW: f64 = 1_796_000_000.0;

impl Shop {
    pub fn of(series: &[&str], types: &[(&'static str, &'static str)]) -> Self {
        let read = |text: &&str| -> BTreeMap<String, String> {
            let (name, labels) = text.split_once('{').unwrap();
            let mut made: BTreeMap<String, String> = [("__name__".to_owned(), name.to_owned())].into();
            for pair in labels.trim_end_matches('}').split(',').filter(|p| !p.is_empty()) {
                let (label, value) = pair.split_once('=').unwrap();
                made.insert(label.to_owned(), value.to_owned());
            }
            made
        };
        Self { series: series.iter().map(read).collect(), types: types.to_vec(), limit: None }
    }

    pub fn answer(&self, request: &Request) -> Reply {
        let fitting = |fit: &str| self.series.iter().filter(|s| fits(fit, s)).collect::<Vec<_>>();
        let values = |label: &str, list: &[&BTreeMap<String, String>]| {
            let found: BTreeSet<&String> = list.iter().filter_map(|s| s.get(label)).collect();
            json!(found)
        };
        let fit = request.field("match[]");
        match request.path.as_str() {
            "/api/v1/query" => self.query(request.field("query")),
            "/api/v1/series" => {
                let found = fitting(fit);
                let Some((most, says)) = self.limit.filter(|(most, _)| found.len() > *most) else {
                    return Reply::data(&json!(found));
                };
                let asked: usize = request.field("limit").parse().unwrap();
                // What an engine that knows the parameter would do at its own number.
                let cut: Vec<_> = found.iter().cycle().take(if says { most } else { asked }).collect();
                let warnings = if says { json!(["results truncated due to limit"]) } else { json!([]) };
                Reply::json(&json!({"status": "success", "data": cut, "warnings": warnings}))
            }
            "/api/v1/labels" => {
                let names: BTreeSet<&String> = fitting(fit).iter().flat_map(|s| s.keys()).collect();
                Reply::data(&json!(names))
            }
            "/api/v1/metadata" => {
                let mut made: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
                for (name, kind) in &self.types {
                    made.entry(name).or_default().push(json!({"type": kind, "help": "", "unit": ""}));
                }
                Reply::data(&json!(made))
            }
            "/api/v1/rules" => Reply::data(&json!({"groups": []})),
            path => match path.strip_prefix("/api/v1/label/").and_then(|p| p.strip_suffix("/values")) {
                Some(label) => Reply::data(&values(label, &fitting(fit))),
                None => Reply::text(404, "404 page not found"),
            },
        }
    }

    fn query(&self, expr: &str) -> Reply {
        let vector = |list: Vec<Value>| Reply::data(&json!({"resultType": "vector", "result": list}));
        if expr == "vector(1)" {
            return vector(vec![json!({"metric": {}, "value": [NOW, "1"]})]);
        }
        for (prefix, by) in [
            ("count by (__name__, job, le) (", &["__name__", "job", "le"][..]),
            ("sum by (__name__, job) (", &["__name__", "job"]),
        ] {
            let Some(fit) = expr.strip_prefix(prefix) else { continue };
            // Some have no sample now.
            let now = !fit.starts_with("last_over_time(");
            let there = |s: &&BTreeMap<String, String>| !now || !s.contains_key("late");
            let mut counted: BTreeMap<Vec<(&str, &str)>, usize> = BTreeMap::new();
            for series in self.series.iter().filter(|s| fits(fit, s)).filter(there) {
                let key = by.iter().filter_map(|l| Some((*l, series.get(*l)?.as_str()))).collect();
                *counted.entry(key).or_default() += 1;
            }
            let sample = |(key, n): (Vec<(&str, &str)>, usize)| {
                let metric: BTreeMap<&str, &str> = key.into_iter().collect();
                json!({"metric": metric, "value": [NOW, n.to_string()]})
            };
            return vector(counted.into_iter().map(sample).collect());
        }
        vector(Vec::new())
    }
}

/// Does a selector of names and jobs fit? Only what is asked here is understood.
fn fits(selector: &str, series: &BTreeMap<String, String>) -> bool {
    let matches = |label: &str| {
        let Some((_, rest)) = selector.split_once(&format!("{label}=")) else { return true };
        let pattern = rest.trim_start_matches('~').trim_start_matches('"').split('"').next().unwrap();
        let value = series.get(label).map_or("", String::as_str);
        regex::Regex::new(&format!("^(?:{})$", pattern.replace("\\\\", "\\"))).unwrap().is_match(value)
    };
    matches("__name__") && matches("job")
}
