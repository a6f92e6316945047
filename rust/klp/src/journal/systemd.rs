// SPDX-License-Identifier: GPL-2.0

//! Tells the journal of systemd: a datagram of fields, as `systemd.journal-fields(7)` names them.

use std::os::unix::net::UnixDatagram;

use super::{Entry, Outcome};
use crate::system::Root;

/// Where it listens.
const SOCKET: &str = "/run/systemd/journal/socket";

/// Priorities of syslog.
const WARNING: &str = "4";
const NOTICE: &str = "5";

/// Tells the journal of systemd what came of something, if it is there and has time.
pub(super) fn tell(root: &Root, entry: &Entry) {
    let send = || -> std::io::Result<()> {
        let socket = UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        socket.send_to(&datagram(entry), root.path(SOCKET))?;
        Ok(())
    };
    // It is told besides: there may be none, and what was done is done and in the tool's own journal.
    let _ = send();
}

fn datagram(entry: &Entry) -> Vec<u8> {
    let outcome = entry.outcome.map_or("begun", Outcome::name);
    let priority = match entry.outcome {
        Some(Outcome::Done) => NOTICE,
        _ => WARNING,
    };
    let mut message = format!(
        "livepatch {}: {}: {outcome}",
        entry.livepatch,
        entry.action.name()
    );
    if !entry.detail.is_empty() {
        message = format!("{message}: {}", entry.detail);
    }
    let mut bytes = Vec::new();

    for (field, value) in [
        ("MESSAGE", message.as_str()),
        ("PRIORITY", priority),
        ("SYSLOG_IDENTIFIER", "klp"),
        ("KLP_ACTION", entry.action.name()),
        ("KLP_LIVEPATCH", &entry.livepatch),
        ("KLP_OUTCOME", outcome),
        ("KLP_ID", &entry.id),
    ] {
        add(&mut bytes, field, value);
    }
    bytes
}

/// Adds a field: `NAME=value`; or, for a value of several lines, the name, the length in 8 bytes, and the value.
fn add(bytes: &mut Vec<u8>, field: &str, value: &str) {
    bytes.extend_from_slice(field.as_bytes());
    match value.contains('\n') {
        false => bytes.push(b'='),
        true => {
            bytes.push(b'\n');
            bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
        }
    }
    bytes.extend_from_slice(value.as_bytes());
    bytes.push(b'\n');
}
