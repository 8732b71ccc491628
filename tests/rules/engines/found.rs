//! The engines that are there: those on the path, and those below `target/engines`, where `just engines` puts them.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::engine::Engine;

/// An engine.
#[derive(Clone, Debug)]
pub struct Found {
    /// `Prometheus 2.42`
    pub name: String,
    /// Its storage.
    pub server: Engine,
    /// Its programs.
    bin: PathBuf,
    /// `(2, 42)`
    pub version: (u32, u32),
}

impl Found {
    /// A program beside the server, where it is there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        if self.bin.as_os_str().is_empty() {
            return crate::bench::missing(&[name]).is_empty().then(|| PathBuf::from(name));
        }
        Some(self.bin.join(name)).filter(|p| p.exists())
    }
}

/// Of the package that a program without a version came from: installed, or unpacked from a file beside it.
fn packaged(bin: &Path) -> Option<String> {
    if bin.as_os_str().is_empty() {
        let said =
            Command::new("dpkg-query").args(["-W", "-f", "${Version}", "victoria-metrics"]).output().ok()?;
        return Some(String::from_utf8_lossy(&said.stdout).into_owned());
    }
    let folder = std::fs::read_dir(bin.ancestors().nth(3)?).ok()?;
    folder.filter_map(Result::ok).find_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.strip_prefix("victoria-metrics_").map(str::to_owned)
    })
}

/// The first `N.M` of a text.
fn version(text: &str) -> Option<(u32, u32)> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let mut parts = word.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    })
}

/// The features that a Prometheus is started with: native histograms, which old versions have behind a flag, and others.
pub fn with_features(more: &[&str]) -> String {
    format!("--enable-feature={}", [&["native-histograms"], more].concat().join(","))
}

/// A program of one of the folders of `target/engines`.
pub fn beside(name: &str) -> Option<PathBuf> {
    // Servers are started in folders of their own.
    let here = std::env::current_dir().unwrap();
    let mut folders: Vec<PathBuf> = std::fs::read_dir(here.join("target/engines"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("root/usr/bin").join(name))
        .collect();
    folders.sort();
    folders.into_iter().find(|path| path.exists())
}

/// All of them, Prometheus first, older ones first.
pub fn engines() -> Vec<Found> {
    let mut bins = vec![PathBuf::new()];
    // Servers are started in folders of their own.
    let here = std::env::current_dir().unwrap();
    let mut beside: Vec<PathBuf> = std::fs::read_dir(here.join("target/engines"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("root/usr/bin"))
        .collect();
    beside.sort();
    bins.extend(beside);
    let mut list: Vec<Found> = Vec::new();
    for bin in bins {
        for program in ["prometheus", "victoria-metrics"] {
            let path = bin.join(program);
            let Ok(mut server) = Engine::find(&path.to_string_lossy()) else { continue };
            let said = if server.victoria { packaged(&bin) } else { Some(server.name.clone()) };
            let Some(version) = said.as_deref().and_then(version) else { continue };
            let kind = if server.victoria { "VictoriaMetrics" } else { "Prometheus" };
            let name = format!("{kind} {}.{}", version.0, version.1);
            if list.iter().any(|f| f.name == name) {
                continue;
            }
            name.clone_into(&mut server.name);
            if !server.victoria {
                server.flags.push(with_features(&[]));
            }
            list.push(Found { name, server, bin: bin.clone(), version });
        }
    }
    list.sort_by_key(|f| (f.server.victoria, f.version));
    let needed = |victoria| list.iter().any(|f| f.server.victoria == victoria);
    assert!(
        (needed(true) && needed(false)) || std::env::var("CI").as_deref() != Ok("true"),
        "prometheus and victoria-metrics are required in CI"
    );
    if list.is_empty() {
        eprintln!("no engine is there: NOT TESTED");
    }
    list
}
