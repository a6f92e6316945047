#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
readonly FILE=/proc/net/pktgen/pgctrl
readonly NEW='pktgen has been live patched'
modprobe pktgen 2>/dev/null || skip_all 'this kernel has no module pktgen'
plan 9

old=$(cat $FILE)
readonly old
like 'before' "$old" 'Packet Generator'
load pktgen_version
is 'a loaded module is patched' "$(cat $FILE)" "$NEW"
rmmod pktgen
ok 'the livepatch stays without the module' is_enabled pktgen_version
is 'sysfs says that the object is not there' \
	"$(cat $LIVEPATCH/pktgen_version/pktgen/patched)" 0
modprobe pktgen
is 'the module is patched when it comes back' "$(cat $FILE)" "$NEW"
is 'sysfs says so' "$(cat $LIVEPATCH/pktgen_version/pktgen/patched)" 1
unload pktgen_version
is 'the old function is back' "$(cat $FILE)" "$old"
rmmod pktgen
load pktgen_version
modprobe pktgen
is 'the livepatch can come first' "$(cat $FILE)" "$NEW"
rmmod pktgen
unload pktgen_version
ok 'nothing is left' is_gone pktgen_version
done_testing
