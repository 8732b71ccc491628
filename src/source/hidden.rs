//! Characters that a reader cannot see and that change what is read: line ends that editors show and parsers don't, controls,
//! and what turns the reading direction around.

/// What a character does that nobody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// A carriage return without a line feed, or one of Unicode's line ends: many editors begin a line there.
    LineEnd,
    /// Terminals and printers are told something by it.
    Control,
    /// It turns the reading direction around.
    Direction,
    /// It takes no room.
    Invisible,
}

impl Hidden {
    /// In a few words: `turns the reading direction around`.
    pub fn words(self) -> &'static str {
        match self {
            Self::LineEnd => "ends a line for some readers only",
            Self::Control => "a control character",
            Self::Direction => "turns the reading direction around",
            Self::Invisible => "takes no room",
        }
    }
}

/// Is it one that turns the reading direction around until another ends that?
pub(crate) fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The hidden characters of a text with their places.
pub fn hidden(text: &str) -> impl Iterator<Item = (usize, char, Hidden)> + '_ {
    let mut before = '\n';
    text.char_indices().filter_map(move |(at, c)| {
        let next = || text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next());
        let foreign = |c: char| !c.is_ascii();
        let found = match c {
            ' '..='~' | '\n' | '\t' => None,
            '\r' => (next() != Some('\n')).then_some(Hidden::LineEnd),
            '\u{85}' | '\u{2028}' | '\u{2029}' => Some(Hidden::LineEnd),
            _ if c.is_control() => Some(Hidden::Control),
            _ if turns(c) => Some(Hidden::Direction),
            // Between letters of another script, or in an emoji, these have their use.
            '\u{200c}' | '\u{200d}' if foreign(before) => None,
            '\u{200e}' | '\u{200f}' | '\u{61c}' if foreign(before) || next().is_some_and(foreign) => None,
            // A flag of a region: a black flag and its letters.
            '\u{e0020}'..='\u{e007f}'
                if before == '\u{1f3f4}' || ('\u{e0020}'..='\u{e007f}').contains(&before) =>
            {
                None
            }
            '\u{feff}' if at == 0 => None,
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2064}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' => Some(Hidden::Invisible),
            _ => None,
        };
        before = c;
        found.map(|kind| (at, c, kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds() {
        let kinds = |text: &str| hidden(text).map(|(at, _, kind)| (at, kind)).collect::<Vec<_>>();
        assert_eq!(kinds("a\r\nb\tc\n"), []);
        assert_eq!(kinds("a\rb\r"), [(1, Hidden::LineEnd), (3, Hidden::LineEnd)]);
        assert_eq!(kinds("\u{feff}a\u{feff}"), [(4, Hidden::Invisible)]);
        assert_eq!(kinds("\0\x1b\x0b"), [(0, Hidden::Control), (1, Hidden::Control), (2, Hidden::Control)]);
        assert_eq!(kinds("\u{85}\u{2028}"), [(0, Hidden::LineEnd), (2, Hidden::LineEnd)]);
        assert_eq!(kinds("x\u{202e}y\u{2069}"), [(1, Hidden::Direction), (5, Hidden::Direction)]);
        assert_eq!(kinds("a\u{200b}b\u{200d}c"), [(1, Hidden::Invisible), (5, Hidden::Invisible)]);
        // Persian, a family, a flag: as they are written.
        for text in [
            "می\u{200c}خواهم",
            "👩\u{200d}👧",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "שלום\u{200f}!",
            "naïve – “x”",
            "❤\u{fe0f}",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }
}
