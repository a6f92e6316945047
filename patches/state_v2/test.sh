#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
readonly SETTING=/proc/sys/kernel/panic
plan 9

echo 77 >$SETTING
load state_v1
is 'version 1' "$(cat $SETTING)" 10
load state_v2
is 'version 2 replaces it' "$(cat $SETTING)" 20
ok 'version 1 is no livepatch any more' until_true 10 test ! -e $LIVEPATCH/state_v1
ok 'and its module can go' until_true 10 rmmod_quiet state_v1
refused 'version 1 does not fit on top of version 2' \
	"Livepatch patch \(state_v1\) is not compatible with the already installed livepatches" \
	insmod "$(module_file state_v1)"
ok 'it was not left loaded' is_gone state_v1
is 'nothing has changed' "$(cat $SETTING)" 20
unload state_v2
is 'the setting from before version 1 is back' "$(cat $SETTING)" 77
ok 'nothing is left' is_gone state_v2
done_testing
