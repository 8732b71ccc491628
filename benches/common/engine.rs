//! Engines that evaluate rules, given as programs: Prometheus of any version that takes remote write, and VictoriaMetrics.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::http;

/// A program.
#[derive(Clone, Debug)]
pub struct Engine {
    program: PathBuf,
    /// VictoriaMetrics, or Prometheus?
    pub victoria: bool,
    /// `Prometheus 2.42.0`
    pub name: String,
    /// More of its command line.
    pub flags: Vec<String>,
}

impl Engine {
    /// The engine of a program: `PATH`, or `NAME=PATH` where the program doesn't say its version.
    pub fn find(text: &str) -> Result<Self, String> {
        let (name, program) = text.split_once('=').map_or((None, text), |(name, path)| (Some(name), path));
        let output =
            Command::new(program).arg("--version").output().map_err(|e| format!("{program}: {e}"))?;
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let file = Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
        let victoria = file.contains("victoria");
        if !victoria && !said.contains("prometheus, version") {
            return Err(format!("{program} is neither prometheus nor victoria-metrics: {said}"));
        }
        let kind = if victoria { "VictoriaMetrics" } else { "Prometheus" };
        let number = regex::Regex::new(r"\d+\.\d+\.\d+").unwrap();
        let version = number.find(&said).map(|m| format!("{kind} {}", m.as_str()));
        let name = name.map(str::to_owned).or(version).unwrap_or_else(|| kind.to_owned());
        Ok(Self { program: PathBuf::from(program), victoria, name, flags: Vec::new() })
    }
    /// Starts it, empty, with its data in this folder.
    pub fn start(&self, folder: &Path) -> Server {
        let port = http::free_port();
        let mut command = Command::new(&self.program);
        let data = folder.join("data");
        if self.victoria {
            command.args([
                &format!("-storageDataPath={}", data.display()),
                &format!("-httpListenAddr=127.0.0.1:{port}"),
                "-retentionPeriod=100y",
                "-search.latencyOffset=0s",
                "-search.disableCache",
                "-search.maxPointsPerTimeseries=1000000",
            ]);
        } else {
            let config = folder.join("prometheus.yaml");
            std::fs::write(&config, "global: {evaluation_interval: 1m}\n").unwrap();
            // One block for all, so that nothing written is too old for the head.
            command.args([
                &format!("--config.file={}", config.display()),
                &format!("--storage.tsdb.path={}", data.display()),
                &format!("--web.listen-address=127.0.0.1:{port}"),
                "--web.enable-remote-write-receiver",
                "--storage.tsdb.retention.time=100y",
                "--storage.tsdb.min-block-duration=100d",
                "--storage.tsdb.max-block-duration=100d",
                "--query.timeout=10m",
                "--query.max-samples=500000000",
                "--log.level=error",
            ]);
        }
        command.args(&self.flags);
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let errors = log.try_clone().unwrap();
        let child = command.stdout(log).stderr(errors).stdin(Stdio::null()).spawn().unwrap();
        let server = Server { child, port };
        if self.victoria {
            http::wait(port, "/health", |text| text.contains("OK"));
        } else {
            http::wait(port, "/-/ready", |text| text.contains("Ready"));
        }
        server
    }
}

/// A running engine, ended when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
