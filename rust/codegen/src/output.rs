// SPDX-License-Identifier: GPL-2.0

//! Writing files so that who builds from them sees a change only where there is one.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use crate::error::{Error, Result};

/// Makes the file at `path` hold `text`. A file that does already is left alone; another is replaced at once.
pub fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    let new = path.with_file_name(name);
    let written = File::create(&new)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, path));
    written.map_err(|source| {
        // It may not be there; the error that counts is the first.
        let _ = fs::remove_file(&new);
        Error::file("write", path)(source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_is_written() {
        let directory = std::env::temp_dir().join(format!("codegen-output-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("file");
        write(&path, "one\n").unwrap();
        let first = fs::metadata(&path).unwrap().modified().unwrap();
        write(&path, "one\n").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), first);
        write(&path, "two\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two\n");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        let error = write(&directory.join("missing/file"), "x").unwrap_err();
        assert!(error.to_string().contains("missing/file"), "{error}");
        fs::remove_dir_all(&directory).unwrap();
    }
}
