// SPDX-License-Identifier: GPL-2.0

//! Writes the seeds of each target to `DIRECTORY/TARGET`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let directory = std::env::args_os()
        .nth(1)
        .ok_or_else(|| std::io::Error::other("usage: fuzz-seeds DIRECTORY"))?;

    for (target, _) in livepatch_fuzz::TARGETS {
        let directory = Path::new(&directory).join(target);
        fs::create_dir_all(&directory)?;
        for (name, bytes) in livepatch_fuzz::seeds::of(target) {
            fs::write(directory.join(name), bytes)?;
        }
    }
    Ok(())
}
