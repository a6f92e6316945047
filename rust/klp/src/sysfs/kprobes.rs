// SPDX-License-Identifier: GPL-2.0

//! The kernel's probes: `kprobes/list` of debugfs.
//!
//! ```text
//! ffffffff81234567  k  foo+0x0  module [DISABLED][FTRACE]
//!                  [A] [B]      [C]     [D]
//!
//! [A]  k: a kprobe, r: a kretprobe   [B]  where   [C]  its module; nothing for the kernel's own   [D]  remarks
//! ```

use crate::system::{Root, SystemError};

const LIST: &str = "/sys/kernel/debug/kprobes/list";

/// The most that is read.
const MAX: usize = 16 << 20;

/// A probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The function.
    pub function: String,
    /// Its module; [`None`] for the kernel's own.
    pub module: Option<String>,
    /// Where in the function.
    pub offset: u64,
    /// Whether it waits for the function to return.
    pub is_return: bool,
    /// Whether it is called by way of ftrace: it is where livepatches are, before the function.
    pub by_ftrace: bool,
    /// Whether it was switched off, or has no place any more.
    pub is_off: bool,
}

impl Probe {
    /// Returns whether it is on a function of an object, as livepatches name them.
    pub fn is(&self, object: &str, function: &str) -> bool {
        self.function == function && self.module.as_deref().unwrap_or("vmlinux") == object
    }
}

/// Returns the probes; [`None`] if the kernel does not tell.
///
/// # Errors
///
/// Only root may see it, or it cannot be read.
pub fn all(root: &Root) -> Result<Option<Vec<Probe>>, SystemError> {
    match root.read(LIST, MAX) {
        Ok(bytes) => Ok(Some(
            String::from_utf8_lossy(&bytes)
                .lines()
                .filter_map(probe)
                .collect(),
        )),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn probe(line: &str) -> Option<Probe> {
    let mut words = line.split_ascii_whitespace();
    let _address = words.next()?;
    let kind = words.next()?;
    let (function, offset) = words.next()?.split_once("+0x")?;
    let rest: Vec<&str> = words.collect();
    // Without a symbol the kernel prints `foo+0x0/0x10 [module]`.
    let offset = offset.split('/').next()?;
    let module = rest
        .iter()
        .map(|word| word.trim_matches(['[', ']']))
        .find(|word| {
            !matches!(*word, "GONE" | "DISABLED" | "OPTIMIZED" | "FTRACE") && !word.contains("][")
        });
    let remark = |remark: &str| rest.iter().any(|word| word.contains(remark));

    Some(Probe {
        function: function.to_owned(),
        module: module.map(str::to_owned),
        offset: u64::from_str_radix(offset, 16).ok()?,
        is_return: kind == "r",
        by_ftrace: remark("[FTRACE]"),
        is_off: remark("[DISABLED]") || remark("[GONE]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::Machine;

    #[test]
    fn probes_are_read() {
        let machine = Machine::new();
        machine.write(
            &LIST[1..],
            "ffffffff81  k  foo+0x0    [DISABLED][FTRACE]\n\
             0000000000000000  r  bar+0x1c  mod [OPTIMIZED]\n\
             0  k  baz+0x4/0x10 [mod2] \n\
             nonsense\n",
        );
        let all = all(&machine.system().root).unwrap().unwrap();

        assert_eq!(all.len(), 3);
        assert!(all[0].is("vmlinux", "foo") && all[0].by_ftrace && all[0].is_off);
        assert!(all[1].is("mod", "bar") && all[1].is_return && !all[1].by_ftrace);
        assert_eq!(all[1].offset, 0x1c);
        assert!(all[2].is("mod2", "baz") && !all[2].is_off);
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        for line in [
            "",
            "a",
            "a k",
            "a k foo",
            "a k foo+0x",
            "a k foo+0xzz",
            "\u{0} k +0x1 [",
        ] {
            let _ = probe(line);
        }
        assert_eq!(probe("a k foo"), None);
        assert_eq!(all(&Machine::new().system().root).unwrap(), None);
    }
}
