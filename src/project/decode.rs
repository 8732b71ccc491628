//! From bytes on the disk to text.

use crate::diag::Diagnostic;
use crate::diag::codes::project as codes;

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
