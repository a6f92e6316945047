// SPDX-License-Identifier: GPL-2.0

//! Comparisons of small modules, made by the C compiler.

use std::process::Command;

use super::*;

/// A kernel that exports three symbols, and its modules beside it.
struct Fixture(tempfile::TempDir);

impl Fixture {
    fn new() -> Self {
        let this = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(this.path("tree/include/config")).unwrap();
        fs::create_dir_all(this.path("modules/patches")).unwrap();
        this.config("CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y\n");
        fs::write(
            this.path("tree/Module.symvers"),
            "0xdf561eff\tmodule_layout\tvmlinux\tEXPORT_SYMBOL\t\n\
             0x92997ed8\t_printk\tvmlinux\tEXPORT_SYMBOL\t\n\
             0x00000012\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n",
        )
        .unwrap();
        fs::write(
            this.path("modules/Module.symvers"),
            "0x11223344\tours\tpatches/ours\tEXPORT_SYMBOL_GPL\tNAMESPACE\n",
        )
        .unwrap();
        this
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn config(&self, text: &str) {
        fs::write(self.path("tree/include/config/auto.conf"), text).unwrap();
    }

    /// Compiles a module.
    fn module(&self, text: &str) {
        let source = self.path("source.c");
        fs::write(&source, text).unwrap();
        let status = Command::new("cc")
            .args(["-c", "-fno-pic", "-mno-red-zone", "-o"])
            .args([&self.path("modules/patches/it.ko"), &source])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// Compiles a module that calls functions, and has these versions.
    fn module_with(&self, calls: &str, versions: &[(u64, &str)]) {
        let versions = versions
            .iter()
            .map(|(version, name)| format!("{{ {version:#x}, \"{name}\" }}, "))
            .collect::<Vec<_>>()
            .concat();
        self.module(&format!(
            "extern void _printk(void), kfree(void), ours(void), nobody(void);\n\
             extern void maybe(void) __attribute__((weak));\n\
             const struct {{ unsigned long crc; char name[56]; }} versions[]\n\
             __attribute__((section(\"__versions\"))) = {{ {versions} }};\n\
             void f(void) {{ {calls} }}\n"
        ));
    }

    fn run(&self) -> Result<(bool, String)> {
        let mut output = Vec::new();
        let cli = Cli {
            tree: self.path("tree"),
            modules: self.path("modules"),
        };
        let good = run(&cli, &mut output)?;
        Ok((good, String::from_utf8(output).unwrap()))
    }

    /// Returns the comments of a result that is bad.
    fn bad(&self) -> String {
        let (good, output) = self.run().unwrap();
        assert!(!good, "{output}");
        assert!(output.contains("\nnot ok 1 patches/it.ko\n"), "{output}");
        let comments = output.lines().filter(|line| line.starts_with('#'));
        comments.collect::<Vec<_>>().join("\n")
    }
}

const LAYOUT: (u64, &str) = (0xdf56_1eff, "module_layout");
const PRINTK: (u64, &str) = (0x9299_7ed8, "_printk");

#[test]
fn right_versions_are_good() {
    let fixture = Fixture::new();
    fixture.module_with(
        "_printk(); ours(); maybe();",
        &[LAYOUT, PRINTK, (0x1122_3344, "ours")],
    );
    let expected = "KTAP version 1\n1..1\nok 1 patches/it.ko\n".to_owned();
    assert_eq!(fixture.run().unwrap(), (true, expected));
}

#[test]
fn another_version_is_found() {
    let fixture = Fixture::new();
    fixture.module_with("_printk(); kfree();", &[LAYOUT, PRINTK, (0x13, "kfree")]);
    assert_eq!(
        fixture.bad(),
        "# kfree has the version 0x00000013 in __versions; the kernel's is 0x00000012"
    );
}

#[test]
fn no_version_is_found() {
    let fixture = Fixture::new();
    fixture.module_with("_printk(); kfree();", &[LAYOUT, PRINTK]);
    assert_eq!(fixture.bad(), "# kfree has no version");
}

#[test]
fn a_module_has_the_version_of_the_layout() {
    let fixture = Fixture::new();
    fixture.module("void f(void) { }\n");
    assert_eq!(fixture.bad(), "# module_layout has no version");
}

#[test]
fn what_nobody_exports_is_found() {
    let fixture = Fixture::new();
    fixture.module_with("nobody();", &[LAYOUT, (1, "gone")]);
    assert_eq!(
        fixture.bad(),
        "# gone is exported by nobody\n# nobody is exported by nobody"
    );
}

#[test]
fn extended_versions_count() {
    let fixture = Fixture::new();
    let source = |kfree: u32| {
        format!(
            "extern void _printk(void), kfree(void);\n\
             const unsigned versions[] __attribute__((section(\"__version_ext_crcs\"))) =\n\
             {{ 0xdf561eff, 0x92997ed8, {kfree} }};\n\
             const char names[] __attribute__((section(\"__version_ext_names\"))) =\n\
             \"module_layout\\0_printk\\0kfree\";\n\
             void f(void) {{ _printk(); kfree(); }}\n"
        )
    };
    fixture.module(&source(0x12));
    assert!(fixture.run().unwrap().0);
    fixture.module(&source(0x21));
    assert_eq!(
        fixture.bad(),
        "# kfree has the version 0x00000021 in __version_ext_crcs; the kernel's is 0x00000012"
    );
}

#[test]
fn malformed_sections_are_errors() {
    let fixture = Fixture::new();
    fixture.module("const char v[65] __attribute__((section(\"__versions\"))) = { 1 };\n");
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.contains("it.ko: section __versions: "), "{error}");
    fixture.module_with("", &[(1 << 32, "_printk")]);
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.contains("wider than 32 bits"), "{error}");
    fixture
        .module("const unsigned v[] __attribute__((section(\"__version_ext_crcs\"))) = { 1 };\n");
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.contains("a name does not end"), "{error}");
    fixture.module("const char v[] __attribute__((section(\"__version_ext_names\"))) = \"a\";\n");
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.contains("more names than versions"), "{error}");
    fs::write(fixture.path("modules/patches/it.ko"), "no module").unwrap();
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.contains("patches/it.ko: "), "{error}");
}

#[test]
fn a_malformed_symvers_is_an_error() {
    let fixture = Fixture::new();
    fixture.module_with("_printk();", &[LAYOUT, PRINTK]);
    fs::write(fixture.path("modules/Module.symvers"), "0x1 a b c\n").unwrap();
    let error = fixture.run().unwrap_err().to_string();
    assert!(error.contains("Module.symvers:1: "), "{error}");
}

#[test]
fn no_modules_are_an_error() {
    let error = Fixture::new().run().unwrap_err().to_string();
    assert!(error.contains("there is no module below "), "{error}");
}

#[test]
fn a_kernel_without_versions_is_skipped() {
    let fixture = Fixture::new();
    fixture.config("CONFIG_MODULES=y\n# CONFIG_MODVERSIONS is not set\n");
    let (good, output) = fixture.run().unwrap();
    assert!(good);
    assert!(output.contains("1..0 # SKIP "), "{output}");
}
