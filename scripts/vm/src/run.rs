// SPDX-License-Identifier: GPL-2.0

//! One run: boots the guest, carries its streams, ends in every case.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGPIPE, SIGTERM, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::clock;
use crate::collect::{self, Collect};
use crate::error::Error;
use crate::guest::{self, Contents, Task};
use crate::logs;
use crate::machine::Machine;
use crate::protocol::{self, Lines, Marked, Message};
use crate::qemu::{Accelerator, Hardware, Port, Qemu};
use crate::terminal;

/// How long the guest may take to power off once everything is said.
const POWER_OFF_LIMIT: Duration = Duration::from_secs(15);

/// How long a system on a disk may take to shut down.
const SHUT_DOWN_LIMIT: Duration = Duration::from_secs(180);

/// How many lines of a dead guest's console are shown.
const TAIL_LINES: usize = 60;

/// A whole virtual machine to run something in.
#[derive(Debug)]
pub struct Vm {
    /// The architecture's facts.
    pub machine: &'static Machine,
    /// The QEMU program.
    pub qemu: PathBuf,
    /// The kernel's image.
    pub kernel: PathBuf,
    /// The base root's archive.
    pub base: PathBuf,
    /// What else is in the guest's root.
    pub contents: Contents,
    /// More words for the kernel's command line.
    pub append: Vec<String>,
    /// Memory, in MiB.
    pub memory: u32,
    /// Number of virtual processors.
    pub processors: u32,
    /// Count instructions: one takes 2^shift ns of the guest's time.
    pub icount: Option<u8>,
    /// The code of UEFI firmware to boot through, and its variables, which it can change.
    pub firmware: Option<(&'static Path, PathBuf)>,
    /// The image of the disk whose system is booted.
    pub disk: Option<PathBuf>,
    /// More options for QEMU.
    pub options: Vec<String>,
}

impl Vm {
    /// The modules that the guest's init loads.
    fn drivers(&self) -> Vec<&'static str> {
        let disk = match self.disk {
            Some(_) => self.machine.disk_drivers,
            None => &[],
        };
        [self.machine.drivers, disk].concat()
    }
}

/// Where the command's streams go.
pub struct Streams {
    /// Its standard output.
    pub stdout: Box<dyn Write + Send>,
    /// Its standard error.
    pub stderr: Box<dyn Write + Send>,
}

/// How a run went.
#[derive(Debug)]
pub struct Report {
    /// The command's exit status.
    pub status: u8,
    /// The guest's uptime when the command started, in seconds.
    pub uptime: f64,
    /// From QEMU's start to the command's.
    pub boot: Duration,
    /// From QEMU's start to its end.
    pub total: Duration,
    /// What could not be collected.
    pub collected: Result<(), Error>,
}

enum Event {
    Line(Message),
    Broken(String),
    ControlClosed,
    StreamComplete,
    Collected(Result<(), Error>),
    Signal(i32),
}

fn pump(
    mut port: UnixStream,
    mark: &[u8],
    mut sink: Box<dyn Write + Send>,
    events: &Sender<Event>,
) {
    let mut marked = Marked::new(mark);
    let mut buffer = vec![0; 64 << 10];
    let mut deliver = |bytes: &[u8]| {
        let written = sink.write_all(bytes).and_then(|()| sink.flush());
        if written.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            let _ = events.send(Event::Signal(SIGPIPE));
        }
    };
    while let Ok(count @ 1..) = port.read(&mut buffer) {
        let bytes = marked.push(&buffer[..count]);
        if !bytes.is_empty() {
            deliver(&bytes);
        }
        if marked.complete() {
            let _ = events.send(Event::StreamComplete);
            return;
        }
    }
    deliver(&marked.into_rest());
}

fn listen(mut control: UnixStream, events: &Sender<Event>) {
    let mut lines = Lines::default();
    let mut buffer = [0; 512];
    while let Ok(count @ 1..) = control.read(&mut buffer) {
        match lines.push(&buffer[..count]) {
            Ok(lines) => {
                for line in lines {
                    let event = match Message::parse(&line) {
                        Ok(message) => Event::Line(message),
                        Err(error) => Event::Broken(error),
                    };
                    let _ = events.send(event);
                }
            }
            Err(error) => {
                let _ = events.send(Event::Broken(error));
                return;
            }
        }
    }
    let _ = events.send(Event::ControlClosed);
}

fn receive_files(files: UnixStream, wanted: &[Collect], log: &Path, events: &Sender<Event>) {
    let mut rest = &files;
    let result = collect::receive(&files, wanted, log);
    let _ = events.send(Event::Collected(result));
    // Tar pads its stream; the guest could not write it to the end if nobody read it.
    let _ = io::copy(&mut rest, &mut io::sink());
}

/// The sockets that tie the runner to QEMU.
struct Wires {
    control: UnixStream,
    ports: Vec<Port>,
}

fn wire(
    task: &Task,
    mark: &[u8],
    streams: Streams,
    log: &Path,
    events: &Sender<Event>,
) -> Result<Wires, Error> {
    let pair = || UnixStream::pair().map_err(Error::system("make a socket pair"));
    let mut ports = Vec::new();
    let mut open = |name, terminal| -> Result<UnixStream, Error> {
        let (ours, theirs) = pair()?;
        ports.push(Port {
            name,
            socket: theirs.into(),
            terminal,
        });
        Ok(ours)
    };
    if task.terminal.is_some() {
        terminal::connect(open("terminal", true)?)?;
    }
    for (name, sink) in [
        (protocol::STDOUT, streams.stdout),
        (protocol::STDERR, streams.stderr),
    ] {
        let (port, mark, events) = (open(name, false)?, mark.to_owned(), events.clone());
        thread::spawn(move || pump(port, &mark, sink, &events));
    }
    let control = open(protocol::CONTROL, false)?;
    let listener = control
        .try_clone()
        .map_err(Error::system("duplicate a socket"))?;
    let sender = events.clone();
    thread::spawn(move || listen(listener, &sender));
    let files = open(protocol::FILES, false)?;
    let (wanted, log, sender) = (task.collect.clone(), log.to_owned(), events.clone());
    thread::spawn(move || receive_files(files, &wanted, &log, &sender));
    Ok(Wires { control, ports })
}

/// Returns the rate of the time stamp counter that the guest will see, where the host knows it.
fn tsc_khz(vm: &Vm, accelerator: Accelerator) -> Option<u64> {
    // With KVM the guest is told; where instructions are counted, they are the clock.
    let is_host_s = matches!(accelerator, Accelerator::Tcg { .. }) && vm.icount.is_none();
    (is_host_s && vm.machine.architecture == "x86_64")
        .then(clock::tsc_khz)
        .flatten()
}

/// Runs the task, at most for `limit` from here to the status.
///
/// QEMU has ended when this returns. The logs are in `log`: `console.log`,
/// `qemu.log` (its command line and messages), `dmesg.log`.
///
/// # Errors
///
/// When there is no exit status to report; [`Error::exit_status`] says which.
pub fn run(
    vm: &Vm,
    task: &Task,
    accelerator: Accelerator,
    streams: Streams,
    limit: Duration,
    log: &Path,
) -> Result<Report, Error> {
    let begin = Instant::now();
    let console = log.join("console.log");
    let messages_path = log.join("qemu.log");
    let messages = File::create(&messages_path).map_err(Error::file("create", &messages_path))?;
    let mark = guest::mark()?;
    let initramfs = guest::initramfs(&vm.base, task, &vm.contents, &vm.drivers(), &mark)?;

    let (sender, events) = mpsc::channel();
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGWINCH])
        .map_err(Error::system("catch signals"))?;
    let stop_signals = signals.handle();
    let signal_sender = sender.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            let _ = signal_sender.send(Event::Signal(signal));
        }
    });
    let mut wires = wire(task, &mark, streams, log, &sender)?;
    let hardware = Hardware {
        machine: vm.machine,
        qemu: &vm.qemu,
        accelerator,
        kernel: &vm.kernel,
        append: &vm.append,
        memory: vm.memory,
        processors: vm.processors,
        icount: vm.icount,
        tsc_khz: tsc_khz(vm, accelerator),
        console: &console,
        firmware: vm
            .firmware
            .as_ref()
            .map(|(code, variables)| (*code, variables.as_path())),
        disk: vm.disk.as_deref(),
        options: &vm.options,
    };
    let start = Instant::now();
    let mut note = messages
        .try_clone()
        .map_err(Error::system("duplicate a descriptor"))?;
    let mut qemu = Qemu::start(
        &hardware,
        initramfs,
        std::mem::take(&mut wires.ports),
        messages,
    )?;
    // A log that cannot be written takes nothing from the run.
    let _ = writeln!(note, "{}", qemu.command_line);

    let died = || {
        let said = fs::read_to_string(&messages_path).unwrap_or_default();
        Error::GuestDied {
            panic: logs::panic_reason(&console),
            tail: logs::tail(&console, TAIL_LINES),
            qemu: said.lines().skip(1).collect::<Vec<_>>().join("; "),
            console: console.clone(),
        }
    };
    let mut started = None;
    let mut status = None;
    let mut open_streams = 2;
    let mut collected = None;
    let result = loop {
        if let (Some(status), 0, Some(_)) = (status, open_streams, &collected) {
            break Ok(status);
        }
        let left = limit.saturating_sub(begin.elapsed());
        match events.recv_timeout(left) {
            Ok(Event::Line(Message::Started(uptime))) => started = Some((uptime, start.elapsed())),
            Ok(Event::Line(Message::Exit(code))) => status = Some(code),
            Ok(Event::Line(Message::Failed(message))) => {
                break Err(Error::Init {
                    message,
                    console: console.clone(),
                });
            }
            Ok(Event::Broken(message)) => {
                break Err(Error::Protocol {
                    message,
                    console: console.clone(),
                });
            }
            Ok(Event::StreamComplete) => open_streams -= 1,
            // A stream that ends early is the guest's death, which the control port tells.
            Ok(Event::Collected(Err(Error::CollectStream(_)))) if status.is_none() => {}
            Ok(Event::Collected(result)) => collected = Some(result),
            Ok(Event::Signal(SIGWINCH)) => {
                if let Some(size) = task.terminal.as_ref().and_then(|_| terminal::size()) {
                    let line = format!("size {} {}\n", size.0, size.1);
                    let _ = wires.control.write_all(line.as_bytes());
                }
            }
            Ok(Event::Signal(signal)) => break Err(Error::Interrupted(signal)),
            Ok(Event::ControlClosed) | Err(RecvTimeoutError::Disconnected) => break Err(died()),
            Err(RecvTimeoutError::Timeout) => {
                break Err(Error::Timeout {
                    limit,
                    started: started.is_some(),
                    console: console.clone(),
                });
            }
        }
    };
    let mut is_off = true;
    if result.is_ok() && wires.control.write_all(protocol::DONE).is_ok() {
        let limit = vm
            .disk
            .as_ref()
            .map_or(POWER_OFF_LIMIT, |_| SHUT_DOWN_LIMIT);
        is_off = qemu.wait(limit).is_some();
    }
    qemu.end();
    stop_signals.close();
    let status = result?;
    if let (Some(disk), false) = (&vm.disk, is_off) {
        return Err(Error::NoShutdown {
            disk: disk.clone(),
            limit: SHUT_DOWN_LIMIT,
            console,
        });
    }
    let (uptime, boot) = started.unwrap_or_default();
    Ok(Report {
        status,
        uptime,
        boot,
        total: start.elapsed(),
        collected: collected.unwrap_or(Ok(())),
    })
}
