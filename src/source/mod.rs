//! Source text and places in it. Everything downstream speaks in byte [`Span`]s; lines and columns are made on demand.

mod hidden;
mod map;
mod position;

pub(crate) use hidden::turns;
pub use hidden::{Hidden, hidden};
pub use map::{SourceFile, SourceMap};
pub use position::{Position, Unit};

/// Which file of the [`SourceMap`] a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open byte range in one file. Always on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets; offsets beyond 4 GiB saturate (files are refused long before that).
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clip = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clip(start), end: clip(end) }
    }
    /// From the start of `self` to the end of `other` (same file).
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
    /// Is the other one within this one?
    pub fn holds(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
    /// The byte range, for indexing the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
    /// The empty span right after this one: where something is missing.
    #[must_use]
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }
    /// The empty span at the start.
    #[must_use]
    pub fn before(self) -> Span {
        Span { end: self.start, ..self }
    }
}
