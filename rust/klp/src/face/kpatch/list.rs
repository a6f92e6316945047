// SPDX-License-Identifier: GPL-2.0

//! `kpatch list`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::exit::{Exit, Failure};
use crate::face::Context;
use crate::operation;
use crate::proc::task::{self, Task};
use crate::store;
use crate::sysfs::patch::{self, Patch, State};
use crate::system::{System, SystemError};

/// Why it could not be listed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    /// The system cannot be looked at.
    #[error(transparent)]
    System(#[from] SystemError),
    /// It cannot be printed.
    #[error("cannot print: {0}")]
    Print(#[from] io::Error),
}

/// `kpatch list`.
pub(super) fn run(context: &mut Context<'_>) -> Result<Exit, Failure> {
    let root = &context.system.root;
    let mut patches = patch::all(root)?;
    patches.sort_by(|a, b| a.name.cmp(&b.name));

    writeln!(context.out, "Loaded patch modules:")?;
    for patch in &patches {
        let state = match patch.state() {
            State::Enabled => "enabled",
            State::Disabled => "disabled",
            State::Enabling => "enabling...",
            State::Disabling => "disabling...",
        };
        writeln!(context.out, "{} [{state}]", patch.name)?;
    }
    let hidden = match stalled(context.system, context.out) {
        Ok(hidden) => hidden,
        Err(ListError::System(error)) => return Err(error.into()),
        Err(ListError::Print(error)) => return Err(error.into()),
    };
    if hidden > 0 {
        writeln!(
            context.err,
            "kpatch: {hidden} tasks do not show whether they stall the transition: only root may see it"
        )?;
    }
    writeln!(context.out, "\nInstalled patch modules:")?;
    for installed in store::all(root)? {
        writeln!(context.out, "{} ({})", installed.name(), installed.release)?;
    }
    functions(&patches, context.out)?;
    Ok(Exit::Success)
}

/// Prints the tasks that a transition waits for, if there is one; returns how many did not show whether it does.
pub(super) fn stalled(system: &System, out: &mut dyn Write) -> Result<usize, ListError> {
    let Some(name) = operation::transition_patch(system)? else {
        return Ok(0);
    };
    let Some(patch) = patch::read(&system.root, &name)? else {
        return Ok(0);
    };
    let mut census = task::census(&system.root, patch.enabled)?;
    // As the shell has the names of files.
    census
        .waiting
        .sort_by_key(|task| (task.pid.to_string(), task.tid.to_string()));

    writeln!(out, "\nStalled processes:")?;
    for task in census.waiting {
        let text = |file| system.root.read_text(task.path(file)).unwrap_or_default();
        let Task { tid, .. } = task;
        writeln!(out, "{tid} {}\nstack:\n{}", text("comm"), text("stack"))?;
    }
    Ok(census.hidden)
}

/// Prints which livepatch has the last word for each function, if the kernel tells the order of the stack.
fn functions(patches: &[Patch], out: &mut dyn Write) -> io::Result<()> {
    let mut functions: BTreeMap<(&str, String), (u32, &Patch)> = BTreeMap::new();

    for patch in patches {
        let Some(order) = patch.stack_order else {
            continue;
        };
        for (object, function) in patch.functions() {
            let function = format!("{},{}", function.name, function.sympos);
            let last = functions
                .entry((&object.name, function))
                .or_insert((order, patch));
            if last.0 < order {
                *last = (order, patch);
            }
        }
    }
    if functions.is_empty() {
        return Ok(());
    }
    let mut rows = vec![vec!["Module", "Object", "Function/Occurrence"]];
    for ((object, function), (_, patch)) in &functions {
        let mut row = vec![patch.name.as_str(), object, function];
        if patch.transition {
            row.push("(transition)");
        }
        rows.push(row);
    }
    writeln!(out, "\nCurrently livepatched functions:")?;
    table(&rows, out)
}

/// Prints a table as column(1) does: what is missing in a row is blank, and the last column is as wide as it is.
fn table(rows: &[Vec<&str>], out: &mut dyn Write) -> io::Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<_> = (0..columns).map(width).collect();

    for row in rows {
        let mut line = String::new();
        for (column, width) in widths.iter().enumerate() {
            let cell = row.get(column).copied().unwrap_or_default();
            match column + 1 == columns {
                true => line.push_str(cell),
                false => line.push_str(&format!("{cell:width$}  ")),
            }
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}
