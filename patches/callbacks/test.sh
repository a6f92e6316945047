#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
modprobe pktgen 2>/dev/null || skip_all 'this kernel has no module pktgen'
plan 8

# callbacks() - print what the callbacks said since log_mark
callbacks() {
	log_since | sed -En 's/^callbacks: ((pre|post)_)/\1/p'
}

log_mark
load callbacks
is 'both objects are told before and after' "$(callbacks)" \
	'pre_patch: pktgen is Live
pre_patch: vmlinux
post_patch: pktgen is Live'
log_mark
rmmod pktgen
is 'a module that goes is unpatched' "$(callbacks)" \
	'pre_unpatch: pktgen is Going
post_unpatch: pktgen is Going'
log_mark
modprobe pktgen
is 'a module that comes is patched' "$(callbacks)" \
	'pre_patch: pktgen is Coming
post_patch: pktgen is Coming'
rmmod pktgen
echo Y >/sys/module/callbacks/parameters/refuse
refused 'a callback can refuse a module' \
	"patch 'callbacks' failed for module 'pktgen', refusing to load module 'pktgen'" modprobe pktgen
ok 'the module is not there' test ! -e /sys/module/pktgen
echo N >/sys/module/callbacks/parameters/refuse
log_mark
unload callbacks
is 'an object that is not there is not told' "$(callbacks)" 'post_unpatch: vmlinux'

modprobe pktgen
refused 'a callback can refuse the livepatch' "failed to enable patch 'callbacks'" \
	insmod "$(module_file callbacks)" refuse=1
ok 'nothing is left' is_gone callbacks
rmmod pktgen
done_testing
