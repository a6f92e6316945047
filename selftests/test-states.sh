#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Which livepatches fit on top of one with a system state.

. "$(dirname "$0")/lib.sh"
readonly SETTING=/proc/sys/kernel/panic
readonly REFUSED='is not compatible with the already installed livepatches'
plan 22

# refuse(what, name, parameters...) - a livepatch that does not fit
refuse() {
	local what=$1 name=$2
	shift 2
	refused "$what is refused" "\($name\) $REFUSED" insmod "$(module_file "$name")" "$@"
	ok "$what: nothing is left" is_gone "$name"
}

# gone(name) - whether a livepatch was replaced and its module can go
gone() {
	until_true "$TRANSITION_TIMEOUT" test ! -e "$LIVEPATCH/$1" &&
		until_true "$TRANSITION_TIMEOUT" rmmod_quiet "$1" && is_gone "$1"
}

echo 77 >$SETTING
load state_v2
is 'version 2 is in' "$(cat $SETTING)" 20
refuse 'a lower version' state_v1
refuse 'one that replaces and lacks the state' cmdline
refuse 'one that replaces by a parameter' test_klp_atomic_replace replace=1
like 'the old function is untouched' "$(head -n1 /proc/meminfo)" '^MemTotal'
is 'the setting is that of version 2' "$(cat $SETTING)" 20
ok 'one that does not replace need not know it' load test_klp_atomic_replace replace=0
is 'both are in' "$(head -n1 /proc/meminfo) $(cat $SETTING)" \
	'test_klp_atomic_replace: this has been live patched 20'
refuse 'a lower version, on top of both,' state_v1
unload test_klp_atomic_replace
unload state_v2
is 'the setting is back' "$(cat $SETTING)" 77

# The same version, and a higher one.
log_mark
load test_klp_state2
load test_klp_state3
ok 'the same version replaces' gone test_klp_state2
like 'and takes over' "$(log_since)" 'test_klp_state3: fix_console_loglevel: taking over'
refuse 'a lower version of another author' test_klp_state
unload test_klp_state3
load state_v1
load state_v2
ok 'a higher version replaces' gone state_v1
is 'and takes over, too' "$(cat $SETTING)" 20
unload state_v2
is 'back to what was before the first' "$(cat $SETTING)" 77

# A replacement that is disabled leaves nothing of the one before.
load state_v1
load state_v2
unload state_v2
until_true "$TRANSITION_TIMEOUT" rmmod_quiet state_v1
load state_v1
is 'the first version can come again' "$(cat $SETTING)" 10
unload state_v1
done_testing
