// SPDX-License-Identifier: GPL-2.0

//! `kpatch info`, which prints what modinfo(8) prints.

use livepatch_elf::File as Elf;

use super::{die, find, warn};
use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::module_file;

/// `kpatch info MODULE`.
pub(super) fn run(argument: &str, context: &mut Context<'_>) -> Result<Exit, Failure> {
    let root = &context.system.root;
    let Some(path) = find::find(root, argument)? else {
        return die(format_args!("can't find {argument}"));
    };
    writeln!(context.out, "Patch information for {argument}:")?;
    let failed = format!("failed to get info for module {argument}");
    let bytes = match module_file::look_at(root, &path) {
        Ok(bytes) => bytes,
        Err(error) => {
            warn(context, error);
            return die(failed);
        }
    };
    let elf = match Elf::parse(&bytes) {
        Ok(elf) => elf,
        Err(error) => {
            warn(context, format_args!("{}: {error}", path.display()));
            return die(failed);
        }
    };
    let path = root.path(root.argument(&path));

    writeln!(context.out, "{:<16}{}", "filename:", path.display())?;
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    for (key, value) in elf.modinfo() {
        match key {
            "parm" | "parmtype" => Parameter::add(&mut parameters, key, value),
            _ => writeln!(context.out, "{:<16}{value}", format!("{key}:"))?,
        }
    }
    for (key, value) in module_file::signature::describe(&bytes) {
        writeln!(context.out, "{:<16}{value}", format!("{key}:"))?;
    }
    for parameter in parameters.iter().rev() {
        writeln!(context.out, "{:<16}{parameter}", "parm:")?;
    }
    Ok(Exit::Success)
}

/// A parameter of a module.
struct Parameter<'a> {
    name: &'a str,
    text: Option<&'a str>,
    r#type: Option<&'a str>,
}

impl<'a> Parameter<'a> {
    /// Adds what an entry says, to what another one says of the same parameter.
    fn add(parameters: &mut Vec<Self>, key: &str, value: &'a str) {
        let Some((name, value)) = value.split_once(':') else {
            return;
        };
        let index = parameters
            .iter()
            .position(|parameter| parameter.name == name)
            .unwrap_or_else(|| {
                parameters.push(Self {
                    name,
                    text: None,
                    r#type: None,
                });
                parameters.len() - 1
            });
        if let Some(parameter) = parameters.get_mut(index) {
            match key {
                "parm" => parameter.text = Some(value),
                _ => parameter.r#type = Some(value),
            }
        }
    }
}

impl std::fmt::Display for Parameter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, text, r#type } = self;

        write!(f, "{name}:{}", text.unwrap_or_default())?;
        match (text, r#type) {
            (Some(_), Some(r#type)) => write!(f, " ({type})"),
            (None, Some(r#type)) => write!(f, "{type}"),
            _ => Ok(()),
        }
    }
}
