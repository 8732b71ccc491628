//! Lines and columns as editors count them.

use super::SourceFile;

/// What a column counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Bytes of UTF-8.
    Utf8,
    /// Units of UTF-16: what the language server protocol takes unless told otherwise.
    Utf16,
    /// Characters.
    Characters,
}

impl Unit {
    fn of(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Characters => 1,
        }
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 0.
    pub line: usize,
    /// The column, from 0.
    pub column: usize,
}

impl SourceFile {
    /// The place of a byte offset. One inside a character is that character's; one behind the end is the end.
    pub fn position(&self, offset: usize, unit: Unit) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.line_index(offset);
        let before = offset - self.line_start(line);
        let (mut column, mut bytes) = (0, 0);
        for c in self.line_text(line).chars() {
            bytes += c.len_utf8();
            if bytes > before {
                break;
            }
            column += unit.of(c);
        }
        Position { line, column }
    }
    /// The byte offset of a place. A column inside a character is that character's; one behind the end of its line, the line break
    /// included, is that end; a line behind the last is the end of the text.
    pub fn offset(&self, position: Position, unit: Unit) -> usize {
        if position.line >= self.line_count() {
            return self.text.len();
        }
        let (mut column, mut bytes) = (0, 0);
        for c in self.line_text(position.line).chars() {
            column += unit.of(c);
            if column > position.column {
                break;
            }
            bytes += c.len_utf8();
        }
        self.line_start(position.line) + bytes
    }
    fn line_start(&self, line: usize) -> usize {
        self.line_range(line).map_or(self.text.len(), |r| r.start)
    }
    /// A line without its break.
    fn line_text(&self, line: usize) -> &str {
        let line = self.line_range(line).and_then(|r| self.text.get(r)).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceMap;

    const UNITS: [Unit; 3] = [Unit::Utf8, Unit::Utf16, Unit::Characters];

    fn with<T>(text: &str, ask: impl FnOnce(&SourceFile) -> T) -> T {
        let mut map = SourceMap::default();
        let file = map.add("a.slovo", text);
        ask(map.get(file).unwrap())
    }

    #[test]
    fn columns_are_counted_in_three_ways() {
        with("a\né𝄞x\r\n\nz", |file| {
            let x = file.text.find('x').unwrap();
            let columns = UNITS.map(|unit| file.position(x, unit));
            assert_eq!(columns.map(|p| p.line), [1; 3]);
            assert_eq!(columns.map(|p| p.column), [6, 3, 2]);
            for (unit, position) in UNITS.into_iter().zip(columns) {
                assert_eq!(file.offset(position, unit), x);
                // Behind the end of the line, before its break.
                assert_eq!(file.offset(Position { line: 1, column: 99 }, unit), x + 1);
                assert_eq!(file.offset(Position { line: 9, column: 0 }, unit), file.text.len());
                assert_eq!(file.position(99, unit), Position { line: 3, column: 1 });
            }
            // Inside of the clef, which takes two units.
            assert_eq!(file.offset(Position { line: 1, column: 2 }, Unit::Utf16), 4);
            assert_eq!(file.position(5, Unit::Characters), Position { line: 1, column: 1 });
        });
    }

    proptest! {
        #[test]
        fn every_character_is_found_again(text in "[ab\né𝄞\r]{0,40}") {
            with(&text, |file| {
                for (at, c) in text.char_indices() {
                    let in_break = c == '\n' || c == '\r' && text.get(at + 1..).is_some_and(|r| r.starts_with('\n'));
                    for unit in UNITS {
                        let position = file.position(at, unit);
                        let back = file.offset(position, unit);
                        prop_assert!(back <= at);
                        prop_assert!(back == at || in_break, "{at} {position:?} {unit:?}");
                    }
                }
                Ok(())
            })?;
        }
    }
}
