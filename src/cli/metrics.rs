//! `slovo metrics import`: declares what services expose. Shows what would change, and writes only when asked to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::args::{Metrics, MetricsCommand, MetricsImport};
use super::output::create;
use super::save::Saving;
use super::screen::{Screen, unified};
use super::{Failure, Outcome, Status, counted, plural, required, status_of};
use crate::catalogue_import::{Declared, Finding, Import, Merged, Used, cut, declare, merge};
use crate::diag::codes::project as codes;
use crate::diag::{Diagnostic, Diagnostics, Severity, render};
use crate::driver;
use crate::exposition::{self, Exposition};
use crate::project::{CONFIG_FILE, LARGEST, Project, decode};
use crate::source::{FileId, SourceMap, Span};
use crate::write::catalogue::{Metric, canonical, metrics};

/// All expositions of a call together. A large one has some megabytes.
const LARGEST_INPUT: u64 = 64 * 1024 * 1024;
/// Lines about metrics of one sort.
const SHOWN: usize = 10;

pub(super) fn run(options: &Metrics, start: &Path, screen: &Screen) -> Outcome {
    match &options.command {
        MetricsCommand::Import(options) => import(options, start, screen),
        MetricsCommand::Required(options) => required::run(options, start, screen),
    }
}

fn import(options: &MetricsImport, start: &Path, screen: &Screen) -> Outcome {
    let root = Project::root_of(start);
    if root.is_none() && (options.write || options.only_used || options.output.is_some()) {
        let message = format!("no `{CONFIG_FILE}` in `{}` or any folder above it", start.display());
        return Err(Failure::new(message)
            .help("without a project the catalogue goes to standard output: `slovo metrics import FILE > catalogue.slovo`"));
    }
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
    if root.is_none() {
        return alone(&declare(&exposition, &[]), &names, screen);
    }
    let project = Project::load_following(start, None, &options.follow_links);
    let mut found = Diagnostics::default();
    for diagnostic in project.diagnostics.iter().filter(|d| d.code != &codes::NO_SOURCES) {
        found.push(diagnostic.clone());
    }
    let files = driver::parse_all(&project.sources, &mut found);
    // What a file with such a mistake declares is not known.
    if found.has_errors() {
        found.sort();
        Screen::err(&render::human(&found, &project.sources, &screen.options()));
        screen.say(&format!(
            "{}; first mend these, so that it is known what the project declares",
            counted(&found)
        ));
        return Ok(status_of(&found));
    }
    let declared = Declared::of(&files);
    let used = options.only_used.then(|| Used::of(&files));
    let common = &project.config.settings.common_labels;
    let merged = merge(&exposition, &declared, &project.sources, common, used.as_ref());
    let target = Target::of(options, start, &project, &declared)?;
    let changes = changes(&project, &merged, &target)?;
    let status = if merged.import.findings.is_empty() { Status::Fine } else { Status::Mistakes };
    if options.write {
        write(&project, &changes, screen)?;
    } else {
        for change in &changes {
            let names = (change.shown.as_str(), change.shown.as_str());
            Screen::out(&unified(&change.before, &change.after, names, screen.colored_out()))?;
        }
    }
    tell(&merged.import.findings, &names, screen);
    tell_absent(&merged.absent, screen);
    tell_counts(options, &merged, &target, &changes, screen);
    if !changes.is_empty() {
        tell_check(&project, &changes, screen);
    }
    Ok(status)
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

/// Without a project: the catalogue as a text.
fn alone(made: &Import, names: &[&str], screen: &Screen) -> Outcome {
    Screen::out(&text_of(made)?)?;
    tell(&made.findings, names, screen);
    screen.say(&format!("{} declared", plural(made.metrics.len(), "metric")));
    Ok(if made.findings.is_empty() { Status::Fine } else { Status::Mistakes })
}

/// The declarations of an import.
fn text_of(made: &Import) -> Result<String, Failure> {
    // What would be too large is not formatted either.
    let rough = made.metrics.iter().filter_map(Metric::write).map(|text| text.len()).sum();
    check_size(rough)?;
    let text = metrics(&made.metrics).ok_or_else(|| {
        Failure::new("the declarations cannot be written").help("this is a fault of slovo: please report it")
    })?;
    check_size(text.len())?;
    Ok(text)
}

/// A file of the language has a largest size.
fn check_size(bytes: usize) -> Result<(), Failure> {
    if bytes as u64 <= LARGEST {
        return Ok(());
    }
    let most = LARGEST / (1024 * 1024);
    Err(Failure::new(format!("the catalogue would have more than {most} MiB in one file"))
        .help("`--only-used` takes what your promises name; or import one service at a time, with `-o` another file each"))
}

/// Where new metrics go.
struct Target {
    /// A file of the project.
    known: Option<FileId>,
    /// Its path, absolute.
    path: PathBuf,
    /// As it is shown.
    shown: String,
}

impl Target {
    fn of(
        options: &MetricsImport,
        start: &Path,
        project: &Project,
        declared: &Declared<'_>,
    ) -> Result<Self, Failure> {
        let known = |file: FileId| {
            let shown = project.sources.get(file).map(|f| f.path.clone()).unwrap_or_default();
            Self { known: Some(file), path: project.root.join(&shown), shown }
        };
        let real = |path: &Path| path.canonicalize().ok();
        let named = match &options.output {
            Some(named) => start.join(named),
            None => match declared.home() {
                Some(file) => return Ok(known(file)),
                None => project.root.join("catalogue.slovo"),
            },
        };
        let shown =
            named.strip_prefix(&project.root).unwrap_or(&named).display().to_string().replace('\\', "/");
        let found = real(&named);
        let same = |path: &str| found.is_some() && real(&project.root.join(path)) == found;
        let sources = project.sources.iter().filter(|(_, f)| f.path.ends_with(".slovo"));
        if let Some((file, _)) = sources.into_iter().find(|(_, f)| same(&f.path)) {
            return Ok(known(file));
        }
        let outside = |why: &str| {
            Failure::new(format!("`{shown}` {why}"))
                .help("new metrics go to a `.slovo` file of the project: `-o catalogue.slovo`")
        };
        if named.symlink_metadata().is_ok() {
            return Err(outside("is there already, and is not a file of the project"));
        }
        if named.extension().is_none_or(|e| e != "slovo")
            || shown.rsplit('/').next().is_some_and(|n| n.starts_with('.'))
        {
            return Err(outside("would not be a file of the project"));
        }
        let folder = named
            .parent()
            .and_then(real)
            .ok_or_else(|| outside("would lie in a folder that is not there"))?;
        let listed = Project::listed(start, &options.follow_links).folders;
        if real(&project.root).is_none_or(|root| root != folder)
            && !listed.iter().any(|f| real(f).as_ref() == Some(&folder))
        {
            return Err(outside("would lie outside of the project"));
        }
        Ok(Self { known: None, path: named, shown })
    }
}

/// A file and what becomes of it.
struct Change {
    /// A file of the project.
    known: Option<FileId>,
    path: PathBuf,
    shown: String,
    before: String,
    after: String,
}

/// The files that change, those of the project in their order first.
fn changes(project: &Project, merged: &Merged, target: &Target) -> Result<Vec<Change>, Failure> {
    let mut texts: BTreeMap<FileId, String> = merged.changed.clone();
    let new = text_of(&merged.import)?;
    let mut made = Vec::new();
    if !new.is_empty()
        && let Some(file) = target.known
    {
        let source = project.sources.get(file).map_or("", |f| &f.text);
        let before = texts.get(&file).map_or(source, String::as_str);
        let joined = appended(before, &new);
        texts.insert(file, joined);
    }
    for (file, after) in texts {
        check_size(after.len())?;
        let Some(source) = project.sources.get(file) else { continue };
        if *source.text != *after {
            let (shown, before) = (source.path.clone(), source.text.to_string());
            made.push(Change { known: Some(file), path: project.root.join(&shown), shown, before, after });
        }
    }
    if !new.is_empty() && target.known.is_none() {
        let (path, shown) = (target.path.clone(), target.shown.clone());
        made.push(Change { known: None, path, shown, before: String::new(), after: new });
    }
    Ok(made)
}

/// New declarations behind a text, which keeps its form.
fn appended(before: &str, new: &str) -> String {
    let crlf = before.contains("\r\n");
    let mut made = before.to_owned();
    if !made.is_empty() && !made.ends_with('\n') {
        made.push('\n');
    }
    if !made.trim().is_empty() {
        made.push('\n');
    }
    made.push_str(new);
    if crlf {
        return made.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    let clean = canonical(before).is_some_and(|formatted| formatted == before);
    if clean { canonical(&made).unwrap_or(made) } else { made }
}

/// Writes all changes; what somebody saved meanwhile stays.
fn write(project: &Project, changes: &[Change], screen: &Screen) -> Result<(), Failure> {
    let config = project.root.join(CONFIG_FILE);
    let saving = Saving::begin(changes.iter().map(|c| c.path.as_path()).chain([config.as_path()]), screen)?;
    for change in changes {
        if change.known.is_none() {
            create(&change.path, change.after.as_bytes())
                .map_err(|e| Failure::io(format!("`{}` cannot be written", change.shown), &e))?;
            continue;
        }
        let texts = (change.before.as_str(), change.after.as_str());
        let refused = saving.save((&change.path, &change.shown), Some(&project.root), texts)?;
        if let Some(why) = refused {
            return Err(Failure::new(why).help("what was written before it stays; import again"));
        }
    }
    Ok(())
}

/// Says what there is to say, sort by sort.
fn tell(findings: &[Finding], names: &[&str], screen: &Screen) {
    let mut sorts: IndexMap<&str, Vec<&Finding>> = IndexMap::new();
    for finding in findings {
        sorts.entry(finding.what.heading()).or_default().push(finding);
    }
    sorts.sort_by(|_, a, _, b| a.first().map(|f| &f.what).cmp(&b.first().map(|f| &f.what)));
    for (heading, list) in sorts {
        let mut text = format!("{}: {heading}\n", plural(list.len(), "metric"));
        let most = if screen.all() { list.len() } else { SHOWN };
        for finding in list.iter().take(most) {
            let line = finding.place.line;
            let place = match (names, names.get(finding.place.exposition)) {
                ([_, _, ..], Some(name)) => format!("{name}:{line}"),
                _ => format!("line {line}"),
            };
            let detail = finding.what.detail();
            let detail = if detail.is_empty() { detail } else { format!(": {detail}") };
            text.push_str(&render::line(&format!("  {} ({place}){detail}", cut(&finding.metric))));
            text.push('\n');
        }
        if list.len() > most {
            let _ = writeln!(text, "  and {} more; `--all` names them", list.len() - most);
        }
        Screen::err(&text);
    }
}

/// Declared and not exposed: no fault, as a project has metrics of several services.
fn tell_absent(absent: &[String], screen: &Screen) {
    if absent.is_empty() {
        return;
    }
    let most = if screen.all() { absent.len() } else { SHOWN };
    let mut shown =
        absent.iter().take(most).map(|name| format!("`{}`", cut(name))).collect::<Vec<_>>().join(", ");
    if absent.len() > most {
        let _ = write!(shown, " and {} more", absent.len() - most);
    }
    screen.say(&format!("declared, and not exposed here: {shown}"));
}

fn tell_counts(
    options: &MetricsImport,
    merged: &Merged,
    target: &Target,
    changes: &[Change],
    screen: &Screen,
) {
    let (new, completed) = (merged.import.metrics.len(), merged.completed);
    if changes.is_empty() {
        screen.say("nothing to add: the catalogue has all that can be declared");
        return;
    }
    let mut parts = Vec::new();
    if new > 0 {
        parts.push(format!("{} in {}", plural(new, "new metric"), target.shown));
    }
    if completed > 0 {
        parts.push(format!("{} completed", plural(completed, "declaration")));
    }
    let said = parts.join(", ");
    screen.say(&if options.write {
        format!("wrote {said}")
    } else {
        format!("{said}; `--write` writes this")
    });
}

/// Says what `slovo check` finds with the changes, where that is more than nothing.
fn tell_check(project: &Project, changes: &[Change], screen: &Screen) {
    let mut sources = SourceMap::default();
    for (file, source) in project.sources.iter() {
        let changed = changes.iter().find(|c| c.known == Some(file));
        let text = changed.map_or(&*source.text, |c| c.after.as_str());
        sources.add(source.path.clone(), text);
    }
    for change in changes.iter().filter(|c| c.known.is_none()) {
        sources.add(change.shown.clone(), change.after.as_str());
    }
    let errors = |sources: &SourceMap| {
        let compiled = driver::compile(sources, &project.config);
        compiled.diagnostics.count(Severity::Error)
    };
    let after = errors(&sources);
    if after > 0 {
        let before = errors(&project.sources);
        screen.say(&format!("`slovo check` then finds {}; it found {before} before", plural(after, "error")));
    }
}
