//! Expositions from files and standard input.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::args::MetricsImport;
use super::super::screen::Screen;
use super::super::{Failure, Outcome, Status, counted};
use super::{Given, into_project, load, without};
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics, render};
use crate::exposition::{self, Exposition};
use crate::project::decode;
use crate::source::{SourceMap, Span};

/// All expositions of a call together. A large one has some megabytes.
const LARGEST_INPUT: u64 = 64 * 1024 * 1024;

/// Imports files.
pub(super) fn import(options: &MetricsImport, in_project: bool, start: &Path, screen: &Screen) -> Outcome {
    let texts = read_all(&options.files, start)?;
    let mut inputs = SourceMap::default();
    let mut wrong = Diagnostics::default();
    let (mut read, mut more) = (Vec::new(), 0);
    for (shown, text) in &texts {
        let file = inputs.add(shown.clone(), text.as_str());
        match exposition::read(text) {
            Ok(made) => read.push(made),
            Err(broken) => {
                more += broken.more;
                for mistake in broken.mistakes {
                    let span = Span::new(file, mistake.range.start, mistake.range.end);
                    let made = Diagnostic::new(&codes::EXPOSITION, span, mistake.message, mistake.label);
                    wrong.push(match mistake.help {
                        Some(help) => made.help(help),
                        None => made,
                    });
                }
            }
        }
    }
    if !wrong.is_empty() {
        Screen::err(&render::human(&wrong, &inputs, &screen.options()));
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        screen.say(&format!(
            "{}{more}; nothing is taken from an exposition that cannot be read",
            counted(&wrong)
        ));
        return Ok(Status::Failed);
    }
    let exposition = Exposition::together(read);
    let names: Vec<&str> = texts.iter().map(|(shown, _)| shown.as_str()).collect();
    let given =
        Given { exposition: &exposition, names: &names, usual: None, findings: Vec::new(), whole: true };
    if !in_project {
        return without(&given, screen);
    }
    match load(&options.follow_links, None, start, screen) {
        Ok(loaded) => into_project(options, &loaded, given, start, screen),
        Err(status) => Ok(status),
    }
}

/// Reads the expositions, each with the name it is shown by.
fn read_all(files: &[PathBuf], start: &Path) -> Result<Vec<(String, String)>, Failure> {
    if files.iter().filter(|f| f.as_os_str() == "-").count() > 1 {
        return Err(Failure::new("`-` stands for standard input, which can be read once"));
    }
    let mut left = LARGEST_INPUT;
    let mut texts = Vec::new();
    for file in files {
        let (shown, bytes) = if file.as_os_str() == "-" {
            ("<stdin>".to_owned(), read_within(std::io::stdin().lock(), left))
        } else {
            let shown = file.display().to_string();
            // A pipe is fine: `slovo metrics import <(curl ..)`.
            (shown, std::fs::File::open(start.join(file)).and_then(|opened| read_within(opened, left)))
        };
        let bytes = bytes.map_err(|e| Failure::io(format!("`{shown}` cannot be read"), &e))?;
        if bytes.len() as u64 > left {
            let most = LARGEST_INPUT / (1024 * 1024);
            return Err(Failure::new(format!("the expositions have more than {most} MiB"))
                .help("import one service at a time, or only lines of the metrics that you use"));
        }
        left -= bytes.len() as u64;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            return Err(Failure::new(format!("`{shown}` is compressed"))
                .help("`gunzip -c FILE | slovo metrics import -`"));
        }
        let text = decode(bytes, &shown).map_err(|wrong| {
            let failed = Failure::new(wrong.message.clone());
            if wrong.help.iter().any(|h| h.contains("UTF-16")) {
                failed.help("it looks like UTF-16: save it as UTF-8")
            } else {
                failed.help("an exposition is UTF-8 text; is it Prometheus' protobuf format? `curl` without `Accept` gives text")
            }
        })?;
        texts.push((shown, text));
    }
    Ok(texts)
}

/// The bytes of an input; one more than allowed tells that there are more.
fn read_within(input: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
