// SPDX-License-Identifier: GPL-2.0

//! Reads, changes and writes the object files that kernel modules are.
