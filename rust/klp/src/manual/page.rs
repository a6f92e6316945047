// SPDX-License-Identifier: GPL-2.0

//! A man page.

use std::io;

use clap::Command;
use clap_mangen::Man;

use super::sections::{Page, Section};
use super::File;

/// The section of the manual for administrators.
const MANUAL: &str = "8";

/// Returns the page of a program.
pub(super) fn of(command: &Command, page: &Page) -> io::Result<File> {
    render(command.get_name(), command, page.sections)
}

/// Returns the page of a command of a program: `klp-load` for `klp load`.
pub(super) fn of_subcommand(program: &str, command: &Command, page: &Page) -> io::Result<File> {
    let name = format!("{program}-{}", command.get_name());

    render(&name, &command.clone().name(name.clone()), page.of_commands)
}

fn render(name: &str, command: &Command, sections: &[Section]) -> io::Result<File> {
    let man = Man::new(command.clone())
        .section(MANUAL)
        .manual("Live patching")
        .source(concat!("klp ", env!("CARGO_PKG_VERSION")));
    let mut bytes = Vec::new();

    man.render_title(&mut bytes)?;
    man.render_name_section(&mut bytes)?;
    man.render_synopsis_section(&mut bytes)?;
    man.render_description_section(&mut bytes)?;
    if command
        .get_arguments()
        .any(|argument| !argument.is_hide_set())
    {
        man.render_options_section(&mut bytes)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut bytes)?;
    }
    for section in sections {
        bytes.extend_from_slice(section.roff().as_bytes());
    }
    Ok(File {
        path: format!("man/man{MANUAL}/{name}.{MANUAL}"),
        bytes,
    })
}

/// Returns a text as roff takes it.
pub(super) fn escape(text: &str) -> String {
    text.lines()
        .map(|line| {
            let line = line.replace('\\', "\\e").replace('-', "\\-");
            match line.starts_with(['.', '\'']) {
                true => format!("\\&{line}"),
                false => line,
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}
