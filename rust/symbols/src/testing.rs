// SPDX-License-Identifier: GPL-2.0

//! What tests build their input with.

/// A function of a [`module`].
#[derive(Clone, Copy)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    pub(crate) section: &'a str,
    pub(crate) has_site: bool,
}

/// How far functions are from each other.
const STEP: u64 = 16;

/// The sections that functions can be in.
const TEXT: [&str; 3] = [".text", ".text.unlikely", ".init.text"];

/// Appends a string and its NUL to a table, and returns its offset.
fn intern(table: &mut Vec<u8>, string: &str) -> u32 {
    let at = table.len() as u32;

    table.extend(string.as_bytes());
    table.push(0);
    at
}

/// Returns an x86 module with these functions as its global symbols, 16 bytes each, in this order; an ftrace site is 4 bytes
/// from the start of its function.
pub(crate) fn module(functions: &[Function<'_>]) -> Vec<u8> {
    let text = |name: &str| TEXT.iter().position(|other| *other == name).unwrap();
    let mut sizes = [0; TEXT.len()];
    let mut strtab = vec![0];
    let mut symtab = vec![0; 24];
    let mut rela = Vec::new();
    let mut sites: u64 = 0;

    for (at, function) in functions.iter().enumerate() {
        let section = text(function.section);

        symtab.extend(intern(&mut strtab, function.name).to_le_bytes());
        // STB_GLOBAL, STT_FUNC, STV_DEFAULT
        symtab.extend([0x12, 0]);
        symtab.extend((section as u16 + 1).to_le_bytes());
        symtab.extend((sizes[section] as u64).to_le_bytes());
        symtab.extend(STEP.to_le_bytes());
        sizes[section] += STEP as usize;
        if function.has_site {
            // R_X86_64_64
            rela.extend((sites * 8).to_le_bytes());
            rela.extend((((at as u64 + 1) << 32) | 1).to_le_bytes());
            rela.extend(4_u64.to_le_bytes());
            sites += 1;
        }
    }

    let mut names = vec![0];
    let mut file = vec![0; 64];
    let mut headers = vec![0; 64];
    let mut add =
        |name: &str, [kind, link, info]: [u32; 3], flags: u64, entry: u64, data: &[u8]| {
            let offset = file.len() as u64;

            file.extend(data);
            file.resize(file.len().next_multiple_of(8), 0);
            headers.extend(intern(&mut names, name).to_le_bytes());
            headers.extend(kind.to_le_bytes());
            for field in [flags, 0, offset, data.len() as u64] {
                headers.extend(field.to_le_bytes());
            }
            headers.extend(link.to_le_bytes());
            headers.extend(info.to_le_bytes());
            headers.extend(8_u64.to_le_bytes());
            headers.extend(entry.to_le_bytes());
        };

    // Their indices are 1 to 7, as `link` and `info` have them.
    for (name, size) in TEXT.into_iter().zip(sizes) {
        add(name, [1, 0, 0], 6, 0, &vec![0xcc; size]);
    }
    add(
        "__mcount_loc",
        [1, 0, 0],
        2,
        8,
        &vec![0; sites as usize * 8],
    );
    add(".rela__mcount_loc", [4, 6, 4], 0x40, 24, &rela);
    add(".symtab", [2, 7, 1], 0, 24, &symtab);
    add(".strtab", [3, 0, 0], 0, 0, &strtab);
    add(".shstrtab", [3, 0, 0], 0, 0, &[]);

    // The names are complete only now.
    let at = file.len() as u64;

    file.extend(&names);
    file.resize(file.len().next_multiple_of(8), 0);
    headers[8 * 64 + 24..][..8].copy_from_slice(&at.to_le_bytes());
    headers[8 * 64 + 32..][..8].copy_from_slice(&(names.len() as u64).to_le_bytes());

    let table = file.len() as u64;

    file.extend(&headers);
    file[..16].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    file[16..20].copy_from_slice(&[1, 0, 62, 0]);
    file[20] = 1;
    file[40..48].copy_from_slice(&table.to_le_bytes());
    for (field, value) in [(52, 64), (58, 64), (60, 9), (62, 8_u16)] {
        file[field..field + 2].copy_from_slice(&value.to_le_bytes());
    }
    file
}
