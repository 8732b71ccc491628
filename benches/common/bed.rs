//! A test bed: a folder of TSDB blocks that grows, and a Prometheus over it.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::http::{self, Labels};

/// A running Prometheus, ended when dropped.
pub struct Prometheus {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Prometheus {
    /// Starts one over a data folder, with a configuration of its own.
    pub fn start(data: &Path, config: &Path) -> Self {
        let port = http::free_port();
        let child = Command::new("prometheus")
            .args([
                &format!("--config.file={}", config.display()),
                &format!("--storage.tsdb.path={}", data.display()),
                &format!("--web.listen-address=127.0.0.1:{port}"),
                "--storage.tsdb.retention.time=100y",
                "--query.timeout=10m",
                "--query.max-samples=500000000",
                "--web.enable-remote-write-receiver",
                "--log.level=error",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { child, port };
        http::wait(port, "/-/ready", |text| text.contains("Ready"));
        server
    }
    /// Processor time so far in seconds (Linux: user and system ticks of a hundredth).
    pub fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }
    /// Resident memory in bytes.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() * 1024.0
    }
}

/// Samples as OpenMetrics text, series by series.
pub struct Text {
    path: PathBuf,
    out: BufWriter<File>,
    /// Lines so far.
    pub samples: u64,
}

impl Text {
    /// An empty one.
    pub fn new(path: &Path) -> Self {
        let out = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
        Self { path: path.to_owned(), out, samples: 0 }
    }
    /// One sample; the series as [`series`] writes it, time in seconds.
    pub fn sample(&mut self, series: &str, at: f64, value: f64) {
        writeln!(self.out, "{series} {value} {at:.3}").unwrap();
        self.samples += 1;
    }
}

/// `name{a="b"}`
pub fn series(name: &str, labels: &Labels) -> String {
    let labels = labels.iter().filter(|(n, _)| *n != "__name__");
    let quoted = |v: &str| v.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let list: Vec<String> = labels.map(|(n, v)| format!("{n}=\"{}\"", quoted(v))).collect();
    format!("{name}{{{}}}", list.join(","))
}

/// The bed.
pub struct Bed {
    folder: tempfile::TempDir,
    server: Option<Prometheus>,
    texts: usize,
}

impl Bed {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("prometheus.yaml"), "global: {evaluation_interval: 1m}\n").unwrap();
        std::fs::create_dir(folder.path().join("data")).unwrap();
        Self { folder, server: None, texts: 0 }
    }
    /// The folder of blocks.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
    /// The folder of all.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
    /// A text to be filled.
    pub fn text(&mut self) -> Text {
        self.texts += 1;
        Text::new(&self.folder.path().join(format!("{}.txt", self.texts)))
    }
    /// Makes blocks of a text, of a week at most. The server sees them from its next start.
    pub fn add(&mut self, text: Text) {
        self.add_blocks(text, 162);
    }
    /// The same, of so many hours each.
    pub fn add_blocks(&mut self, mut text: Text, hours: u32) {
        self.server = None;
        if text.samples > 0 {
            text.out.write_all(b"# EOF\n").unwrap();
            text.out.flush().unwrap();
            let output = Command::new("promtool")
                .args([
                    "tsdb",
                    "create-blocks-from",
                    &format!("--max-block-duration={hours}h"),
                    "openmetrics",
                ])
                .args([&text.path, &self.data()])
                .output()
                .unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        std::fs::remove_file(&text.path).unwrap();
    }
    /// The port of the server, started where it isn't running.
    pub fn port(&mut self) -> u16 {
        let (data, config) = (self.data(), self.folder.path().join("prometheus.yaml"));
        self.server.get_or_insert_with(|| Prometheus::start(&data, &config)).port
    }
    /// Ends the server.
    pub fn stop(&mut self) {
        self.server = None;
    }
}
