#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
modprobe pktgen 2>/dev/null || skip_all 'this kernel has no module pktgen'
cpu=$(($(nproc) - 1))
thread=/proc/net/pktgen/kpktgend_$cpu
readonly cpu thread
plan 4

echo rem_device_all >"$thread"
like 'before' "$(cat "$thread")" 'Result: OK: rem_device_all'
load private_type
is 'the members are where the kernel has them' "$(cat "$thread")" "live patched: cpu $cpu, OK: rem_device_all"
unload private_type
like 'the old function is back' "$(cat "$thread")" 'Result: OK: rem_device_all'
ok 'nothing is left' is_gone private_type
rmmod pktgen
done_testing
