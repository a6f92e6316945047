#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
readonly FILE=/proc/net/pktgen/lo@0
readonly NEW='live patched: device lo@0 count 4711 min_pkt_size 123'
modprobe pktgen 2>/dev/null || skip_all 'this kernel has no module pktgen'
plan 4

echo 'add_device lo@0' >/proc/net/pktgen/kpktgend_0
echo 'count 4711' >$FILE
echo 'min_pkt_size 123' >$FILE
like 'before' "$(cat $FILE)" 'Params: count 4711'
load private_type
is 'the members are where the kernel has them' "$(cat $FILE)" "$NEW"
unload private_type
like 'the old function is back' "$(cat $FILE)" 'Params: count 4711'
ok 'nothing is left' is_gone private_type
rmmod pktgen
done_testing
