use std::sync::{Arc, OnceLock};

use super::{FileId, Span};

/// One source file: its path as shown to the user (relative to the project's root, `/`-separated) and its text.
#[derive(Debug)]
pub struct SourceFile {
    /// Path relative to the project's root, with `/`.
    pub path: String,
    /// The text, decoded, without a byte order mark.
    pub text: Arc<str>,
    lines: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Byte offsets at which lines start; made at the first question.
    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
            std::iter::once(0).chain(ends.map(|(i, _)| u32::try_from(i + 1).unwrap_or(u32::MAX))).collect()
        })
    }
    /// Number of lines, at least 1.
    pub fn line_count(&self) -> usize {
        self.lines().len()
    }
    /// Zero-based line of a byte offset.
    pub fn line_index(&self, offset: usize) -> usize {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.lines().partition_point(|start| *start <= offset).saturating_sub(1)
    }
    /// Byte range of a zero-based line, its line break included.
    pub fn line_range(&self, line: usize) -> Option<std::ops::Range<usize>> {
        let start = *self.lines().get(line)? as usize;
        let end = self.lines().get(line + 1).map_or(self.text.len(), |end| *end as usize);
        Some(start..end)
    }
}

/// All files of one compilation, in a fixed order.
#[derive(Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file and names it.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile { path: path.into(), text: text.into(), lines: OnceLock::new() });
        id
    }
    /// The file of an id from this map.
    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }
    /// All files with their ids, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(i, f)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), f))
    }
    /// The text a span covers; empty where the span is not of this map.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text.get(span.range())).unwrap_or("")
    }
    /// Path, one-based line and one-based column (in characters) of a span's start.
    pub fn place(&self, span: Span) -> Option<(&str, usize, usize)> {
        let file = self.get(span.file)?;
        let line = file.line_index(span.start as usize);
        let start = file.line_range(line)?.start;
        let column = file.text.get(start..span.start as usize)?.chars().count();
        Some((&file.path, line + 1, column + 1))
    }
}
