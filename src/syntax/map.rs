//! Places in mended text. A line with a likely mend is mended in a copy and read again; its places are those of the
//! text that the user wrote.

/// One replacement: `removed` bytes at `at` (an offset of the mended text) became `added`.
#[derive(Clone, Copy, Debug)]
struct Cut {
    at: usize,
    removed: usize,
    added: usize,
}

/// From offsets of a text to offsets of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Map<'p> {
    parent: Option<&'p Map<'p>>,
    /// Where the text begins in the parent's.
    base: usize,
    /// In order.
    cuts: Vec<Cut>,
}

/// A text with some ranges replaced; the replacements are in order and don't overlap.
pub(super) fn mend<'p>(
    parent: &'p Map<'p>,
    base: usize,
    text: &str,
    edits: &[(std::ops::Range<usize>, String)],
) -> (String, Map<'p>) {
    let mut mended = String::with_capacity(text.len() + 16);
    let mut cuts = Vec::with_capacity(edits.len());
    let mut done = 0;
    for (range, new) in edits {
        mended.push_str(text.get(done..range.start).unwrap_or_default());
        cuts.push(Cut { at: mended.len(), removed: range.len(), added: new.len() });
        mended.push_str(new);
        done = range.end;
    }
    mended.push_str(text.get(done..).unwrap_or_default());
    (mended, Map { parent: Some(parent), base, cuts })
}

impl Map<'_> {
    /// The offset in the file of the beginning of something.
    pub(super) fn start(&self, at: usize) -> usize {
        self.up(at, false)
    }
    /// The offset in the file of the end of something.
    pub(super) fn end(&self, at: usize) -> usize {
        self.up(at, true)
    }
    fn up(&self, at: usize, end: bool) -> usize {
        let mut up = at;
        for cut in self.cuts.iter().rev() {
            if at > cut.at + cut.added || (at == cut.at + cut.added && !(end && cut.added == 0)) {
                up = up + cut.removed - cut.added;
            } else if at > cut.at {
                // inside the new text: its ends stand for it
                up = if end { cut.at + cut.removed } else { cut.at };
            }
        }
        self.parent.map_or(self.base + up, |p| p.up(self.base + up, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back() {
        let root = Map::default();
        let text = "keep fro 99,5% of x";
        let (mended, map) = mend(&root, 100, text, &[(5..8, "for".into()), (9..14, "99.5%".into())]);
        assert_eq!(mended, "keep for 99.5% of x");
        for at in [0, 4, 5, 8, 9, 14, 15, 19] {
            assert_eq!((map.start(at), map.end(at)), (100 + at, 100 + at));
        }
        let (mended, map) = mend(&root, 0, "keep 99% of x", &[(5..5, "for ".into())]);
        assert_eq!(mended, "keep for 99% of x");
        assert_eq!((map.start(9), map.end(12)), (5, 8));
        assert_eq!((map.start(5), map.end(8)), (5, 5));
        assert_eq!((map.start(16), map.end(17)), (12, 13));
        let (mended, map) = mend(&root, 0, "a  b c", &[(1..3, String::new()), (4..5, "--".into())]);
        assert_eq!(mended, "ab--c");
        assert_eq!((map.start(0), map.end(1), map.start(1), map.end(2)), (0, 1, 3, 4));
        assert_eq!((map.start(4), map.end(5)), (5, 6));
    }
}
