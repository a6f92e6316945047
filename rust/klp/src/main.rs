// SPDX-License-Identifier: GPL-2.0

//! `klp`, which is `kpatch` and `kgr` too if it is called so.
//!
//! With `--root=DIRECTORY` as the first argument it looks at what is in a directory instead of the machine, for tests and for
//! pictures of other machines.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use klp::exit::Exit;
use klp::face::{Context, Face};
use klp::system::System;

/// Takes `--root=DIRECTORY` from the arguments.
fn take_root(arguments: &mut Vec<OsString>) -> Option<PathBuf> {
    let root = arguments.first()?.to_str()?.strip_prefix("--root=")?.into();

    arguments.remove(0);
    Some(root)
}

fn main() -> ExitCode {
    let mut arguments = env::args_os();
    let face = Face::of(&arguments.next().unwrap_or_default());
    let mut arguments: Vec<_> = arguments.collect();
    let system = match take_root(&mut arguments) {
        Some(root) => System::picture(&root),
        None => System::machine(),
    };
    let result = match &system {
        Ok(system) => {
            let mut context = Context {
                system,
                out: &mut io::stdout().lock(),
                err: &mut io::stderr().lock(),
            };
            face.run(&arguments, &mut context)
        }
        Err(error) => {
            eprintln!("{}: {error}", face.name());
            return Exit::Failure.into();
        }
    };

    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!("{}: {}", face.name(), failure.error);
            failure.exit.into()
        }
    }
}
