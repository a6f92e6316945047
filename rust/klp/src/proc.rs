// SPDX-License-Identifier: GPL-2.0

//! What the kernel says of itself and of tasks, in `/proc`.

pub mod cgroup;
pub mod kernel;
pub mod log;
pub mod stack;
pub mod stat;
pub mod task;
