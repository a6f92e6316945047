// SPDX-License-Identifier: GPL-2.0

use super::*;
use crate::module_file::testing::{Maker, RELEASE};
use crate::module_file::ModuleFile;
use crate::system::fake::Machine;

/// Returns a machine that runs the kernel of test modules, with a livepatch in a file.
fn machine() -> (Machine, ModuleFile) {
    let machine = Machine::new();
    machine.write("proc/sys/kernel/osrelease", format!("{RELEASE}\n"));
    machine.directory("sys/kernel/livepatch");
    machine.write("root/fix.ko", Maker::livepatch("fix").bytes());
    let module = ModuleFile::open(&machine.system().root, "/root/fix.ko").unwrap();

    (machine, module)
}

#[test]
fn a_livepatch_is_loaded() {
    let (machine, module) = machine();
    machine.on_load(|root, name| {
        let directory = root.join("sys/kernel/livepatch").join(name);
        std::fs::create_dir(&directory)?;
        std::fs::write(directory.join("enabled"), "1\n")?;
        std::fs::write(directory.join("transition"), "0\n")
    });
    let loaded = load(&machine.system(), &module, &Limits::KPATCH, &mut ()).unwrap();

    assert_eq!(loaded, Loaded::Loaded);
    assert_eq!(machine.calls(), ["load fix"]);
}
