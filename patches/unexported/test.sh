#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# c_fix does the same in C, and this is its test too.

. "$(dirname "$0")/../../selftests/lib.sh"
readonly NAME=${HERE##*/}
readonly THREAD=/proc/net/pktgen/kpktgend_0
modprobe --dry-run pktgen 2>/dev/null || skip_all 'this kernel has no module pktgen'
[[ ! -d /sys/module/pktgen ]] || rmmod pktgen
# x86 has two variables of one name; the livepatch uses none elsewhere.
[[ $(uname -m) = x86_64 ]] && has_max_cstates=1 || has_max_cstates=
plan $((has_max_cstates ? 13 : 11))

# max_cstates(sed script) - print of both lines what the script makes of them
max_cstates() {
	sed -n "s/^max_cstate at \([0-9a-f]*\) is \([0-9]*\)\$/$1/p" /proc/cmdline
}

# add_lo() - give a thread of pktgen the device lo
add_lo() {
	# IFF_UP and IFF_LOOPBACK: it takes no others.
	echo 0x9 >/sys/class/net/lo/flags
	echo 'add_device lo' >"$THREAD"
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
is 'a variable of a module that was loaded later' "$(cat $THREAD)" 'pg_count_d: 77, lo: no'
ok 'the module works' add_lo
is 'a static function of the module' "$(cat $THREAD)" 'pg_count_d: 77, lo: yes'
rmmod pktgen
ok 'the livepatch stays without the module' is_enabled "$NAME"
if grep -qw clear_relocate_add /proc/kallsyms; then
	modprobe pktgen pg_count_d=78
	is 'the module is somewhere else when it comes back' "$(cat $THREAD)" 'pg_count_d: 78, lo: no'
	unload "$NAME"
else
	# Older kernels take no relocations back, and refuse to apply them again.
	refused 'the module cannot come back while the livepatch is there' 'refusing to load module' modprobe pktgen
	unload "$NAME"
	modprobe pktgen pg_count_d=78
fi
is 'the old function of the kernel is back' "$(cat /proc/cmdline)" "$before"
like 'that of the module too' "$(cat $THREAD)" '^Running:'
load "$NAME"
is 'the module can be there before' "$(cat $THREAD)" 'pg_count_d: 78, lo: no'
rmmod pktgen
unload "$NAME"
ok 'nothing is left' is_gone "$NAME"
done_testing
