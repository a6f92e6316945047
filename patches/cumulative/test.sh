#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
plan 13

# texts() - print what the three files say
texts() {
	head -qn1 /proc/cmdline /proc/version /proc/execdomains
}

old=$(texts)
readonly old
load cumulative
is 'all fixes are in' "$(texts)" "fix 'cmdline' is in
fix 'version' is in
fix 'execdomains' is in"
unload cumulative
is 'all fixes are out' "$(texts)" "$old"

load cumulative skip=version
like 'the fix that was left out is not in' "$(cat /proc/version)" '^Linux version'
is 'the others are' "$(head -qn1 /proc/cmdline /proc/execdomains)" "fix 'cmdline' is in
fix 'execdomains' is in"
ok 'the function is not patched' test ! -e "$LIVEPATCH/cumulative/vmlinux/version_proc_show,1"
is 'the parameter says what was left out' \
	"$(cat /sys/module/cumulative/parameters/skip)" version
unload cumulative

load cumulative skip=version,cmdline,execdomains
is 'all can be left out' "$(texts)" "$old"
ok 'no object is patched' test ! -e $LIVEPATCH/cumulative/vmlinux
unload cumulative

refused 'a fix that is not there is refused' \
	"cumulative: skip: there is no fix 'verison', the fixes are: cmdline execdomains version" \
	insmod "$(module_file cumulative)" skip=verison
ok 'nothing is left' is_gone cumulative

load cmdline
load cumulative
ok 'it replaces an older livepatch' until_true 10 test ! -e $LIVEPATCH/cmdline
unload cumulative
is 'back' "$(texts)" "$old"
until_true 10 rmmod_quiet cmdline
ok 'the older module can go' is_gone cmdline
done_testing
