// SPDX-License-Identifier: GPL-2.0

//! Which service of systemd a task belongs to: the control group in `/proc/<pid>/cgroup`.
//!
//! ```text
//! 0::/system.slice/ssh.service                                         version 2
//! 1:name=systemd:/user.slice/user-7.slice/user@7.service/app.service   version 1
//! ```

use serde::Serialize;

use super::task::Task;
use crate::system::Root;

/// What units that hold processes are called.
const KINDS: [&str; 5] = [".service", ".scope", ".socket", ".mount", ".swap"];

/// A unit of systemd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Its name, `ssh.service` for example.
    pub name: String,
    /// The user whose manager it belongs to; [`None`] for the system's.
    pub user: Option<u32>,
}

/// Returns the unit that a task belongs to.
pub fn unit(root: &Root, task: Task) -> Option<Unit> {
    parse(&root.read_text(task.path("cgroup")).ok()?)
}

fn parse(text: &str) -> Option<Unit> {
    text.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);

        match controllers {
            "" | "name=systemd" => of_path(path),
            _ => None,
        }
    })
}

fn of_path(path: &str) -> Option<Unit> {
    let is_unit = |part: &&str| KINDS.iter().any(|kind| part.ends_with(kind));
    let name = path.split('/').rev().find(is_unit)?;
    let manager = path
        .split('/')
        .find_map(|part| part.strip_prefix("user@")?.strip_suffix(".service"));

    Some(Unit {
        name: name.to_owned(),
        user: match name.starts_with("user@") {
            true => None,
            false => manager.and_then(|user| user.parse().ok()),
        },
    })
}

impl Unit {
    /// Returns the command that stops it.
    pub fn stop_command(&self) -> String {
        let name = quote(&self.name);

        match self.user {
            Some(user) => format!("systemctl --user --machine={user}@ stop {name}"),
            None => format!("systemctl stop {name}"),
        }
    }
}

/// Returns a word as a shell takes it.
fn quote(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@:+".contains(&byte);

    match word.bytes().all(is_plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str, user: Option<u32>) -> Option<Unit> {
        Some(Unit {
            name: name.to_owned(),
            user,
        })
    }

    #[test]
    fn units_are_found() {
        for (text, expected) in [
            ("0::/system.slice/ssh.service\n", unit("ssh.service", None)),
            ("0::/init.scope", unit("init.scope", None)),
            (
                "12:cpu:/a.service\n1:name=systemd:/system.slice/b.service",
                unit("b.service", None),
            ),
            (
                "0::/user.slice/user-7.slice/user@7.service/app.slice/x.service",
                unit("x.service", Some(7)),
            ),
            (
                "0::/user.slice/user-7.slice/user@7.service",
                unit("user@7.service", None),
            ),
            (
                "0::/user.slice/user-7.slice/session-3.scope",
                unit("session-3.scope", None),
            ),
            (
                "0::/system.slice/a.service/payload/worker",
                unit("a.service", None),
            ),
            ("0::/", None),
            ("", None),
            ("0:", None),
            ("nonsense", None),
            ("0::/user.slice", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }

    #[test]
    fn commands_can_be_pasted() {
        for (unit, command) in [
            (unit("ssh.service", None), "systemctl stop ssh.service"),
            (
                unit("a.service", Some(7)),
                "systemctl --user --machine=7@ stop a.service",
            ),
            (
                unit(r"dev-\x2da.swap", None),
                r"systemctl stop 'dev-\x2da.swap'",
            ),
            (
                unit("a;reboot.service", None),
                "systemctl stop 'a;reboot.service'",
            ),
            (
                unit("a'b.service", None),
                r"systemctl stop 'a'\''b.service'",
            ),
        ] {
            assert_eq!(unit.unwrap().stop_command(), command);
        }
    }
}
