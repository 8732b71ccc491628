//! What codespan sees of the sources: only the lines that a diagnostic touches, clipped to the screen and freed of
//! control characters. A label in a file of one line of a megabyte must not print a megabyte.

use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files::{Error, Files, Location};
use unicode_width::UnicodeWidthChar;

use super::wrap::is_harmful;
use crate::diag::Label;
use crate::source::{FileId, SourceFile, SourceMap};

/// Columns of a tab stop.
pub(super) const TAB: usize = 4;
/// Lines shown at the start and at the end of a label that runs over many.
const CONTEXT: (usize, usize) = (5, 3);

/// The clipped lines of one file.
#[derive(Debug)]
struct Shown {
    file: FileId,
    name: String,
    text: String,
    /// By zero-based line of the real file: the byte range in `text`.
    lines: BTreeMap<usize, Range<usize>>,
    /// The real place of each label's start, by its byte in `text`.
    places: Vec<(usize, usize, usize)>,
}

/// The files of one diagnostic, and its labels' byte ranges in them.
#[derive(Debug)]
pub(super) struct View {
    files: Vec<Shown>,
    /// One for each label, in order: which of the files, where, and the columns before it.
    pub(super) labels: Vec<Placed>,
}

/// A label in the view.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// Index of its file.
    pub(super) file: usize,
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// Zero-based first and last line.
    pub(super) lines: (usize, usize),
    /// Columns up to its end, on its last line.
    pub(super) columns: usize,
}

/// A label's part of the real file: bytes, first and last line.
struct Touched {
    file: FileId,
    range: Range<usize>,
    lines: (usize, usize),
}

impl View {
    /// The view of these labels, which it [`holds`](View::holds), on a screen with `width` columns for source.
    pub(super) fn new(labels: &[&Label], sources: &SourceMap, width: usize) -> Self {
        let touched: Vec<Touched> = labels.iter().filter_map(|l| touch(l, sources)).collect();
        let mut view = Self { files: Vec::new(), labels: Vec::new() };
        for label in &touched {
            if !view.files.iter().any(|f| f.file == label.file) {
                view.files
                    .extend(sources.get(label.file).map(|file| show(label.file, file, &touched, width)));
            }
        }
        for label in &touched {
            let Some(index) = view.files.iter().position(|f| f.file == label.file) else { continue };
            let (Some(source), Some(shown)) = (sources.get(label.file), view.files.get_mut(index)) else {
                continue;
            };
            let placed = shown.place(index, label, source, width, &touched);
            view.labels.push(placed);
        }
        view
    }
    /// Can this label be shown?
    pub(super) fn holds(label: &Label, sources: &SourceMap) -> bool {
        sources.get(label.span.file).is_some()
    }
    /// Digits of the largest line number.
    pub(super) fn gutter(&self) -> usize {
        let last = self.files.iter().filter_map(|f| f.lines.keys().next_back()).max().copied();
        last.map_or(0, |line| (line + 1).ilog10() as usize + 1)
    }
    fn file(&self, id: usize) -> Result<&Shown, Error> {
        self.files.get(id).ok_or(Error::FileMissing)
    }
}

/// Where a label is: kept on character boundaries, without the line breaks and blanks at its end.
fn touch(label: &Label, sources: &SourceMap) -> Option<Touched> {
    let file = sources.get(label.span.file)?;
    let floor = |mut at: usize| {
        at = at.min(file.text.len());
        while !file.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(label.span.start as usize);
    let mut end = floor(label.span.end as usize).max(start);
    let text = file.text.get(start..end)?;
    let trimmed = text.trim_end();
    if !trimmed.is_empty() {
        end = start + trimmed.len();
    } else if text.contains('\n') {
        end = start;
    }
    let lines = (file.line_index(start), file.line_index(end));
    Some(Touched { file: label.span.file, range: start..end, lines })
}

/// The bytes of a line, its break left out.
fn bare(file: &SourceFile, line: usize) -> Range<usize> {
    let range = file.line_range(line).unwrap_or(0..0);
    let text = file.text.get(range.clone()).unwrap_or("").trim_end_matches(['\n', '\r']);
    range.start..range.start + text.len()
}

/// Which bytes of a line are shown, so that what its labels mark is on the screen.
fn window(file: &SourceFile, id: FileId, line: usize, touched: &[Touched], width: usize) -> Range<usize> {
    let whole = bare(file, line);
    if whole.len() <= width {
        return whole;
    }
    let text = file.text.get(whole.clone()).unwrap_or("");
    if fits(text.chars(), width) == text.len() {
        return whole;
    }
    let marks = touched.iter().filter(|t| t.file == id);
    let starts = marks.clone().filter(|t| t.lines.0 == line).map(|t| t.range.start);
    let ends = marks.filter(|t| t.lines.1 == line).map(|t| t.range.end);
    let first = starts.clone().chain(ends.clone()).min().unwrap_or(whole.start);
    let last = starts.chain(ends).max().unwrap_or(whole.start);
    let head = fits(text.chars(), width.saturating_sub(2));
    if last <= whole.start + head {
        return whole.start..whole.start + head;
    }
    // The mark begins a third into the window, or as far left as its end needs.
    let before = text.get(..first - whole.start).unwrap_or("");
    let mark = file.text.get(first..last).map_or(0, |t| t.chars().take(width).count());
    let lead = (width / 3).min(width.saturating_sub(mark + 4));
    let start = first - fits(before.chars().rev(), lead);
    let rest = file.text.get(start..whole.end).unwrap_or("");
    start..start + fits(rest.chars(), width.saturating_sub(4))
}

/// Bytes of the leading characters that fit into `width` columns.
fn fits(characters: impl Iterator<Item = char>, width: usize) -> usize {
    let (mut bytes, mut columns) = (0, 0);
    for c in characters {
        columns += advance(c, columns);
        if columns > width {
            break;
        }
        bytes += c.len_utf8();
    }
    bytes
}

/// Columns a character takes at a column.
fn advance(c: char, column: usize) -> usize {
    if c == '\t' { TAB - column % TAB } else { c.width().unwrap_or(1) }
}

/// Copies the touched lines of one file.
fn show(id: FileId, file: &SourceFile, touched: &[Touched], width: usize) -> Shown {
    let mut shown = Shown {
        file: id,
        name: super::line(&file.path).into_owned(),
        text: String::new(),
        lines: BTreeMap::new(),
        places: Vec::new(),
    };
    let mut wanted = std::collections::BTreeSet::new();
    for label in touched.iter().filter(|t| t.file == id) {
        let (first, last) = label.lines;
        wanted.extend(first..=last.min(first + CONTEXT.0));
        wanted.extend(last.saturating_sub(CONTEXT.1).max(first)..=last);
    }
    // codespan shows a single line between two others instead of a gap.
    let between: Vec<usize> = wanted.iter().filter(|l| wanted.contains(&(**l + 2))).map(|l| l + 1).collect();
    wanted.extend(between);
    for line in wanted {
        let part = window(file, id, line, touched, width);
        let start = shown.text.len();
        copy(file, line, &part, &mut shown.text);
        shown.lines.insert(line, start..shown.text.len());
        shown.text.push('\n');
    }
    shown
}

/// Appends the shown part of a line.
fn copy(file: &SourceFile, line: usize, part: &Range<usize>, into: &mut String) {
    let whole = bare(file, line);
    if part.start > whole.start {
        into.push_str("… ");
    }
    let text = file.text.get(part.clone()).unwrap_or("");
    into.extend(text.chars().map(|c| if is_harmful(c) && c != '\t' { '\u{fffd}' } else { c }));
    if part.end < whole.end {
        into.push_str(" …");
    }
}

impl Shown {
    /// Finds a label's place in the copied text.
    fn place(
        &mut self,
        index: usize,
        label: &Touched,
        file: &SourceFile,
        width: usize,
        all: &[Touched],
    ) -> Placed {
        let offset = |at: usize, line: usize| {
            let copied = self.lines.get(&line).cloned().unwrap_or(0..0);
            let part = window(file, self.file, line, all, width);
            let mut before = String::new();
            copy(file, line, &(part.start..at.clamp(part.start, part.end)), &mut before);
            // `copy` adds the mark of a cut at the end of what it is given; here that end is not a cut.
            let before = before.strip_suffix(" …").filter(|_| at < bare(file, line).end).unwrap_or(&before);
            let columns = before.chars().fold(0, |n, c| n + advance(c, n));
            (copied.start + before.len(), columns)
        };
        let (start, _) = offset(label.range.start, label.lines.0);
        let (end, columns) = offset(label.range.end, label.lines.1);
        let line = bare(file, label.lines.0).start;
        let column = file.text.get(line..label.range.start).map_or(0, |t| t.chars().count());
        self.places.push((start, label.lines.0 + 1, column + 1));
        Placed { file: index, range: start..end.max(start), lines: label.lines, columns }
    }
}

impl<'a> Files<'a> for View {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.name)
    }
    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        Ok(&self.file(id)?.text)
    }
    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let file = self.file(id)?;
        let found = file.lines.iter().find(|(_, range)| range.start <= byte && byte <= range.end);
        found.map(|(line, _)| *line).ok_or(Error::IndexTooLarge { given: byte, max: file.text.len() })
    }
    fn line_range(&'a self, id: usize, line: usize) -> Result<Range<usize>, Error> {
        Ok(self.file(id)?.lines.get(&line).cloned().unwrap_or(0..0))
    }
    fn location(&'a self, id: usize, byte: usize) -> Result<Location, Error> {
        let found = self.file(id)?.places.iter().find(|(start, ..)| *start == byte);
        let (_, line_number, column_number) = found.copied().unwrap_or((0, 1, 1));
        Ok(Location { line_number, column_number })
    }
}
