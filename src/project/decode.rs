//! From bytes on the disk to text.

use std::io::Read;
use std::path::Path;

use super::LARGEST;
use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;

/// Reads a file that is shown to the user as `shown`: UTF-8, without a byte order mark.
pub fn read(path: &Path, shown: &str) -> Result<String, Box<Diagnostic>> {
    read_at_most(path, shown, LARGEST)
}

/// As [`read`], with another limit.
pub(super) fn read_at_most(path: &Path, shown: &str, most: u64) -> Result<String, Box<Diagnostic>> {
    let failed = |error: std::io::Error| Box::new(unreadable(shown, &error));
    let file = match super::plain::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => {
            let made = Diagnostic::unplaced(&codes::UNREADABLE, format!("`{shown}` is not a plain file"));
            return Err(Box::new(made.help("a `.slovo` file must be a file; rename what is none")));
        }
        Err(error) => return Err(failed(error)),
    };
    let kind = file.metadata().map_err(failed)?;
    let mut bytes = Vec::with_capacity(usize::try_from(kind.len().min(most)).unwrap_or(0) + 1);
    // One byte more than allowed tells, whatever the file system says about the length.
    file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > most {
        let size = kind.len().max(bytes.len() as u64) / (1024 * 1024);
        let limit = most / (1024 * 1024);
        let message = format!("`{shown}` is larger than {limit} MiB (it has {size} MiB)");
        let made = Diagnostic::unplaced(&codes::TOO_LARGE, message);
        return Err(Box::new(made.help(if shown == super::CONFIG_FILE {
            "settings are a page or two: is it another file under this name?"
        } else {
            "split it into a file per journey"
        })));
    }
    decode(bytes, shown)
}

/// The text of these bytes: UTF-8, without a byte order mark.
pub fn decode(bytes: Vec<u8>, shown: &str) -> Result<String, Box<Diagnostic>> {
    let wide = [[0xff, 0xfe], [0xfe, 0xff]].iter().any(|mark| bytes.starts_with(mark));
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let before = bytes.get(..at).unwrap_or_default();
            let line = before.split(|b| *b == b'\n').count();
            let byte = bytes.get(at).copied().unwrap_or_default();
            let message = format!("`{shown}` is not UTF-8: byte {at} (line {line}) is 0x{byte:02x}");
            let made = Diagnostic::unplaced(&codes::NOT_UTF8, message);
            Err(Box::new(if wide {
                made.help("it looks like UTF-16: save it as UTF-8")
            } else {
                made.help("save it as UTF-8, or write the character again")
            }))
        }
    }
}

/// The system's own words on why.
pub(super) fn unreadable(shown: &str, error: &std::io::Error) -> Diagnostic {
    let shown = if shown.is_empty() { "." } else { shown };
    let why = if error.kind() == std::io::ErrorKind::NotFound {
        "it is a link to nothing, or was just removed".to_owned()
    } else {
        error.to_string().to_lowercase()
    };
    Diagnostic::unplaced(&codes::UNREADABLE, format!("`{shown}` cannot be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes() {
        assert_eq!(decode(b"\xef\xbb\xbfa\r\nb".to_vec(), "x").unwrap(), "a\r\nb");
        let wrong = decode(b"a\nb\xffc".to_vec(), "x.slovo").unwrap_err();
        assert_eq!(wrong.message, "`x.slovo` is not UTF-8: byte 3 (line 2) is 0xff");
        assert!(decode(b"\xff\xfea\0".to_vec(), "x").unwrap_err().help[0].contains("UTF-16"));
    }
}
