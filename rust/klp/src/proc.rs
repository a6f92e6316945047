// SPDX-License-Identifier: GPL-2.0

//! What the kernel says of itself and of tasks, in `/proc`.

pub mod kernel;
pub mod task;
