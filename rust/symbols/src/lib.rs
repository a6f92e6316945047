// SPDX-License-Identifier: GPL-2.0

//! What a kernel has: symbols, exports, ftrace sites and types, indexed.
