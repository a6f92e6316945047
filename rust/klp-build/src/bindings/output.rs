// SPDX-License-Identifier: GPL-2.0

//! The files that are written: all at once, and only if they change, so that nothing is built again for nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use livepatch_abi::btf::PREFIX;
use proc_macro2::TokenStream;

use super::error::Error;

/// Writes Rust as people read it.
pub(super) fn format(what: &str, tokens: TokenStream) -> Result<String, Error> {
    let file = syn::parse2(tokens).map_err(|source| Error::Output {
        what: what.to_owned(),
        source,
    })?;

    Ok(format!(
        "// Made by klp-build from the BTF of the kernel: {what}. Not to be edited, nor kept.\n\n{}",
        prettyplease::unparse(&file)
    ))
}

/// Gives a file its contents, if it has not got them already.
pub(super) fn write(path: &Path, contents: &str) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };

    match fs::read(path) {
        Ok(old) if old == contents.as_bytes() => return Ok(()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    replace(path, contents).map_err(failed)
}

fn replace(path: &Path, contents: &str) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let mut new = tempfile::Builder::new()
        .prefix(".klp-build.")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(directory)?;

    new.write_all(contents.as_bytes())?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    Ok(())
}

/// Deletes the files in a directory that earlier lists have left there.
pub(super) fn delete_others(directory: &Path, names: &BTreeSet<String>) -> Result<(), Error> {
    let failed = |source| Error::File {
        path: directory.to_owned(),
        source,
    };

    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();

        if name.starts_with(PREFIX) && name.ends_with(".rs") && !names.contains(name.as_ref()) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{delete_others, write};

    #[test]
    fn writes_only_what_changes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.rs");
        let inode = || std::os::unix::fs::MetadataExt::ino(&fs::metadata(&path).unwrap());

        write(&path, "one").unwrap();
        let first = inode();
        write(&path, "one").unwrap();
        assert_eq!(inode(), first);
        write(&path, "two").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn deletes_what_is_not_asked_for_any_more() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        for name in ["btf_generated_1.rs", "btf_generated_2.rs", "main.rs"] {
            fs::write(path(name), "").unwrap();
        }

        delete_others(
            directory.path(),
            &BTreeSet::from(["btf_generated_2.rs".to_owned()]),
        )
        .unwrap();
        assert!(!path("btf_generated_1.rs").exists());
        assert!(path("btf_generated_2.rs").exists() && path("main.rs").exists());
    }
}
