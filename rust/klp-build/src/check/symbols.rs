// SPDX-License-Identifier: GPL-2.0

//! Each symbol that the module uses, the kernel exports to it.
//!
//! C source: `resolve_symbol()` in `kernel/module/main.c`.

use std::collections::HashMap;

use livepatch_abi::modinfo::LICENSE;
use livepatch_abi::object::VMLINUX;
use livepatch_elf::elf::{EM_386, EM_PPC64, EM_S390, EM_X86_64, STB_WEAK};
use livepatch_symbols::{Export, Lookup};

use super::context::Context;
use super::finding::{Finding, Findings};
use super::functions::{elsewhere, suggestion};
use super::{modinfo, Error};

/// The key of the namespaces that a module imports.
const IMPORT_NS: &str = "import_ns";

/// The key of the modules that a module needs, as modpost found them.
const DEPENDS: &str = "depends";

/// The versions of symbols: the classic form, an array of 8 bytes for the version and 56 for the name.
const VERSIONS: &str = "__versions";
const VERSION_SIZE: usize = 64;
const VERSION_NAME: usize = 8;

/// The extended form: an array of 4 bytes each, and as many names with a NUL each.
const VERSION_CRCS: &str = "__version_ext_crcs";
const VERSION_NAMES: &str = "__version_ext_names";

/// Checks it.
pub(super) fn check(context: &Context<'_>, findings: &mut Findings) -> Result<(), Error> {
    let file = context.file();
    let versions = versions(context);
    let has_versions = match context.kernel().config("CONFIG_MODVERSIONS") {
        Ok(value) => Some(value.is_some()),
        Err(livepatch_symbols::Error::Unknown(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let checks_versions = has_versions == Some(true) && !versions.is_empty();
    let mut needed: Vec<String> = Vec::new();

    for symbol in &file.symbols {
        if !symbol.is_undefined()
            || symbol.name.is_empty()
            || is_ignored(file.header.e_machine, &symbol.name)
        {
            continue;
        }
        let name: &str = &symbol.name;
        let export = match context.kernel().export(name) {
            Ok(export) => export,
            Err(livepatch_symbols::Error::Unknown(unknown)) => {
                findings.push(Finding::unknown(
                    "exports",
                    format!("whether the symbols that it uses are exported to it, for lack of the kernel's {}", unknown.0),
                    "give a kernel directory with Module.symvers",
                ));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let about = |finding: Finding| finding.symbol(name);

        match export {
            None if symbol.binding() == STB_WEAK => {}
            None => findings.push(about(not_exported(context, name)?)),
            Some(export) => {
                if export.module != VMLINUX {
                    needed.push(export.module.to_owned());
                    findings.push(about(of_module(&export)));
                }
                exported(context, &export, findings);
                if checks_versions {
                    if let Some(finding) = wrong_version(&export, &versions) {
                        findings.push(about(finding));
                    }
                }
            }
        }
    }
    if checks_versions {
        layout_version(context, &versions, findings)?;
    } else if has_versions == Some(true) {
        findings.push(Finding::refused(
            "no_symbol_versions",
            "the module has no versions of the symbols that it uses, and this kernel compares them",
            "build the module with the kernel's Module.symvers, so that modpost adds them",
        ));
    }
    depends(context, &needed, findings);
    Ok(())
}

/// Returns whether the loader takes no offence at this symbol.
fn is_ignored(machine: u16, name: &str) -> bool {
    match machine {
        EM_X86_64 | EM_386 | EM_S390 => name == "_GLOBAL_OFFSET_TABLE_",
        EM_PPC64 => name == ".TOC.",
        _ => false,
    }
}

fn not_exported(context: &Context<'_>, name: &str) -> Result<Finding, Error> {
    let nobody = "no kernel code exports it";

    if let Lookup::Found(vmlinux) = context.kernel().object(VMLINUX)? {
        if !vmlinux.symbols(name).is_empty() {
            return Ok(Finding::refused(
                "not_exported",
                format!("{nobody}; vmlinux has it"),
                "declare it with #[unexported], or in C with LIVEPATCH_UNEXPORTED(vmlinux, ..), and run klp-build link",
            ));
        }
        if let Some(object) = elsewhere(context, &vmlinux, name)?.first() {
            return Ok(Finding::refused(
                "not_exported",
                format!("{nobody}; {object} has it"),
                format!(
                    "declare it with #[unexported(object = \"{object}\")], or in C with LIVEPATCH_UNEXPORTED({object}, ..), and \
                     run klp-build link"
                ),
            ));
        }
        if let Some(suggestion) = suggestion(&context.target.similar(&vmlinux, name)) {
            return Ok(Finding::refused(
                "not_exported",
                format!("{nobody}, and vmlinux has no such symbol"),
                suggestion,
            ));
        }
    }
    Ok(Finding::refused(
        "not_exported",
        nobody,
        "correct its name, or declare where it is with #[unexported(object = ..)]",
    ))
}

fn of_module(export: &Export<'_>) -> Finding {
    Finding::refused(
        "export_of_module",
        format!(
            "the module {} exports it: the livepatch would not load without that module, and would pin it",
            export.module
        ),
        format!(
            "declare it with #[unexported(object = \"{0}\")], or in C with LIVEPATCH_UNEXPORTED({0}, ..)",
            export.module
        ),
    )
}

/// Checks that the module is among those that get an exported symbol.
fn exported(context: &Context<'_>, export: &Export<'_>, findings: &mut Findings) {
    let file = context.file();
    let about = |finding: Finding| finding.symbol(export.name);

    if export.gpl && !modinfo::is_gpl(file.modinfo_value(LICENSE)) {
        findings.push(about(Finding::refused(
            "gpl_only",
            "it is exported to modules with a GPL-compatible licence only",
            "use such a licence",
        )));
    }
    if let Some(mut modules) = export.only_modules() {
        let name = context.livepatch.name.as_str();
        let is_meant = |pattern: &str| match pattern.strip_suffix('*') {
            Some(prefix) => name.starts_with(&prefix.replace('-', "_")),
            None => pattern.replace('-', "_") == name,
        };
        if !modules.any(is_meant) {
            findings.push(about(Finding::refused(
                "namespace",
                format!(
                    "it is exported to these modules only: {}",
                    export
                        .namespace
                        .unwrap_or_default()
                        .trim_start_matches("module:")
                ),
                format!(
                    "declare it with #[unexported], or in C with LIVEPATCH_UNEXPORTED({}, ..)",
                    export.module
                ),
            )));
        }
    } else if let Some(namespace) = export.namespace {
        let mut imported = file.modinfo().filter(|(key, _)| *key == IMPORT_NS);
        if !imported.any(|(_, value)| value == namespace) {
            findings.push(about(Finding::refused(
                "namespace",
                format!("it is exported in the namespace {namespace}, which the module does not import"),
                format!("import it: `import_ns={namespace}` in .modinfo, MODULE_IMPORT_NS(\"{namespace}\") in C"),
            )));
        }
    }
}

/// Returns the version that the module wants of each symbol.
fn versions(context: &Context<'_>) -> HashMap<String, u32> {
    let file = context.file();
    let mut versions = HashMap::new();
    let is_little = matches!(file.endian(), livepatch_elf::Endianness::Little);
    let number = |bytes: &[u8]| {
        let bytes: [u8; 4] = bytes.try_into().ok()?;
        Some(if is_little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    };

    if let Some((_, section)) = file.section_by_name(VERSIONS) {
        for entry in section.bytes().chunks_exact(VERSION_SIZE) {
            let (crc, name) = entry.split_at(VERSION_NAME);
            let name = name.split(|&byte| byte == 0).next().unwrap_or_default();
            let crc = if is_little {
                crc.get(..4)
            } else {
                crc.get(4..)
            };
            if let (Ok(name), Some(crc)) = (std::str::from_utf8(name), crc.and_then(number)) {
                versions.insert(name.to_owned(), crc);
            }
        }
    }
    if let (Some((_, crcs)), Some((_, names))) = (
        file.section_by_name(VERSION_CRCS),
        file.section_by_name(VERSION_NAMES),
    ) {
        let names = names.bytes().split(|&byte| byte == 0);
        for (crc, name) in crcs.bytes().chunks_exact(4).zip(names) {
            if let (Ok(name), Some(crc)) = (std::str::from_utf8(name), number(crc)) {
                versions.insert(name.to_owned(), crc);
            }
        }
    }
    versions
}

fn wrong_version(export: &Export<'_>, versions: &HashMap<String, u32>) -> Option<Finding> {
    match versions.get(export.name) {
        None => Some(Finding::refused(
            "no_symbol_version",
            "the module does not say which version of it it was built with, and this kernel compares versions",
            "build the module with the kernel's Module.symvers, so that modpost adds it",
        )),
        Some(version) if *version != export.crc => Some(Finding::refused(
            "symbol_version",
            format!(
                "the module was built with version {version:#010x} of it, and the kernel has {:#010x}: its type has changed",
                export.crc
            ),
            "build the module with the headers and Module.symvers of exactly this kernel",
        )),
        Some(_) => None,
    }
}

/// Checks the version of the layout of modules, which stands beside those of the symbols that are used.
fn layout_version(
    context: &Context<'_>,
    versions: &HashMap<String, u32>,
    findings: &mut Findings,
) -> Result<(), Error> {
    const LAYOUT: &str = "module_layout";

    if let Some(export) = context.kernel().export(LAYOUT)? {
        if let Some(finding) = wrong_version(&export, versions) {
            findings.push(finding.symbol(LAYOUT));
        }
    }
    Ok(())
}

/// Checks that no other module has to be there; those of which a symbol is used have been told.
fn depends(context: &Context<'_>, needed: &[String], findings: &mut Findings) {
    let depends = context.file().modinfo_value(DEPENDS).unwrap_or_default();

    for module in depends.split(',').filter(|module| !module.is_empty()) {
        let module = module.replace('-', "_");
        if !needed.contains(&module) {
            findings.push(Finding::refused(
                "depends",
                format!("`depends=` in .modinfo names the module {module}: the livepatch would not load without it, and would pin it"),
                "build the module again: it uses no symbol of that module",
            ));
        }
    }
}
