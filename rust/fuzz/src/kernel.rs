// SPDX-License-Identifier: GPL-2.0

//! A small kernel: what it is made of, and livepatches for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::Duration;

use klp_build::check::check as check_file;
use klp_build::check::target::Target;
use livepatch_symbols::{Kernel, Lookup, Sources};
use tempfile::TempDir;

use crate::seeds;

/// The file that a livepatch is said to be in.
const LIVEPATCH: &str = "test.ko";

/// The size of the head of an index, up to its counts: magic number, version, kind, and what it was made from.
const INDEX_HEAD: usize = 48;

/// How long a file must have been left alone until an index of it is kept.
const SETTLED: Duration = Duration::from_millis(3100);

/// A kernel that stays as it is.
static KERNEL: LazyLock<(TempDir, Kernel)> = LazyLock::new(|| {
    let directory = seeds::directory();
    seeds::write_kernel(directory.path());
    let sources = Sources::directory(directory.path()).expect("a kernel");
    let kernel = Kernel::open(&sources, None).expect("a kernel");
    (directory, kernel)
});

/// A kernel of which one part is replaced at a time, and its indices.
struct Parts {
    directory: TempDir,
    indices: Vec<(PathBuf, Vec<u8>)>,
}

impl Parts {
    fn new() -> Self {
        let directory = seeds::directory();
        seeds::write_kernel(directory.path());
        thread::sleep(SETTLED);
        let parts = Self {
            directory,
            indices: Vec::new(),
        };
        ask(&parts.sources(), Some(&parts.cache()));
        let indices = fs::read_dir(parts.cache())
            .expect("indices are kept")
            .map(|entry| {
                let path = entry.expect("a directory").path();
                let bytes = fs::read(&path).expect("an index");
                (path, bytes)
            })
            .collect();
        Self { indices, ..parts }
    }

    fn sources(&self) -> Sources {
        Sources::directory(self.directory.path()).expect("a kernel")
    }

    fn cache(&self) -> PathBuf {
        self.directory.path().join("index")
    }
}

/// The checksum of indices, as zlib has it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// Asks a kernel all that can be asked, about names that are there and names that are not.
fn ask(sources: &Sources, cache: Option<&Path>) {
    let Ok(kernel) = Kernel::open(sources, cache) else {
        return;
    };
    let _ = kernel.release();
    let _ = kernel.build_id();
    let _ = kernel.btf_bytes();
    let _ = kernel.config("CONFIG_LIVEPATCH");
    for name in ["vmlinux", "af_packet", "none"] {
        let Ok(Lookup::Found(object)) = kernel.object(name) else {
            continue;
        };
        let _ = object.btf_bytes();
        for symbol in ["cmdline_proc_show", "fanout_next_id", "none", "", "a.b"] {
            for found in object.symbols(symbol) {
                assert_eq!(found.name, symbol);
            }
            for sympos in [0, 1, 2, u32::MAX] {
                let _ = object.resolve(symbol, sympos);
            }
            let _ = object.clones(symbol);
            let _ = object.similar(symbol);
        }
    }
    for symbol in ["_printk", "none"] {
        if let Ok(Some(export)) = kernel.export(symbol) {
            let _ = export.only_modules().map(Iterator::count);
        }
    }
}

/// Reads a kernel one part of which is arbitrary; the first byte says which.
pub fn kernel(data: &[u8]) {
    static PARTS: LazyLock<Mutex<Parts>> = LazyLock::new(|| Mutex::new(Parts::new()));

    let Some((which, data)) = data.split_first() else {
        return;
    };
    // Whoever panicked here has ended the fuzzer; in a test, one failure is enough.
    let Ok(parts) = PARTS.lock() else {
        return;
    };
    let files = seeds::KERNEL_FILES;
    let which = usize::from(*which) % (files.len() + parts.indices.len());

    if let Some(file) = files.get(which) {
        let directory = TempDir::new_in(parts.directory.path()).expect("a directory");
        let path = directory.path().join("file");
        fs::write(&path, data).expect("the file can be written");
        let mut sources = parts.sources();
        match *file {
            "kallsyms" => sources.kallsyms = Some(path),
            "ftrace" => sources.ftrace = Some(path),
            "btf" => sources.btf = Some(path),
            "notes" => sources.notes = Some(path),
            "config" => sources.config = Some(path),
            "Module.symvers" => sources.symvers = vec![path],
            "modules.dep" => {
                let list = directory.path().join("modules.dep");
                fs::rename(path, list).expect("the file can be renamed");
                sources.modules = Some(directory.path().to_owned());
            }
            _ => {
                let module = directory.path().join("af_packet.ko");
                fs::rename(path, module).expect("the file can be renamed");
                sources.modules = Some(directory.path().to_owned());
            }
        }
        ask(&sources, None);
        return;
    }
    let Some((path, index)) = parts.indices.get(which - files.len()) else {
        return;
    };
    let Some((counts, rest)) = data.split_at_checked(8) else {
        return;
    };
    let checksum = crc32(rest).to_le_bytes();
    let bytes = [&index[..INDEX_HEAD], counts, &checksum, rest].concat();
    fs::write(path, bytes).expect("the file can be written");
    ask(&parts.sources(), Some(&parts.cache()));
}

/// Checks a livepatch for the small kernel.
pub fn check(data: &[u8]) {
    let target = Target::new(&KERNEL.1);

    match check_file(&target, Path::new(LIVEPATCH), data) {
        Ok(checked) => {
            for finding in checked.findings.as_slice() {
                assert!(!finding.to_string().is_empty());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[cfg(test)]
pub(crate) fn functions(data: &[u8]) -> Option<usize> {
    let target = Target::new(&KERNEL.1);
    let checked = check_file(&target, Path::new(LIVEPATCH), data).ok()?;

    Some(checked.livepatch.funcs().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn parts() {
        let parts = Parts::new();

        assert_eq!(parts.indices.len(), 2, "symbols and exports");
        for (_, index) in &parts.indices {
            let (_, rest) = index.split_at(INDEX_HEAD);
            assert_eq!(crc32(&rest[12..]).to_le_bytes(), rest[8..12]);
        }
        assert!(matches!(KERNEL.1.object("vmlinux"), Ok(Lookup::Found(_))));
        assert!(matches!(KERNEL.1.object("af_packet"), Ok(Lookup::Found(_))));
        assert!(matches!(KERNEL.1.export("_printk"), Ok(Some(_))));
    }
}
