// SPDX-License-Identifier: GPL-2.0

//! A machine for tests: a directory with what `/sys` and `/proc` would show, a model of the kernel, and time that passes at once.

use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use rustix::io::Errno;

use super::{
    Clock, CommandLine, Commands, Finished, Modules, Process, Processes, Root, Signal, System,
};

/// What a test makes happen when a module is loaded or unloaded, or when time passes.
type Hook = Box<dyn FnMut(&Path, &str) -> io::Result<()>>;
type Tick = Box<dyn FnMut(&Path, Duration)>;
type Program = Box<dyn FnMut(&str) -> io::Result<Finished>>;

/// A machine for tests.
pub(crate) struct Machine {
    directory: tempfile::TempDir,
    shared: Rc<Shared>,
}

#[derive(Default)]
struct Shared {
    path: PathBuf,
    now: Cell<Duration>,
    on_load: RefCell<Option<Hook>>,
    on_unload: RefCell<Option<Hook>>,
    on_tick: RefCell<Option<Tick>>,
    on_command: RefCell<Option<Program>>,
    answers: RefCell<Vec<String>>,
    calls: RefCell<Vec<String>>,
}

impl Machine {
    /// Returns a machine with nothing in it.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let shared = Rc::new(Shared {
            path: directory.path().to_owned(),
            ..Shared::default()
        });
        Self { directory, shared }
    }

    /// Returns the path of its root.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file, and makes the directories above it.
    pub(crate) fn write(&self, path: &str, contents: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(path, contents).expect("a file");
    }

    /// Makes a directory, and those above it.
    pub(crate) fn directory(&self, path: &str) {
        fs::create_dir_all(self.path().join(path)).expect("directories");
    }

    /// Returns what is in a file.
    pub(crate) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).expect("a file")
    }

    /// Says what happens when a module is loaded: the function gets the root and the name.
    pub(crate) fn on_load(&self, hook: impl FnMut(&Path, &str) -> io::Result<()> + 'static) {
        *self.shared.on_load.borrow_mut() = Some(Box::new(hook));
    }

    /// Says what happens when a module is unloaded.
    pub(crate) fn on_unload(&self, hook: impl FnMut(&Path, &str) -> io::Result<()> + 'static) {
        *self.shared.on_unload.borrow_mut() = Some(Box::new(hook));
    }

    /// Says what happens when somebody waits: the function gets the root and the time since the start.
    pub(crate) fn on_tick(&self, tick: impl FnMut(&Path, Duration) + 'static) {
        *self.shared.on_tick.borrow_mut() = Some(Box::new(tick));
    }

    /// Says what other programs do: the function gets the command, and there are none without.
    pub(crate) fn on_command(&self, hook: impl FnMut(&str) -> io::Result<Finished> + 'static) {
        *self.shared.on_command.borrow_mut() = Some(Box::new(hook));
    }

    /// Says what is typed at the terminal, a line after the other.
    pub(crate) fn answers(&self, lines: &[&str]) {
        *self.shared.answers.borrow_mut() =
            lines.iter().rev().map(|&line| line.to_owned()).collect();
    }

    /// Returns what was asked for: of the kernel `load NAME PARAMETERS` and `unload NAME`, of other programs `run COMMAND`,
    /// of processes `STOP PID` and `CONT PID`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.shared.calls.borrow().clone()
    }

    /// Returns how much time has passed.
    pub(crate) fn now(&self) -> Duration {
        self.shared.now.get()
    }

    /// Returns the machine as the program sees it.
    pub(crate) fn system(&self) -> System {
        System {
            root: Root::open(self.path()).expect("the root"),
            modules: Box::new(Model(Rc::clone(&self.shared))),
            clock: Box::new(Model(Rc::clone(&self.shared))),
            commands: Box::new(Model(Rc::clone(&self.shared))),
            processes: Box::new(Model(Rc::clone(&self.shared))),
            euid: 0,
        }
    }
}

struct Model(Rc<Shared>);

impl Modules for Model {
    fn load(&self, name: &str, _image: &[u8], parameters: &CStr) -> io::Result<()> {
        let parameters = parameters.to_string_lossy();
        let call = format!("load {name} {parameters}").trim_end().to_owned();
        self.0.calls.borrow_mut().push(call);

        match self.0.on_load.borrow_mut().as_mut() {
            Some(hook) => hook(&self.0.path, name),
            None => Err(Errno::NOEXEC.into()),
        }
    }

    fn unload(&self, name: &CStr) -> io::Result<()> {
        let name = name.to_string_lossy().into_owned();
        self.0.calls.borrow_mut().push(format!("unload {name}"));

        match self.0.on_unload.borrow_mut().as_mut() {
            Some(hook) => hook(&self.0.path, &name),
            None => Err(Errno::NOENT.into()),
        }
    }
}

impl Clock for Model {
    fn monotonic(&self) -> Duration {
        self.0.now.get()
    }

    fn seconds_since_1970(&self) -> u64 {
        1_790_000_000 + self.0.now.get().as_secs()
    }

    fn sleep(&self, duration: Duration) {
        self.0.now.set(self.0.now.get() + duration);
        if let Some(tick) = self.0.on_tick.borrow_mut().as_mut() {
            tick(&self.0.path, self.0.now.get());
        }
    }
}

impl Commands for Model {
    fn output(&self, command: &CommandLine, _timeout: Duration) -> io::Result<Finished> {
        match self.0.on_command.borrow_mut().as_mut() {
            Some(hook) => hook(&command.to_string()),
            None => Err(Errno::NOENT.into()),
        }
    }

    fn run(&self, command: &CommandLine) -> io::Result<Option<i32>> {
        self.0.calls.borrow_mut().push(format!("run {command}"));
        Ok(self.output(command, Duration::ZERO)?.status)
    }

    fn answer(&self) -> io::Result<Option<String>> {
        Ok(self.0.answers.borrow_mut().pop())
    }
}

impl Processes for Model {
    fn open(&self, pid: u32) -> io::Result<Box<dyn Process>> {
        match self.0.path.join(format!("proc/{pid}")).exists() {
            true => Ok(Box::new(ModelProcess(pid, Rc::clone(&self.0)))),
            false => Err(Errno::SRCH.into()),
        }
    }
}

struct ModelProcess(u32, Rc<Shared>);

impl Process for ModelProcess {
    fn signal(&self, signal: Signal) -> io::Result<()> {
        let Self(pid, shared) = self;
        let call = format!("{} {pid}", signal.name());
        shared.calls.borrow_mut().push(call);

        match shared.path.join(format!("proc/{pid}")).exists() {
            true => Ok(()),
            false => Err(Errno::SRCH.into()),
        }
    }
}
