#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
plan 6

before=$(cat /proc/cmdline)
load cmdline
ok 'the livepatch is in force' is_enabled cmdline
is 'the function is replaced' "$(cat /proc/cmdline)" 'this has been live patched'
is 'sysfs shows the function' "$(ls -d $LIVEPATCH/cmdline/vmlinux/cmdline_proc_show,1)" \
	"$LIVEPATCH/cmdline/vmlinux/cmdline_proc_show,1"
unload cmdline
is 'the old function is back' "$(cat /proc/cmdline)" "$before"
ok 'nothing is left' is_gone cmdline
load cmdline
is 'it can be loaded again' "$(cat /proc/cmdline)" 'this has been live patched'
unload cmdline
done_testing
