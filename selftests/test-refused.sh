#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Livepatches that cannot be: the kernel says why, the module does not stay, nothing is patched.

. "$(dirname "$0")/lib.sh"
plan 15

old=$(cat /proc/cmdline)

# refuse(name, regex) - one livepatch
refuse() {
	refused "$1: the kernel says why" "$2" insmod "$(module_file "$1")"
	ok "$1: the module is not left" test ! -e "/sys/module/$1"
	ok "$1: no livepatch is left" test ! -e "$LIVEPATCH/$1"
	is "$1: nothing is patched" "$(cat /proc/cmdline)" "$old"
	is "$1: ftrace has let go of every function" "$(grep -c ' I ' "$ENABLED" || true)" 0
}

readonly ENABLED=/sys/kernel/tracing/enabled_functions
refuse refused_unknown "symbol 'no_function_of_this_name' not found in symbol table"
refuse refused_no_ftrace "failed to find location for function '__schedule'"
refuse refused_ambiguous "unresolvable ambiguity for symbol 't_start' in object '"
done_testing
