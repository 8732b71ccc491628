//! Places in mended text. A line with a certain mend is mended in a copy and read again; its places are those of the
//! text that the user wrote.

/// From offsets of a text to offsets of the file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Map<'p> {
    parent: Option<&'p Map<'p>>,
    /// Where the text begins in the parent's.
    base: usize,
    /// Where it was mended, in its own offsets.
    cut: usize,
    removed: usize,
    added: usize,
}

impl<'p> Map<'p> {
    /// A piece of the parent's text, from `base`, in which `removed` bytes at `cut` (offset in the piece) became `added`.
    pub(super) fn mended(
        parent: &'p Map<'p>,
        base: usize,
        cut: usize,
        removed: usize,
        added: usize,
    ) -> Map<'p> {
        Map { parent: Some(parent), base, cut, removed, added }
    }
    /// The offset in the file of the beginning of something.
    pub(super) fn start(&self, at: usize) -> usize {
        let up = if at < self.cut {
            at
        } else if at < self.cut + self.added {
            self.cut
        } else {
            at - self.added + self.removed
        };
        self.parent.map_or(self.base + up, |p| p.start(self.base + up))
    }
    /// The offset in the file of the end of something.
    pub(super) fn end(&self, at: usize) -> usize {
        let up = if at <= self.cut {
            at
        } else if at < self.cut + self.added {
            self.cut + self.removed
        } else {
            at - self.added + self.removed
        };
        self.parent.map_or(self.base + up, |p| p.end(self.base + up))
    }
}
