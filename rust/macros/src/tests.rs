// SPDX-License-Identifier: GPL-2.0

//! Tests over whole source files, below `tests/`.
//!
//! | directory | a case                                                                             |
//! |-----------|------------------------------------------------------------------------------------|
//! | `expand/` | `<case>.rs`: what an author writes; `<case>.expanded.rs`: what becomes of it        |
//! | `fail/`   | `<mistake>.rs`: what an author writes; `<mistake>.stderr`: all that is said about it |
//!
//! `UPDATE_GOLDEN=1 cargo test -p livepatch-macros` writes the expected files anew.

mod author;
mod golden;

use author::Crate;
use golden::Golden;

/// What `RUST_MODFILE` says in these tests.
const MODULE: &str = "test_module";

#[test]
fn expansions_are_as_recorded() {
    Golden::new("expand", "expanded.rs").check(|source| {
        let expanded = Crate::expand(source, MODULE);
        if !expanded.errors.is_empty() {
            return Err(format!(
                "it has to expand without an error, and there are:\n{}",
                expanded.errors.join("\n")
            ));
        }
        Ok(format!(
            "// SPDX-License-Identifier: GPL-2.0\n\n{}",
            prettyplease::unparse(&expanded.file)
        ))
    });
}

#[test]
fn mistakes_are_reported_as_recorded() {
    Golden::new("fail", "stderr").check(|source| {
        // A case about the name of the module says it in its first lines.
        let module = source
            .lines()
            .find_map(|line| line.strip_prefix("// RUST_MODFILE="))
            .unwrap_or(MODULE);
        let expanded = Crate::expand(source, module);
        if expanded.errors.is_empty() {
            return Err("it has to be refused, and it is not".to_owned());
        }
        Ok(expanded.errors.join("\n") + "\n")
    });
}

/// All mistakes of an author are reported in one go, so one build shows them.
#[test]
fn mistakes_in_several_fixes_are_reported_together() {
    let source = r#"
        #[livepatch::fix(title = "one", colour = "red")]
        mod one {
            #[replace]
            extern "C" fn f() {}
        }
        #[livepatch::fix(title = "two")]
        mod two {
            #[replace(object = "a-b")]
            unsafe extern "C" fn f() {}
        }
        #[livepatch::fix(title = "three")]
        mod three {
            #[replace]
            unsafe extern "C" fn f() {}
        }
        livepatch! {
            licence: "GPL",
            description: "test",
            fixes: [one, two, three],
        }
    "#;
    let lines: Vec<String> = Crate::expand(source, MODULE)
        .errors
        .iter()
        .map(|error| error.split(':').next().unwrap_or_default().to_owned())
        .collect();

    // In the fixes and in `livepatch!`; and the conflicts between `f` of the three fixes, of which
    // the second one counts as vmlinux's, since its own object was refused.
    assert_eq!(lines, ["2", "5", "9", "18", "10", "15"]);
}
