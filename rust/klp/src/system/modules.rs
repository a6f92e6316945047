// SPDX-License-Identifier: GPL-2.0

//! The kernel's system calls for modules.

use std::ffi::CStr;
use std::io;

use rustix::system::{delete_module, init_module};

/// Loads and unloads modules.
pub trait Modules {
    /// Loads a module: `init_module(2)`, on bytes that were read and looked at before, so that what is loaded is what was checked.
    ///
    /// # Errors
    ///
    /// What the kernel says: `EEXIST` if a module of that name is loaded, `EBUSY` if another transition goes on, `ENOEXEC` for a
    /// module of another kernel, `EKEYREJECTED` for a signature that is not trusted, and many others.
    fn load(&self, name: &str, image: &[u8], parameters: &CStr) -> io::Result<()>;

    /// Unloads a module that nobody uses: `delete_module(2)` with `O_NONBLOCK`.
    ///
    /// # Errors
    ///
    /// What the kernel says: `EWOULDBLOCK` if it is in use, `ENOENT` if it is not loaded.
    fn unload(&self, name: &CStr) -> io::Result<()>;
}

/// The kernel that runs here.
#[derive(Clone, Copy, Debug)]
pub struct RunningKernel;

impl Modules for RunningKernel {
    fn load(&self, _name: &str, image: &[u8], parameters: &CStr) -> io::Result<()> {
        Ok(init_module(image, parameters)?)
    }

    fn unload(&self, name: &CStr) -> io::Result<()> {
        // Without O_TRUNC, which is force; the kernel takes O_NONBLOCK for granted since long ago.
        const O_NONBLOCK: i32 = 0o4000;

        Ok(delete_module(name, O_NONBLOCK)?)
    }
}

/// No kernel: what there is is a picture of a machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoKernel;

impl Modules for NoKernel {
    fn load(&self, _name: &str, _image: &[u8], _parameters: &CStr) -> io::Result<()> {
        Err(io::Error::from_raw_os_error(
            rustix::io::Errno::OPNOTSUPP.raw_os_error(),
        ))
    }

    fn unload(&self, _name: &CStr) -> io::Result<()> {
        Err(io::Error::from_raw_os_error(
            rustix::io::Errno::OPNOTSUPP.raw_os_error(),
        ))
    }
}
