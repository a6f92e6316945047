// SPDX-License-Identifier: GPL-2.0

//! Errors of the kernel.
//!
//! C header: `include/linux/errno.h`.

use crate::bindings;
use crate::ffi::c_int;
use core::fmt;
use core::num::{NonZeroI32, TryFromIntError};
use core::str::Utf8Error;

macro_rules! codes {
    ($($name:ident, $doc:literal;)*) => { $(
        #[doc = $doc]
        pub const $name: super::Error = super::Error::from_code(super::bindings::$name);
    )* };
}

/// The error numbers, named as in C.
#[rustfmt::skip]
pub mod code {
codes! {
    EPERM, "The operation is not permitted.";
    ENOENT, "There is no such file, directory or thing.";
    ESRCH, "There is no such process.";
    EINTR, "A signal has come.";
    EIO, "Input or output failed.";
    ENXIO, "There is no such device or address.";
    E2BIG, "The list of arguments is too long.";
    ENOEXEC, "The format of an executable is wrong.";
    EBADF, "The file number is wrong.";
    ECHILD, "There are no child processes.";
    EAGAIN, "Not now; try again.";
    ENOMEM, "There is no memory.";
    EACCES, "Permission is denied.";
    EFAULT, "An address is wrong.";
    ENOTBLK, "A block device is needed.";
    EBUSY, "The device or resource is in use.";
    EEXIST, "It is there already.";
    EXDEV, "A link would cross devices.";
    ENODEV, "There is no such device.";
    ENOTDIR, "It is no directory.";
    EISDIR, "It is a directory.";
    EINVAL, "An argument is invalid.";
    ENFILE, "The system has too many open files.";
    EMFILE, "The process has too many open files.";
    ENOTTY, "It is no terminal, or knows no such request.";
    ETXTBSY, "The text file is in use.";
    EFBIG, "The file is too large.";
    ENOSPC, "There is no space on the device.";
    ESPIPE, "It cannot be sought in.";
    EROFS, "The file system is read-only.";
    EMLINK, "There are too many links.";
    EPIPE, "The pipe is broken.";
    EDOM, "An argument is outside the domain of the function.";
    ERANGE, "The result cannot be represented.";
    EDEADLK, "The lock would wait for itself.";
    ENAMETOOLONG, "The name is too long.";
    ENOSYS, "There is no such system call.";
    ENOTEMPTY, "The directory is not empty.";
    ELOOP, "There are too many symbolic links.";
    ENODATA, "There are no data.";
    EPROTO, "The protocol is violated.";
    EBADMSG, "It is no message of data.";
    EOVERFLOW, "The value is too large for its type.";
    EMSGSIZE, "The message is too long.";
    EOPNOTSUPP, "The operation is not supported by the endpoint.";
    ETIMEDOUT, "The time is over.";
    EALREADY, "It is under way already.";
    EINPROGRESS, "It is under way now.";
    ECANCELED, "It was cancelled.";
    ERESTARTSYS, "The system call is to be restarted.";
    ERESTARTNOINTR, "The system call is to be restarted, whatever the signal says.";
    ERESTARTNOHAND, "The system call is to be restarted if no handler runs.";
    ENOIOCTLCMD, "There is no such ioctl command.";
    ERESTART_RESTARTBLOCK, "The system call is to be restarted by another.";
    EPROBE_DEFER, "The driver wants to be probed later.";
    EOPENSTALE, "The open has found a stale directory entry.";
    ENOPARAM, "The parameter is not supported.";
    EBADHANDLE, "The NFS file handle is wrong.";
    ENOTSYNC, "The update is out of step.";
    EBADCOOKIE, "The cookie is stale.";
    ENOTSUPP, "The operation is not supported.";
    ETOOSMALL, "The buffer or the request is too small.";
    ESERVERFAULT, "The server has failed.";
    EBADTYPE, "The server does not support the type.";
    EJUKEBOX, "The request has begun, and will take longer than one waits.";
    EIOCBQUEUED, "The request is queued, and an event will tell of its end.";
    ERECALLCONFLICT, "The state is being recalled.";
}
}

/// An error number of the kernel.
///
/// # Invariants
///
/// It is negative, and not less than `-MAX_ERRNO`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error(NonZeroI32);

/// What can fail with an [`Error`].
pub type Result<T = (), E = Error> = core::result::Result<T, E>;

impl Error {
    /// Makes the error of a code of C, which is positive there; one that is none does not compile.
    const fn from_code(code: u32) -> Self {
        match Self::checked(-(code as c_int)) {
            Some(error) => error,
            None => panic!("no error number of the kernel"),
        }
    }

    const fn checked(errno: c_int) -> Option<Self> {
        if errno < -(bindings::MAX_ERRNO as c_int) || errno >= 0 {
            return None;
        }
        match NonZeroI32::new(errno) {
            // INVARIANT: Just checked.
            Some(errno) => Some(Self(errno)),
            None => None,
        }
    }

    /// Takes what a function in C returned; what is no error number becomes `EINVAL`.
    pub fn from_errno(errno: c_int) -> Self {
        Self::checked(errno).unwrap_or(code::EINVAL)
    }

    /// Returns the number, which is negative.
    pub fn to_errno(self) -> c_int {
        self.0.get()
    }

    /// Returns the number as C hides it in a pointer: `ERR_PTR()`.
    pub fn to_ptr<T>(self) -> *mut T {
        core::ptr::without_provenance_mut(self.0.get() as isize as usize)
    }
}

/// Returns the error that a function in C returned, or success for zero and more.
///
/// # Errors
///
/// That error.
pub fn to_result(errno: c_int) -> Result {
    if errno < 0 {
        Err(Error::from_errno(errno))
    } else {
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Error").field(&self.to_errno()).finish()
    }
}

impl From<TryFromIntError> for Error {
    fn from(_: TryFromIntError) -> Self {
        code::EINVAL
    }
}

impl From<Utf8Error> for Error {
    fn from(_: Utf8Error) -> Self {
        code::EINVAL
    }
}

impl From<core::alloc::LayoutError> for Error {
    fn from(_: core::alloc::LayoutError) -> Self {
        code::ENOMEM
    }
}

impl From<fmt::Error> for Error {
    fn from(_: fmt::Error) -> Self {
        code::EINVAL
    }
}

impl From<core::convert::Infallible> for Error {
    fn from(error: core::convert::Infallible) -> Self {
        match error {}
    }
}
