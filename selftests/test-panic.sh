#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A replacement that panics ends the task that runs it, as BUG() does, and nothing else.

. "$(dirname "$0")/lib.sh"
plan 8

readonly PARAMETER=/sys/module/test_panic/parameters/entry
old=$(cat /proc/execdomains)
readonly old

load test_panic
is 'it works' "$(cat /proc/execdomains)" 10
log_mark
echo 4 >$PARAMETER
status=0
{ cat /proc/execdomains >/dev/null; } 2>/dev/null || status=$?
ok 'a task that makes it panic is killed' test "$status" -gt 128
# What C's BUG() is: without a message, it is the instruction, by the name that the architecture has for it.
like 'the kernel says what it is' "$(log_since)" \
	'kernel BUG at|invalid opcode|Oops - BRK|illegal operation|Exception in kernel mode, sig: 5'
# arm64 prints the address after the call, which is another function when the call does not return.
where='execdomains_proc_show.*\[test_panic\]'
[[ $(uname -m) != aarch64 ]] || where+='|\+0x0/.*\[test_panic\]'
like 'and where' "$(log_since)" "$where"
echo 3 >$PARAMETER
is 'other tasks go on' "$(cat /proc/execdomains)" 13
unload test_panic
is 'the old function is back' "$(cat /proc/execdomains)" "$old"
ok 'nothing is left' is_gone test_panic
load test_panic
is 'it can be loaded again' "$(cat /proc/execdomains)" 10
unload test_panic
# What the kernel complained of was asked for.
dmesg --clear
done_testing
