#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# c_fix does the same in C, and this is its test too.

. "$(dirname "$0")/../../selftests/lib.sh"
readonly NAME=${HERE##*/}
readonly THREAD=/proc/net/pktgen/kpktgend_0
modprobe --dry-run pktgen 2>/dev/null || skip_all 'this kernel has no module pktgen'
[[ ! -d /sys/module/pktgen ]] || rmmod pktgen
# With intel_idle there are two variables of one name; the livepatch uses none elsewhere.
[[ -e /sys/module/intel_idle ]] && has_max_cstates=1 || has_max_cstates=
# Older kernels take no relocations back, and refuse to apply them again.
grep -qw clear_relocate_add /proc/kallsyms && comes_back=1 || comes_back=
plan $((11 + (has_max_cstates ? 2 : 0) + (comes_back ? 1 : 0)))

# max_cstates(sed script) - print of both lines what the script makes of them
max_cstates() {
	sed -n "s/^max_cstate at \([0-9a-f]*\) is \([0-9]*\)\$/$1/p" /proc/cmdline
}

# is_shown(name, count) - two tests that a thread's file shows the variable and what the static function writes
is_shown() {
	is "$1: a variable" "$(head -n 1 $THREAD)" "pg_count_d: $2"
	is "$1: a static function" "$(tail -n +2 $THREAD)" "$(cat /proc/net/pktgen/pgctrl)"
}

before=$(cat /proc/cmdline)
readonly before
load "$NAME"
is 'a variable of the kernel' "$(head -n 1 /proc/cmdline)" "$before"
is 'a static function of the kernel' "$(tail -n 1 /proc/cmdline)" "$(cat /proc/version)"
if [[ $has_max_cstates ]]; then
	is 'two variables of one name, in the order of kallsyms' "$(max_cstates '\1')" \
		"$(awk 'NF == 3 && $3 == "max_cstate" { print $1 }' /proc/kallsyms)"
	is 'their values' "$(max_cstates '\2' | sort)" \
		"$(sort /sys/module/{intel_idle,processor}/parameters/max_cstate)"
fi
modprobe pktgen pg_count_d=77
is_shown 'a module that was loaded later' 77
rmmod pktgen
ok 'the livepatch stays without the module' is_enabled "$NAME"
if [[ $comes_back ]]; then
	modprobe pktgen pg_count_d=78
	is_shown 'the module is somewhere else when it comes back' 78
	unload "$NAME"
else
	refused 'the module cannot come back while the livepatch is there' 'refusing to load module' modprobe pktgen
	unload "$NAME"
	modprobe pktgen pg_count_d=78
fi
is 'the old function of the kernel is back' "$(cat /proc/cmdline)" "$before"
like 'that of the module too' "$(cat $THREAD)" '^Running:'
load "$NAME"
is_shown 'the module can be there before' 78
rmmod pktgen
unload "$NAME"
ok 'nothing is left' is_gone "$NAME"
done_testing
