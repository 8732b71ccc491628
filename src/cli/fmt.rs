//! `slovo fmt`: brings files into the canonical form. A file with mistakes in its syntax is left alone.

use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::args::Fmt;
use super::output::replace;
use super::screen::{Screen, unified};
use super::{Failure, Outcome, Status, counted, plural, status_of};
use crate::diag::{Diagnostics, render};
use crate::project::{Project, read_text};
use crate::source::{FileId, SourceMap};

pub(super) fn run(options: &Fmt, start: &Path, screen: &Screen) -> Outcome {
    if options.files.iter().any(|f| f.as_os_str() == "-") {
        if options.files.len() > 1 {
            return Err(Failure::new("`-` stands for standard input and goes with no other file"));
        }
        return standard_input(options, screen);
    }
    let mut diagnostics = Diagnostics::default();
    let paths: Vec<(PathBuf, String)> = if options.files.is_empty() {
        Project::files(start, &options.follow_links, &mut diagnostics)
    } else {
        options.files.iter().map(|f| (start.join(f), f.display().to_string())).collect()
    };
    let read: Vec<_> =
        paths.into_par_iter().map(|(path, shown)| (read_text(&path, &shown), path, shown)).collect();
    let mut sources = SourceMap::default();
    let mut on_disk = Vec::new();
    for (text, path, shown) in read {
        match text {
            Ok(text) => {
                sources.add(shown, text);
                on_disk.push(path);
            }
            Err(wrong) => diagnostics.push(*wrong),
        }
    }
    let list: Vec<_> = sources.iter().collect();
    let formatted: Vec<_> = list.par_iter().map(|(id, file)| canonical(*id, &file.text)).collect();
    let mut changed = 0;
    for (((_, file), outcome), path) in list.iter().zip(formatted).zip(&on_disk) {
        match outcome {
            Err(wrong) => diagnostics.extend(wrong),
            Ok(text) if *text == *file.text => {}
            Ok(text) => {
                changed += 1;
                one(options, (&file.path, path), (&file.text, &text), screen)?;
            }
        }
    }
    Ok(finish(options, &diagnostics, &sources, changed, screen))
}

/// The canonical text, or why there is none.
fn canonical(file: FileId, text: &str) -> Result<String, Diagnostics> {
    crate::fmt::format(file, text)
}

/// A file that is not in the canonical form.
fn one(
    options: &Fmt,
    (shown, path): (&str, &Path),
    (before, after): (&str, &str),
    screen: &Screen,
) -> Result<(), Failure> {
    if options.diff {
        return Screen::out(&unified(before, after, (shown, shown), screen.colored_out()));
    }
    if options.check {
        return Screen::out(&format!("{}\n", render::line(shown)));
    }
    // The file behind a symbolic link is changed, not the link.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    replace(&real, after.as_bytes()).map_err(|e| Failure::io(format!("`{shown}` cannot be written"), &e))
}

fn finish(
    options: &Fmt,
    diagnostics: &Diagnostics,
    sources: &SourceMap,
    changed: usize,
    screen: &Screen,
) -> Status {
    Screen::err(&render::human(diagnostics, sources, &screen.options()));
    let dry = options.check || options.diff;
    if !diagnostics.is_empty() {
        screen.say(&format!("{}; files with mistakes are left as they are", counted(diagnostics)));
    }
    if changed > 0 {
        let files = plural(changed, "file");
        screen.say(&if dry {
            format!("{files} to be formatted: `slovo fmt`")
        } else {
            format!("formatted {files}")
        });
    }
    match status_of(diagnostics) {
        Status::Fine if dry && changed > 0 => Status::Mistakes,
        status @ (Status::Fine | Status::Mistakes | Status::Failed) => status,
    }
}

/// From standard input to standard output.
fn standard_input(options: &Fmt, screen: &Screen) -> Outcome {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    read.map_err(|e| Failure::io("standard input cannot be read", &e))?;
    let mut sources = SourceMap::default();
    let file = sources.add("<stdin>", text.strip_prefix('\u{feff}').unwrap_or(&text));
    let text = sources.get(file).map_or("", |f| &f.text);
    match canonical(file, text) {
        Err(wrong) => Ok(finish(options, &wrong, &sources, 0, screen)),
        Ok(after) if options.check || options.diff => {
            if options.diff {
                Screen::out(&unified(text, &after, ("<stdin>", "<stdin>"), screen.colored_out()))?;
            }
            let changed = usize::from(*after != *text);
            Ok(finish(options, &Diagnostics::default(), &sources, changed, screen))
        }
        Ok(after) => {
            Screen::out(&after)?;
            Ok(Status::Fine)
        }
    }
}
