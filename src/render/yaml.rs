//! A small YAML emitter with exact quoting. Every string that `PyYAML`, Go's yaml.v3 or kubectl's parser would read
//! as something else (`on`, `1_000`, `2024-01-01`, `<<`) is quoted, which no serialiser we know of does; it also writes
//! comments and lists indented as the Prometheus documentation has them.

/// Writes YAML into one string.
#[derive(Debug, Default)]
pub struct Yaml {
    out: String,
}

/// How a string is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    Block,
    Quoted,
}

const BLANKS: &str = "                                ";

impl Yaml {
    /// An empty document with room for this many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: String::with_capacity(bytes) }
    }
    /// The text.
    pub fn finish(self) -> String {
        self.out
    }
    /// A comment line. Line breaks and control characters in it become blanks, so that no text can leave its comment.
    pub fn comment(&mut self, indent: usize, text: &str) {
        self.indent(indent);
        self.out.push_str("# ");
        if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            self.out.push_str(text.trim_end_matches(' '));
        } else {
            let line: String =
                text.chars().map(|c| if is_unprintable(c) || c == '\t' { ' ' } else { c }).collect();
            self.out.push_str(line.trim_end());
        }
        self.out.push('\n');
    }
    /// An empty line.
    pub fn blank(&mut self) {
        self.out.push('\n');
    }
    /// `key:` with its value on the lines to follow.
    pub fn open(&mut self, indent: usize, key: &str) {
        self.indent(indent);
        self.key(key);
        self.out.push('\n');
    }
    /// `key: value`
    pub fn pair(&mut self, indent: usize, key: &str, value: &str) {
        self.indent(indent);
        self.key(key);
        self.out.push(' ');
        self.scalar(indent + 2, value, style_of(value));
    }
    /// `key: 30`, a number and no text.
    pub fn number(&mut self, indent: usize, key: &str, value: u64) {
        self.bare(indent, key, &value.to_string());
    }
    /// `key: true`
    pub fn flag(&mut self, indent: usize, key: &str, value: bool) {
        self.bare(indent, key, if value { "true" } else { "false" });
    }
    /// `key: value`, a number or a flag as it is.
    pub(crate) fn bare(&mut self, indent: usize, key: &str, value: &str) {
        self.indent(indent);
        self.key(key);
        self.out.push(' ');
        self.out.push_str(value);
        self.out.push('\n');
    }
    /// Lines that another emitter has made.
    pub fn append(&mut self, lines: &str) {
        self.out.push_str(lines);
    }
    /// `- key: value`, the first pair of a list's mapping. The dash stands at `indent`, the other pairs at `indent + 2`.
    pub fn item(&mut self, indent: usize, key: &str, value: &str) {
        self.indent(indent);
        self.out.push_str("- ");
        self.key(key);
        self.out.push(' ');
        self.scalar(indent + 4, value, style_of(value));
    }
    /// `- key:`, the first of a list's mapping, with its value on the lines to follow.
    pub fn open_item(&mut self, indent: usize, key: &str) {
        self.indent(indent);
        self.out.push_str("- ");
        self.key(key);
        self.out.push('\n');
    }
    /// `- value`
    pub fn element(&mut self, indent: usize, value: &str) {
        self.indent(indent);
        self.out.push_str("- ");
        self.scalar(indent + 2, value, style_of(value));
    }
    /// `key: |-` and the text below it, as it is, even where it has one line only: for code. Text that a block cannot
    /// hold is quoted.
    pub fn code(&mut self, indent: usize, key: &str, value: &str) {
        self.indent(indent);
        self.key(key);
        self.out.push(' ');
        let style = if fits_block(value) { Style::Block } else { Style::Quoted };
        self.scalar(indent + 2, value, style);
    }
    /// `key: {a: b, c: d}`
    pub fn flow<'t>(
        &mut self,
        indent: usize,
        key: &str,
        pairs: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) {
        self.indent(indent);
        self.key(key);
        self.out.push_str(" {");
        for (at, (name, value)) in pairs.into_iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.key(name);
            self.out.push(' ');
            if is_plain(value) {
                self.out.push_str(value);
            } else {
                self.quoted(value);
            }
        }
        self.out.push_str("}\n");
    }
    fn indent(&mut self, width: usize) {
        self.out.push_str(BLANKS.get(..width).unwrap_or(BLANKS));
    }
    fn key(&mut self, key: &str) {
        if is_plain(key) {
            self.out.push_str(key);
        } else {
            self.quoted(key);
        }
        self.out.push(':');
    }
    fn scalar(&mut self, indent: usize, value: &str, style: Style) {
        match style {
            Style::Plain => self.out.push_str(value),
            Style::Quoted => self.quoted(value),
            Style::Block => return self.block(indent, value),
        }
        self.out.push('\n');
    }
    fn block(&mut self, indent: usize, value: &str) {
        let body = value.strip_suffix('\n');
        self.out.push_str(match body {
            None => "|-\n",
            Some(body) if body.ends_with('\n') => "|+\n",
            Some(_) => "|\n",
        });
        let mut rest = body.unwrap_or(value);
        loop {
            let (line, next) = match memchr::memchr(b'\n', rest.as_bytes()) {
                Some(end) => (rest.get(..end).unwrap_or_default(), rest.get(end + 1..)),
                None => (rest, None),
            };
            if !line.is_empty() {
                self.indent(indent);
                self.out.push_str(line);
            }
            self.out.push('\n');
            let Some(next) = next else { break };
            rest = next;
        }
    }
    fn quoted(&mut self, value: &str) {
        self.out.push('"');
        let mut rest = value;
        while let Some(at) = first_special(rest) {
            let (before, from) = rest.split_at(at);
            self.out.push_str(before);
            let mut chars = from.chars();
            match chars.next().unwrap_or_default() {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\t' => self.out.push_str("\\t"),
                '\r' => self.out.push_str("\\r"),
                c if is_unprintable(c) => self.hex(c),
                c => self.out.push(c),
            }
            rest = chars.as_str();
        }
        self.out.push_str(rest);
        self.out.push('"');
    }
    fn hex(&mut self, c: char) {
        self.out.push_str("\\u");
        for shift in [12, 8, 4, 0] {
            let digit = char::from_digit((u32::from(c) >> shift) & 0xf, 16).unwrap_or('0');
            self.out.push(digit);
        }
    }
}

fn style_of(value: &str) -> Style {
    if is_plain(value) {
        Style::Plain
    } else if value.as_bytes().contains(&b'\n') && fits_block(value) {
        Style::Block
    } else {
        Style::Quoted
    }
}

/// `[A-Za-z0-9_./-]`
const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut b = 0_u8;
    while b < 128 {
        table[b as usize] = b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'/' | b'-');
        b += 1;
    }
    table
};

/// `^[A-Za-z][A-Za-z0-9_./-]*$`, and no word that YAML 1.1 reads as a boolean, a null or a number.
fn is_plain(value: &str) -> bool {
    let bytes = value.as_bytes();
    let starts = bytes.first().is_some_and(u8::is_ascii_alphabetic);
    if !starts || !bytes.iter().fold(true, |all, b| all & WORD[usize::from(*b)]) {
        return false;
    }
    bytes.len() > 5
        || !["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"]
            .iter()
            .any(|w| value.eq_ignore_ascii_case(w))
}

/// Can a literal block hold it unchanged?
#[allow(clippy::needless_bitwise_bool, reason = "lazy operators would branch at each byte")]
fn fits_block(value: &str) -> bool {
    let bytes = value.as_bytes();
    if matches!(bytes.first(), None | Some(b' ' | b'\t' | b'\n')) {
        return false;
    }
    // Without early exits, so that the compiler looks at many bytes at once: expressions are most of what is written.
    let visible = bytes.iter().fold(true, |all, b| all & ((0x20..0x7f).contains(b) | (*b == b'\n')));
    let next = bytes.get(1..).unwrap_or_default();
    let trailing = bytes.iter().zip(next).fold(false, |any, (a, b)| any | ((*a == b' ') & (*b == b'\n')));
    if trailing || bytes.last() == Some(&b' ') {
        return false;
    }
    visible || !value.chars().any(|c| c != '\n' && is_unprintable(c))
}

/// Where the first byte is that [`is_special`]; sixteen at a time.
fn first_special(text: &str) -> Option<usize> {
    let mut from = 0;
    for chunk in text.as_bytes().chunks(16) {
        if chunk.iter().fold(false, |any, b| any | is_special(*b)) {
            return chunk.iter().position(|b| is_special(*b)).map(|at| from + at);
        }
        from += chunk.len();
    }
    None
}

/// Does it need a look before it is written between quotes?
fn is_special(byte: u8) -> bool {
    !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\'
}

/// Not printable in YAML, or a line break to some parser.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
