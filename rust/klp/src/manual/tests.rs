// SPDX-License-Identifier: GPL-2.0

use std::process::{Command as Program, Stdio};

use super::*;

fn text(path: &str) -> String {
    let file = files()
        .unwrap()
        .into_iter()
        .find(|file| file.path == path)
        .unwrap_or_else(|| panic!("no {path}"));
    String::from_utf8(file.bytes).unwrap()
}

#[test]
fn every_program_has_a_page_and_completions() {
    let paths: Vec<_> = files().unwrap().into_iter().map(|file| file.path).collect();

    for name in ["klp", "kgr", "kpatch"] {
        for path in [
            format!("man/man8/{name}.8"),
            format!("bash-completion/completions/{name}"),
            format!("zsh/site-functions/_{name}"),
            format!("fish/vendor_completions.d/{name}.fish"),
        ] {
            assert!(paths.contains(&path), "{path}");
        }
    }
    for (name, command) in [
        ("klp", klp::Cli::command()),
        ("kgr", kgr::Cli::command()),
        ("kpatch", kpatch::command()),
    ] {
        for command in command.get_subcommands() {
            let path = format!("man/man8/{name}-{}.8", command.get_name());
            assert!(paths.contains(&path), "{path}");
        }
    }
    let mut unique = paths.clone();
    unique.dedup();
    assert_eq!(paths, unique);
}

#[test]
fn pages_say_what_scripts_have_to_know() {
    let page = text("man/man8/klp.8");
    for line in [
        ".SH \"EXIT STATUS\"",
        "\\fB3\\fR",
        "\\fI/etc/livepatch/klp.toml\\fR",
        ".SH \"SEE ALSO\"",
    ] {
        assert!(
            page.lines().any(|of_page| of_page == line),
            "{line}\n{page}"
        );
    }
    for command in klp::Cli::command().get_subcommands() {
        let reference = format!("klp\\-{}(8)", command.get_name());
        assert!(page.contains(&reference), "{reference}");
    }
    let page = text("man/man8/kpatch.8");
    assert_eq!(
        page.matches(".IP \\(bu 2\n").count(),
        sections::DIFFERENCES.lines().count()
    );
    assert!(text("man/man8/kpatch-install.8").contains("\\-k"));
}

#[test]
fn options_of_all_commands_are_in_each_page() {
    for page in ["man/man8/klp-patches.8", "man/man8/klp-downgrade.8"] {
        let page = text(page);
        assert!(page.contains("\\-\\-format"), "{page}");
        assert!(page.contains("\\-\\-verbose"), "{page}");
    }
}

#[test]
fn the_page_of_the_policy_has_all_keys() {
    let page = text("man/man5/klp.toml.5");
    for line in include_str!("../policy/klp.toml").lines() {
        let line = line.replace('-', "\\-");
        assert!(page.lines().any(|of_page| of_page == line), "{line}");
    }
}

/// Runs a program on a text, if it is here; returns what it complains about.
fn complaints(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    use std::io::Write;

    let mut child = Program::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = child.wait_with_output().ok()?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();

    Some(match output.status.success() {
        true => errors,
        false => format!("{}: {errors}", output.status),
    })
}

#[test]
fn shells_and_groff_understand_them() {
    for file in files().unwrap() {
        let text = String::from_utf8(file.bytes).unwrap();
        let complaints = if file.path.starts_with("man/") {
            complaints("groff", &["-man", "-Tutf8", "-ww", "-z"], &text)
        } else if file.path.starts_with("bash") {
            complaints("bash", &["-n"], &text)
        } else if file.path.starts_with("zsh") {
            complaints("zsh", &["-n"], &text)
        } else {
            complaints("fish", &["--no-execute"], &text)
        };
        assert_eq!(complaints.unwrap_or_default(), "", "{}", file.path);
    }
}
