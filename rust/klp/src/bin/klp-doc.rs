// SPDX-License-Identifier: GPL-2.0

//! Writes the man pages and completions of `klp`, `kpatch` and `kgr` below a directory, which is made for them.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn write(directory: &Path) -> Result<(), Box<dyn Error>> {
    for file in klp::manual::files()? {
        let path = directory.join(&file.path);
        let error = |error| format!("cannot write {}: {error}", path.display());

        fs::create_dir_all(path.parent().unwrap_or(directory)).map_err(error)?;
        fs::write(&path, &file.bytes).map_err(error)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [directory] = arguments.as_slice() else {
        eprintln!("usage: klp-doc DIRECTORY");
        return ExitCode::from(2);
    };

    match write(Path::new(directory)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("klp-doc: {error}");
            ExitCode::FAILURE
        }
    }
}
