#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
[[ -e $(module_file stable_7_2_9) ]] || skip_all 'not for this kernel'
for module in em_text cls_basic sch_ingress act_mirred ts_kmp ipip tun; do
	modprobe $module 2>/dev/null || skip_all "this kernel has no module $module"
done
readonly NEIGHBOURS=/proc/sys/net/ipv4/neigh/default/gc_stale_time
plan 32

# trigger(what, argument...) - print what a fix is about
trigger() {
	perl "$HERE/trigger.pl" "$@" 2>&1
}

# store(value) - print what comes of a number of seconds in a sysctl that counts them in ticks
store() {
	if printf '%s' "$1" 2>/dev/null >$NEIGHBOURS; then
		cat $NEIGHBOURS
	else
		echo refused
	fi
}

# The first number of seconds of which 64 bits do not hold the ticks.
readonly TOO_LARGE=73786976294838207
readonly UNTERMINATED='taken ENOENT'

# unfixed(when, uid) - nine tests: the bugs are there
unfixed() {
	is "$1: too many seconds are taken for none" "$(store $TOO_LARGE)" 0
	like "$1: a negative time reads as another number" "$(store -5)" '^-?[0-9]{10,}$'
	is "$1: a persistent keyring that cannot be linked stays for ever" "$(trigger keyring "$2")" 'EPERM perm'
	is "$1: reading the empty file system leaves a trace" "$(trigger atime)" '2 entries, new time'
	is "$1: an internal file system can be reconfigured" "$(trigger fspick)" 'a context'
	is "$1: an unbindable mount can join a group" "$(trigger set_group)" 'unbindable: grouped, private: grouped'
	is "$1: a name that does not end is looked up" "$(trigger em_text)" "$UNTERMINATED"
	is "$1: a packet of a tunnel has another device's header" "$(trigger spkt)" '14 bytes in front'
	is "$1: a checksum is written into a header" "$(trigger csum_start)" \
		'header: 2 fragments, options changed, data: 2 fragments, options kept'
}

# fixed(uid) - ten tests: they are not
fixed() {
	is 'too many seconds are refused' "$(store $TOO_LARGE)" refused
	is 'a negative time reads as it was written' "$(store -5)" -5
	like 'every new persistent keyring expires' "$(trigger keyring "$1")" '^EPERM [0-9]+[smhd]$'
	is 'one that is there already is found' "$(trigger keyring 1001)" 'EPERM perm'
	is 'reading the empty file system leaves no trace' "$(trigger atime)" '2 entries, same time'
	is 'an internal file system cannot be reconfigured' "$(trigger fspick)" EINVAL
	is 'only a mount that can be bound can join a group' "$(trigger set_group)" 'unbindable: EINVAL, private: grouped'
	is 'a name that does not end is refused' "$(trigger em_text)" 'taken EINVAL'
	is 'a packet of a tunnel has no header in front' "$(trigger spkt)" '0 bytes in front'
	is 'a checksum is written into data only' "$(trigger csum_start)" \
		'header: dropped, data: 2 fragments, options kept'
}

stale=$(<$NEIGHBOURS)
readonly stale
unfixed before 1001
load stable_7_2_9
fixed 1002
# A module that comes later.
rmmod em_text
modprobe em_text
is 'a module that comes later is fixed' "$(trigger em_text)" 'taken EINVAL'
for module in xt_CHECKSUM nfnetlink_queue nf_conntrack_bridge; do
	modprobe $module
	grep -qx 1 "$LIVEPATCH/stable_7_2_9/$module/patched" || echo "$module is not patched"
done >"/tmp/stable.modules" 2>&1
is 'so are those of which only their symbols tell' "$(</tmp/stable.modules)" ''
unload stable_7_2_9
unfixed after 1003
printf '%s' "$stale" >$NEIGHBOURS
load stable_7_2_9 skip=nullfs_atime
is 'a fix can be left out, with its callbacks' "$(trigger atime)" '2 entries, new time'
unload stable_7_2_9
ok 'nothing is left' is_gone stable_7_2_9
done_testing
