// SPDX-License-Identifier: GPL-2.0

//! The virtual machines, one per architecture: everything about QEMU that differs between them.

use crate::error::Error;
use crate::firmware::Firmware;

/// How to run a kernel of one architecture.
#[derive(Debug, PartialEq, Eq)]
pub struct Machine {
    /// The architecture, as `uname -m` has it.
    pub architecture: &'static str,
    /// QEMU's program.
    pub qemu: &'static str,
    /// `-machine`.
    pub machine: &'static str,
    /// `-cpu` under TCG; under KVM it is `host`.
    pub cpu: &'static str,
    /// The device that carries the virtio ports, with its properties.
    pub serial_bus: &'static str,
    /// The modules that drive it and the ports, for a kernel that has them as modules.
    pub drivers: &'static [&'static str],
    /// The device that a disk is.
    pub disk: &'static str,
    /// The modules that drive it and its file system, for a kernel that has them as modules.
    pub disk_drivers: &'static [&'static str],
    /// `console=` of the kernel.
    pub console: &'static str,
    /// More words for the kernel's command line.
    pub append: &'static str,
    /// UEFI.
    pub firmware: Option<Firmware>,
}

/// Every machine there is.
///
/// `ioeventfd=off`: a write to a port reaches the host before the guest goes on.
pub const MACHINES: &[Machine] = &[
    Machine {
        architecture: "x86_64",
        qemu: "qemu-system-x86_64",
        machine: "q35",
        cpu: "max",
        serial_bus: "virtio-serial-pci,ioeventfd=off",
        drivers: &["virtio_pci", "virtio_console"],
        disk: "virtio-blk-pci",
        // Older kernels' ext4 asks for a checksum by name.
        disk_drivers: &["virtio_blk", "crc32c_generic", "crc32c_intel", "ext4"],
        console: "ttyS0",
        // The emulated clock is as good as it will get: spare the guest the probing.
        append: "tsc=reliable no_timer_check",
        firmware: Some(Firmware {
            code: "/usr/share/OVMF/OVMF_CODE_4M.fd",
            variables: "/usr/share/OVMF/OVMF_VARS_4M.fd",
        }),
    },
    Machine {
        architecture: "s390x",
        qemu: "qemu-system-s390x",
        machine: "s390-ccw-virtio",
        cpu: "max",
        serial_bus: "virtio-serial-ccw",
        drivers: &["virtio_console"],
        disk: "virtio-blk-ccw",
        disk_drivers: &["virtio_blk", "ext4"],
        console: "ttysclp0",
        append: "",
        firmware: None,
    },
    Machine {
        architecture: "ppc64le",
        qemu: "qemu-system-ppc64",
        // Instead of a firmware that takes seconds, the hypervisor's own.
        machine: "pseries,x-vof=on",
        cpu: "power9",
        serial_bus: "virtio-serial-pci,ioeventfd=off",
        drivers: &["virtio_pci", "virtio_console"],
        disk: "virtio-blk-pci",
        disk_drivers: &["virtio_blk", "ext4"],
        console: "hvc0",
        append: "",
        firmware: None,
    },
    Machine {
        architecture: "aarch64",
        qemu: "qemu-system-aarch64",
        machine: "virt",
        // Pointers with codes in them cost an emulator most of its time.
        cpu: "max,pauth-impdef=on",
        serial_bus: "virtio-serial-pci,ioeventfd=off",
        drivers: &["virtio_pci", "virtio_console"],
        disk: "virtio-blk-pci",
        disk_drivers: &["virtio_blk", "ext4"],
        console: "ttyAMA0",
        append: "",
        firmware: None,
    },
];

impl Machine {
    /// The machine of an architecture, named as `uname -m` does.
    ///
    /// # Errors
    ///
    /// [`Error::Architecture`] when there is none.
    pub fn of(architecture: &str) -> Result<&'static Machine, Error> {
        MACHINES
            .iter()
            .find(|machine| machine.architecture == architecture)
            .ok_or_else(|| {
                let known: Vec<_> = MACHINES
                    .iter()
                    .map(|machine| machine.architecture)
                    .collect();
                Error::Architecture(architecture.to_owned(), known.join(", "))
            })
    }
}
