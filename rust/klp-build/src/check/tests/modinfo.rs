// SPDX-License-Identifier: GPL-2.0

//! What the module says of itself.

use super::*;

/// What is said of a livepatch with this in its `.modinfo`.
fn with(modinfo: &str) -> Vec<String> {
    with_file("test.ko", modinfo)
}

fn with_file(file: &str, modinfo: &str) -> Vec<String> {
    let mut maker = Maker::new();
    maker.modinfo = modinfo.replace('|', "\0").into_bytes();
    let funcs = maker.funcs(&[("show", 0)]);
    maker.patch(&[(None, funcs)]);
    says(&Fake::new().check_as(file, &maker.bytes()))
}

#[test]
fn livepatch() {
    assert_eq!(
        with("license=GPL|name=test|vermagic=7.3.4 SMP|"),
        ["`livepatch=Y` is missing in .modinfo: the kernel enables no livepatch of a module without it: add MODULE_INFO(livepatch, \
          \"Y\"), or leave the file out if it is no livepatch"]
    );
    assert_eq!(
        with("livepatch=1|license=GPL|name=test|vermagic=7.3.4 SMP|"),
        ["`livepatch=1` in .modinfo: tools know livepatches by the value Y: write MODULE_INFO(livepatch, \"Y\")"]
    );
}

#[test]
fn license() {
    assert_eq!(
        with("livepatch=Y|license=MIT|name=test|vermagic=7.3.4 SMP|"),
        [
            "the licence is \"MIT\": klp_enable_patch() is exported to modules with a GPL-compatible one only: use one of GPL, GPL v2, \
             GPL and additional rights, Dual BSD/GPL, Dual MIT/GPL, Dual MPL/GPL",
            "klp_enable_patch: it is exported to modules with a GPL-compatible licence only: use such a licence",
        ]
    );
    assert!(with("livepatch=Y|name=test|vermagic=7.3.4 SMP|")[0]
        .starts_with("the licence is missing in .modinfo: "));
}

#[test]
fn vermagic() {
    assert_eq!(
        with("livepatch=Y|license=GPL|name=test|"),
        ["`vermagic=` is missing in .modinfo: the kernel loads no such module: build the module with Kbuild, which writes it"]
    );
    assert_eq!(
        with("livepatch=Y|license=GPL|name=test|vermagic=7.3.5 SMP |"),
        ["it was built for the kernel \"7.3.5 SMP\", and this is \"7.3.4 SMP\": build it for this kernel, with the headers and the \
          configuration of exactly this one"]
    );
    // Kbuild leaves a blank at the end.
    assert_eq!(
        with("livepatch=Y|license=GPL|name=test|vermagic=7.3.4 SMP |"),
        [""; 0]
    );
}

#[test]
fn release_only() {
    let mut maker = Maker::new();
    maker.modinfo = b"livepatch=Y\0license=GPL\0name=test\0vermagic=6.1 SMP\0".to_vec();
    maker.patch(&[]);
    let mut fake = Fake::new();
    fake.sources.modules = None;

    assert!(fake.says(&maker.bytes())[0]
        .starts_with("it was built for the kernel \"6.1 SMP\", and this is \"7.3.4\": "));
}

#[test]
fn name() {
    assert_eq!(
        with("livepatch=Y|license=GPL|vermagic=7.3.4 SMP|"),
        ["`name=` is missing in .modinfo: build the module with Kbuild, which writes it"]
    );
    assert_eq!(
        with_file("dir/other-name.ko.xz", "livepatch=Y|license=GPL|name=test|vermagic=7.3.4 SMP|"),
        ["the module is called test, and its file is not: nobody finds it under the file's name: call the file test.ko"]
    );
    assert_eq!(
        with_file(
            "dir/two-words.ko.xz",
            "livepatch=Y|license=GPL|name=two_words|vermagic=7.3.4 SMP|"
        ),
        [""; 0]
    );
}

#[test]
fn name_too_long() {
    let name = "a".repeat(56);

    assert_eq!(
        with_file(&format!("{name}.ko"), &format!("livepatch=Y|license=GPL|name={name}|vermagic=7.3.4 SMP|")),
        [format!(
            "the module is called {name}, which has 56 bytes: the kernel takes 55: give the livepatch a shorter name"
        )]
    );
}

#[test]
fn name_of_a_module_of_the_kernel() {
    assert_eq!(
        with_file("some_mod.ko", "livepatch=Y|license=GPL|name=some_mod|vermagic=7.3.4 SMP|"),
        ["the kernel has a module called some_mod: only one of them can be loaded: give the livepatch another name"]
    );
    assert_eq!(
        with_file("in_here.ko", "livepatch=Y|license=GPL|name=in_here|vermagic=7.3.4 SMP|"),
        ["the kernel has, built in, a module called in_here: only one of them can be loaded: give the livepatch another name"]
    );
}
