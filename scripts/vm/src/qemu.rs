// SPDX-License-Identifier: GPL-2.0

//! QEMU: its command line, its start and its certain end.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::{parent_id, CommandExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::{fcntl_setfd, FdFlags};
use rustix::process::{kill_process, Pid, Signal};

use crate::error::Error;
use crate::machine::Machine;

/// The first QEMU whose multi-threaded TCG survives the guest's own code patching on x86.
///
/// 7.2 does not (the guest dies in `__schedule` with 'Oops: int3'), 10.0 does;
/// what lies between has not been tried.
const THREADED_SINCE: u32 = 10;

/// How long QEMU may take to end once told to.
const TERM_GRACE: Duration = Duration::from_secs(2);

/// The emulator or the accelerator behind the virtual processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accelerator {
    /// QEMU's own translator.
    Tcg {
        /// One host thread for each virtual processor.
        threaded: bool,
    },
    /// The host kernel's.
    Kvm,
}

/// What a virtual machine is made of.
#[derive(Debug)]
pub struct Hardware<'a> {
    /// The architecture's facts.
    pub machine: &'static Machine,
    /// The QEMU program.
    pub qemu: &'a Path,
    /// The accelerator.
    pub accelerator: Accelerator,
    /// The kernel's image.
    pub kernel: &'a Path,
    /// More words for the kernel's command line.
    pub append: &'a [String],
    /// Memory, in MiB.
    pub memory: u32,
    /// Number of virtual processors.
    pub processors: u32,
    /// Count instructions: one takes 2^shift ns of the guest's time.
    pub icount: Option<u8>,
    /// The rate of the processors' time stamp counter, in kHz, if it is known.
    pub tsc_khz: Option<u64>,
    /// Where the console's output goes.
    pub console: &'a Path,
    /// The code of UEFI firmware, and its variables.
    pub firmware: Option<(&'a Path, &'a Path)>,
    /// The image of a disk.
    pub disk: Option<&'a Path>,
    /// More options for QEMU.
    pub options: &'a [String],
}

/// The host's end of one virtio port, to be given to QEMU.
#[derive(Debug)]
pub struct Port {
    /// The port's name in the guest.
    pub name: &'static str,
    /// A connected socket.
    pub socket: OwnedFd,
    /// Whether the guest sees a terminal (`/dev/hvc0`) rather than a plain port.
    pub terminal: bool,
}

/// QEMU reads a comma as the end of a value, unless doubled.
fn quoted(path: &Path) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let mut bytes = Vec::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte == b',' {
            bytes.push(byte);
        }
        bytes.push(byte);
    }
    OsString::from_vec(bytes)
}

/// QEMU's options for this hardware, the descriptor of the initramfs, and these ports (name,
/// whether a terminal, descriptor).
pub fn arguments(
    hardware: &Hardware<'_>,
    initrd: RawFd,
    ports: &[(&str, bool, RawFd)],
) -> Vec<OsString> {
    let machine = hardware.machine;
    let mut arguments: Vec<OsString> = Vec::new();
    let mut option = |name: &str, value: &OsStr| {
        arguments.push(name.into());
        if !value.is_empty() {
            arguments.push(value.to_owned());
        }
    };
    for name in ["-nodefaults", "-no-user-config", "-no-reboot"] {
        option(name, OsStr::new(""));
    }
    option("-display", "none".as_ref());
    option("-machine", machine.machine.as_ref());
    match hardware.accelerator {
        Accelerator::Tcg { threaded } => {
            // Counted instructions need one thread, or there would be no one count.
            let thread = if threaded && hardware.icount.is_none() {
                "multi"
            } else {
                "single"
            };
            option("-accel", format!("tcg,thread={thread}").as_ref());
            option("-cpu", machine.cpu.as_ref());
        }
        Accelerator::Kvm => {
            option("-accel", "kvm".as_ref());
            option("-cpu", "host".as_ref());
        }
    }
    if let Some(shift) = hardware.icount {
        option("-icount", format!("shift={shift},sleep=off").as_ref());
    }
    option("-m", hardware.memory.to_string().as_ref());
    option("-smp", hardware.processors.to_string().as_ref());
    if let Some((code, variables)) = hardware.firmware {
        for (unit, path, access) in [(0, code, "on"), (1, variables, "off")] {
            let mut drive = OsString::from(format!(
                "if=pflash,format=raw,unit={unit},readonly={access},file="
            ));
            drive.push(quoted(path));
            option("-drive", &drive);
        }
    }
    if let Some(path) = hardware.disk {
        // What QEMU has written is there when it is killed: it need not wait for the host's own disk.
        let mut drive = OsString::from("if=none,id=disk,format=raw,cache=unsafe,file=");
        drive.push(quoted(path));
        option("-drive", &drive);
        option("-device", format!("{},drive=disk", machine.disk).as_ref());
    }
    option("-kernel", hardware.kernel.as_os_str());
    option("-initrd", format!("/proc/self/fd/{initrd}").as_ref());
    // panic=-1 reboots at once, and -no-reboot makes that QEMU's end.
    let mut append = format!(
        "console={} loglevel=5 panic=-1 {}",
        machine.console, machine.append
    );
    if let Some(khz) = hardware.tsc_khz {
        append.push_str(&format!(" tsc_early_khz={khz}"));
    }
    if hardware.disk.is_some() {
        // What systemd expects of services, it expects of machines that are not emulated.
        append.push_str(" systemd.service_watchdogs=no systemd.default_timeout_start_sec=900");
    }
    for word in hardware.append {
        append.push(' ');
        append.push_str(word);
    }
    option("-append", append.trim_end().as_ref());
    let mut console = OsString::from("file,id=console,path=");
    console.push(quoted(hardware.console));
    option("-chardev", &console);
    option("-serial", "chardev:console".as_ref());
    option("-device", machine.serial_bus.as_ref());
    for (name, terminal, socket) in ports {
        option("-chardev", format!("socket,id={name},fd={socket}").as_ref());
        let device = if *terminal {
            format!("virtconsole,chardev={name},nr=0")
        } else {
            format!("virtserialport,chardev={name},name={name}")
        };
        option("-device", device.as_ref());
    }
    arguments.extend(hardware.options.iter().map(OsString::from));
    arguments
}

/// A running QEMU, which ends with this value, and with this process.
#[derive(Debug)]
pub struct Qemu {
    child: Child,
    /// The whole command line, for the log.
    pub command_line: String,
}

impl Qemu {
    /// Starts QEMU.
    ///
    /// Must be called on a thread that lives as long as QEMU shall: the kernel
    /// kills QEMU when the thread that started it is gone.
    ///
    /// # Errors
    ///
    /// When the program cannot be started.
    pub fn start(
        hardware: &Hardware<'_>,
        initrd: OwnedFd,
        ports: Vec<Port>,
        messages: File,
    ) -> Result<Self, Error> {
        let names: Vec<_> = ports
            .iter()
            .map(|port| (port.name, port.terminal, port.socket.as_raw_fd()))
            .collect();
        let mut command = Command::new(hardware.qemu);
        command
            .args(arguments(hardware, initrd.as_raw_fd(), &names))
            .stdin(Stdio::null())
            .stdout(
                messages
                    .try_clone()
                    .map_err(Error::system("duplicate a descriptor"))?,
            )
            .stderr(messages)
            // The terminal's Ctrl-C is for the runner, which then ends QEMU.
            .process_group(0);
        // QEMU keeps these, under the numbers that they have here.
        let mut kept = vec![initrd];
        kept.extend(ports.into_iter().map(|port| port.socket));
        let runner = std::process::id();
        let prepare = move || {
            for descriptor in &kept {
                fcntl_setfd(descriptor, FdFlags::empty())?;
            }
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            // The runner may have died before the line above.
            if parent_id() != runner {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            }
            Ok(())
        };
        // SAFETY: between fork and exec the closure makes system calls only (fcntl, prctl and
        // getppid), allocates nothing and takes no lock.
        unsafe {
            command.pre_exec(prepare);
        }
        let command_line = format!("{command:?}");
        let child = command.spawn().map_err(|source| Error::Program {
            program: hardware.qemu.display().to_string(),
            source,
        })?;
        // Dropping the command closes our copies of QEMU's descriptors, so that a port
        // ends when QEMU does.
        drop(command);
        Ok(Qemu {
            child,
            command_line,
        })
    }

    /// Waits for QEMU's end, at most `limit`.
    pub fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends QEMU: politely, then not.
    pub fn end(&mut self) {
        if self.wait(Duration::ZERO).is_some() {
            return;
        }
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended meanwhile; it is not reaped, so the pid is still its own.
            let _ = kill_process(pid, Signal::TERM);
        }
        if self.wait(TERM_GRACE).is_none() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for Qemu {
    fn drop(&mut self) {
        self.end();
    }
}

/// The major version in the first line of `qemu --version`.
fn major_version(output: &str) -> Option<u32> {
    let (_, rest) = output.lines().next()?.split_once(" version ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// Asks a QEMU whether its threaded TCG can be trusted.
///
/// # Errors
///
/// When the program cannot be started.
pub fn threads_trusted(qemu: &Path) -> Result<bool, Error> {
    let output = Command::new(qemu)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Program {
            program: qemu.display().to_string(),
            source,
        })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(major_version(&text).is_some_and(|major| major >= THREADED_SINCE))
}

/// The QEMU program: the given one, or the machine's own.
pub fn program(given: Option<&Path>, machine: &Machine) -> PathBuf {
    given.map_or_else(|| PathBuf::from(machine.qemu), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hardware(append: &[String], icount: Option<u8>) -> Hardware<'_> {
        Hardware {
            machine: Machine::of("x86_64").expect("x86_64 is known"),
            qemu: Path::new("qemu"),
            accelerator: Accelerator::Tcg { threaded: true },
            kernel: Path::new("/k/vmlinuz"),
            append,
            memory: 512,
            processors: 2,
            icount,
            tsc_khz: icount.is_none().then_some(2_000_022),
            console: Path::new("/l,og/console"),
            firmware: None,
            disk: None,
            options: &[],
        }
    }

    fn text(arguments: Vec<OsString>) -> String {
        arguments
            .join(OsStr::new("\n"))
            .into_string()
            .expect("UTF-8")
    }

    #[test]
    fn options() {
        let append = vec!["nokaslr".to_owned()];
        let text = text(arguments(
            &hardware(&append, None),
            10,
            &[("stdout", false, 11), ("terminal", true, 12)],
        ));
        assert!(text.contains("-accel\ntcg,thread=multi\n"), "{text}");
        assert!(text.contains(" nokaslr\n"), "{text}");
        assert!(text.contains("path=/l,,og/console\n"), "{text}");
        assert!(text.contains("socket,id=stdout,fd=11\n"), "{text}");
        assert!(
            text.contains("virtserialport,chardev=stdout,name=stdout\n"),
            "{text}"
        );
        assert!(
            text.ends_with("virtconsole,chardev=terminal,nr=0"),
            "{text}"
        );
    }

    #[test]
    fn firmware() {
        let mut hardware = hardware(&[], None);
        hardware.firmware = Some((Path::new("/code"), Path::new("/l,og/variables")));
        let text = text(arguments(&hardware, 10, &[]));
        assert!(
            text.contains("-drive\nif=pflash,format=raw,unit=0,readonly=on,file=/code\n"),
            "{text}"
        );
        assert!(
            text.contains("unit=1,readonly=off,file=/l,,og/variables\n-kernel\n"),
            "{text}"
        );
    }

    #[test]
    fn counting_needs_one_thread() {
        let text = text(arguments(&hardware(&[], Some(0)), 10, &[]));
        assert!(text.contains("tcg,thread=single\n"), "{text}");
        assert!(text.contains("-icount\nshift=0,sleep=off\n"), "{text}");
        assert!(!text.contains("tsc_early_khz"), "{text}");
    }

    #[test]
    fn disk() {
        let mut hardware = hardware(&[], None);
        assert!(!text(arguments(&hardware, 10, &[])).contains("-drive"));
        hardware.disk = Some(Path::new("/a,b.img"));
        let text = text(arguments(&hardware, 10, &[]));
        assert!(
            text.contains(",file=/a,,b.img\n-device\nvirtio-blk-pci,drive=disk\n"),
            "{text}"
        );
    }

    #[test]
    fn versions() {
        assert_eq!(
            major_version("QEMU emulator version 10.0.13 (Debian 1:10.0.13)"),
            Some(10)
        );
        assert_eq!(
            major_version("QEMU emulator version 7.2.22\nCopyright"),
            Some(7)
        );
        assert_eq!(major_version("something else"), None);
        assert_eq!(major_version(""), None);
    }
}
