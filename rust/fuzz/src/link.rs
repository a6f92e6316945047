// SPDX-License-Identifier: GPL-2.0

//! Files of the ELF format: read, linked, written, and read again.

use std::path::Path;

use klp_build::link::{link as link_file, Origin};
use klp_build::signature::Signed;
use livepatch_elf::File;

fn origin() -> Origin<'static> {
    Origin {
        path: Path::new("test.ko"),
        build_id: Some("5d1c"),
        date: 1_790_000_000,
    }
}

#[cfg(test)]
pub(crate) fn is_linkable(data: &[u8]) -> bool {
    link_file(&mut File::parse(data).expect("a module"), &origin())
        .is_ok_and(|changes| changes.any())
}

/// Looks at what a file has: the questions that tools ask.
fn walk(file: &File<'_>) {
    for index in 0..file.sections.len() {
        let _ = file.relocation_sections(index).count();
        let _ = file.string_at(index, 1);
        for relocation in file.relocations_to(index).into_iter().flatten() {
            let _ = file.target(&relocation);
            let _ = file.symbol_name(relocation.r_sym);
        }
    }
    let _ = file.modinfo().count();
}

/// Links a module, if it is one; what comes out can be read, and linking it again changes nothing.
pub fn link(data: &[u8]) {
    if let Ok(Some(signed)) = Signed::parse(data) {
        assert!(data.starts_with(signed.module));
    }
    let Ok(mut file) = File::parse(data) else {
        return;
    };
    walk(&file);
    if let Ok(written) = file.write() {
        let again = File::parse(&written).expect("what was written can be read");
        assert!(
            again.write().is_ok_and(|bytes| bytes == written),
            "writing is not stable"
        );
    }
    let before = file.write();
    let Ok(changes) = link_file(&mut file, &origin()) else {
        return;
    };
    let Ok(written) = file.write() else {
        // What could not be written before either; or a name, or the file, has become too long.
        assert!(before.is_err() || changes.any());
        return;
    };
    let mut again = File::parse(&written).expect("what was linked can be read");
    if !changes.any() {
        assert!(
            before.is_ok_and(|before| before == written),
            "linking has changed what it says it has not"
        );
        return;
    }
    let changes = link_file(&mut again, &origin()).expect("what was linked can be linked");
    assert!(!changes.any(), "linking again changes: {changes}");
    assert!(
        again.write().is_ok_and(|bytes| bytes == written),
        "linking is not stable"
    );
}
