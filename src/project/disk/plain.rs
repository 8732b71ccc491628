//! Opening what a name leads to: plain files of bounded size only. A pipe would block, a device never end.

use std::fs::{File, FileType};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The text of a plain file of at most `most` bytes.
pub fn read_plain(path: &Path, most: u64) -> Result<String> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    // One byte more than allowed tells, whatever the file system says about the length.
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is larger than {} KiB", most / 1024)));
    }
    String::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidData, "it is not UTF-8"))
}

/// A plain file's first bytes, at most so many: to be compared with what is known, which is shorter.
pub fn read_start(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a plain file.
pub(super) fn open(path: &Path) -> Result<File> {
    let refuse = |kind: FileType| {
        let said = format!("it is {}, not a plain file", describe(kind));
        Err(Error::new(ErrorKind::InvalidInput, said))
    };
    // Before it is opened, since opening a pipe waits for its writer; and after, since it may be another by then.
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() {
        return refuse(kind);
    }
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() { Ok(file) } else { refuse(kind) }
}

/// `a pipe`
fn describe(kind: FileType) -> &'static str {
    if kind.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
    }
    "a device"
}
