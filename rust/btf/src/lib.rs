// SPDX-License-Identifier: GPL-2.0

//! Reads BTF, the type information of a kernel and of its modules.
