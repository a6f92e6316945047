#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

# The upgrade from version 1 to version 2 is tested with version 2.

. "$(dirname "$0")/../../selftests/lib.sh"
readonly SETTING=/proc/sys/kernel/panic
plan 4

echo 77 >$SETTING
load state_v1
is 'the setting is changed' "$(cat $SETTING)" 10
unload state_v1
is 'and put back' "$(cat $SETTING)" 77
ok 'nothing is left' is_gone state_v1
echo 78 >$SETTING
load state_v1
unload state_v1
is 'the setting of each time is kept' "$(cat $SETTING)" 78
done_testing
