// SPDX-License-Identifier: GPL-2.0

//! Functions that are not there, or cannot be replaced.

use super::*;

/// What is said of a livepatch that replaces one function of one object.
fn replacing(fake: &Fake, object: Option<&str>, name: &str, sympos: u64) -> Vec<String> {
    let mut maker = Maker::new();
    let funcs = maker.funcs(&[(name, sympos)]);
    maker.patch(&[(object, funcs)]);
    fake.says(&maker.bytes())
}

fn vmlinux(name: &str, sympos: u64) -> Vec<String> {
    replacing(&Fake::new(), None, name, sympos)
}

#[test]
fn objects() {
    let fake = Fake::new();

    assert_eq!(
        replacing(&fake, Some("some_nod"), "f", 0),
        ["some_nod: this kernel has no such module: did you mean some_mod?"]
    );
    assert_eq!(
        replacing(&fake, Some("xyzzy"), "f", 0),
        ["xyzzy: this kernel has no such module: correct the object's name, or leave it out for this kernel"]
    );
    assert_eq!(
        replacing(&fake, Some("in_here"), "f", 0),
        ["in_here: it is built into this kernel, which never loads a module of that name: replace the functions in vmlinux"]
    );
    assert_eq!(
        replacing(&fake, Some("some-mod"), "mod_show", 0),
        ["some-mod: a loaded module is never called some-mod: `-` in the name of a file is `_` then: write object = \"some_mod\""]
    );
}

#[test]
fn a_module_that_is_not_the_kernels() {
    let mut fake = Fake::new();
    let path = fake.directory.path().join("out-of-tree.ko");
    fs::write(&path, some_mod(X86_64, "out_of_tree", "")).unwrap();
    fake.sources.module_files.push(path);

    assert_eq!(
        replacing(&fake, Some("out_of_tree"), "mod_show", 0),
        [""; 0]
    );
}

#[test]
fn missing() {
    assert_eq!(
        vmlinux("shwo", 0),
        ["vmlinux: shwo: vmlinux has no symbol of this name: did you mean show?"]
    );
    assert_eq!(
        vmlinux("qqqqqqqqqqqqqqq", 0),
        ["vmlinux: qqqqqqqqqqqqqqq: vmlinux has no symbol of this name: correct the name, or replace the functions that call it: it \
          may have been inlined into all of them"]
    );
    assert_eq!(
        replacing(&Fake::new(), Some("some_mod"), "show", 0),
        ["some_mod: show: some_mod has no symbol of this name: it is in vmlinux: write object = \"vmlinux\""]
    );
}

#[test]
fn cloned() {
    assert_eq!(
        vmlinux("cloned", 0),
        ["vmlinux: cloned: the compiler left no function of this name, only cloned.constprop.0, cloned.isra.0, whose arguments or body \
          can differ from the source's: replace the functions that call it, or the clone under its own name with the arguments that \
          it has"]
    );
    assert_eq!(vmlinux("cloned.isra.0", 0), [""; 0]);
}

#[test]
fn ambiguous() {
    assert_eq!(
        vmlinux("twice", 0),
        ["vmlinux: twice: there are 2 symbols of this name: 1 at ffffffff81000300 (between before_one and between), 2 at \
          ffffffff81000500 (between between and after_both): say which one, with a sympos of 1 to 2"]
    );
    assert_eq!(vmlinux("twice", 1), [""; 0]);
}

#[test]
fn sympos_out_of_range() {
    assert_eq!(
        vmlinux("twice", 3),
        ["vmlinux: twice,3: its sympos is 3, and there are 2 symbols of this name: 1 at ffffffff81000300 (between before_one and \
          between), 2 at ffffffff81000500 (between between and after_both): say which one, with a sympos of 1 to 2"]
    );
    assert_eq!(
        vmlinux("show", 2),
        ["vmlinux: show,2: its sympos is 2, and there is 1 symbol of this name: 1 at ffffffff81000100 (between _stext and before_one): \
          leave the sympos out"]
    );
    assert_eq!(vmlinux("show", u64::MAX).len(), 1);
}

#[test]
fn no_ftrace_site() {
    assert_eq!(
        vmlinux("not_traced", 0),
        ["vmlinux: not_traced: it has no ftrace site, so calls of it cannot be redirected: it is notrace, or in a file that is \
          compiled without tracing: replace the functions that call it"]
    );
    assert_eq!(
        vmlinux("quiet", 0),
        ["vmlinux: quiet: it has no ftrace site, so calls of it cannot be redirected: it is noinstr, code in which nothing may be \
          traced: replace the functions that call it"]
    );
    assert_eq!(
        vmlinux("in_assembly", 0),
        ["vmlinux: in_assembly: it has no ftrace site, so calls of it cannot be redirected: it is written in assembly, or in Rust: it \
          has no type information either: replace the functions that call it"]
    );
    assert_eq!(
        vmlinux("assembled", 0),
        ["vmlinux: assembled: it has no ftrace site, so calls of it cannot be redirected: it takes and returns nothing, as far as the \
          type information tells, so it is written in assembly, or is notrace: replace the functions that call it"]
    );
    assert_eq!(
        replacing(&Fake::new(), Some("some_mod"), "mod_quiet", 0),
        ["some_mod: mod_quiet: it has no ftrace site, so calls of it cannot be redirected: it is notrace, or no C: replace the \
          functions that call it"]
    );
}

#[test]
fn sites_not_known() {
    let mut fake = Fake::new();
    fake.sources.ftrace = None;

    assert_eq!(
        replacing(&fake, None, "show", 0),
        ["not checked: whether functions of vmlinux have an ftrace site, since the list of them is not known: give a kernel directory \
          with the file ftrace, or --running as root with tracefs mounted"]
    );
}

#[test]
fn of_initialisation() {
    assert_eq!(
        vmlinux("setup", 0),
        ["vmlinux: setup: it is __init: it has run, and is gone, before a livepatch can replace it: replace what uses its results, or \
          mend these in a callback"]
    );
}

#[test]
fn data() {
    assert_eq!(
        vmlinux("table", 0),
        ["vmlinux: table: it is a variable, not a function: correct the name; data is changed with a callback or a shadow variable"]
    );
}

/// A function of initialisation counts while the module is being loaded, and not later.
#[test]
fn unsteady() {
    assert_eq!(
        replacing(&Fake::new(), Some("some_mod"), "mod_twice", 0),
        ["some_mod: mod_twice: the module has symbols of this name that are discarded after its initialisation, so that if it is loaded \
          before the livepatch this is the one at .text+0x40, and if after, none: use another symbol, since no sympos is right in both \
          cases"]
    );
}

#[test]
fn no_new_function() {
    let mut maker = Maker::new();
    let funcs = maker.data("funcs", 2 * FUNC);
    maker.string(funcs, "show");
    let object = maker.data("objects", 2 * OBJECT);
    maker.pointer(object + 8, funcs);
    let patch = maker.data("patch", PATCH);
    maker.pointer(patch + 8, object);

    assert_eq!(
        Fake::new().says(&maker.bytes()),
        ["vmlinux: show: its entry in the table has no new function: name the function that replaces it"]
    );
}
