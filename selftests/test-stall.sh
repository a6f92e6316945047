#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Transitions that stall, because a task is held in the function that they take away: they are reversed, they end when the
# task is let go, and they are forced. One of those leaves a module that never goes.

. "$(dirname "$0")/lib.sh"
[[ ! -e /sys/module/test_stall_patch ]] || skip_all 'a livepatch that was forced is still loaded'
plan 39

readonly FILE=/proc/test_stall
readonly OLD=/sys/module/test_stall_target/parameters/hold
readonly NEW=/sys/module/test_stall_patch/parameters/hold
readonly PATCH=$LIVEPATCH/test_stall_patch
output=$(mktemp)
readonly output

# is_held(pid) - whether a reader is in the function
is_held() {
	grep -q msleep "/proc/$1/stack"
}

# hold(parameter) - start a reader that stays in the function; `reader` is its number
hold() {
	echo Y >"$1"
	cat $FILE >"$output" &
	reader=$!
	until_true "$TRANSITION_TIMEOUT" is_held "$reader"
}

# release(parameter) - let the reader go; `text` is what it has read
release() {
	echo N >"$1"
	wait "$reader"
	text=$(cat "$output")
}

# stalled(livepatch) - print the state of a livepatch in a transition that should not end
stalled() {
	sleep 2
	echo "enabled $(cat "$LIVEPATCH/$1/enabled") transition $(cat "$LIVEPATCH/$1/transition")"
}

# others_moved(state) - whether nobody but the reader is left to be moved
others_moved() {
	local states
	states=$(cat /proc/[0-9]*/task/[0-9]*/patch_state 2>/dev/null || true)
	[[ $(grep -cx "$((1 - $1))" <<<"$states") == 1 ]]
}

# A work item of the kernel is in the old function.
insmod "$(module_file test_klp_callbacks_busy)" block_transition=Y
log_mark
insmod "$(module_file test_klp_callbacks_demo)"
is 'work: the transition stalls' "$(stalled test_klp_callbacks_demo)" 'enabled 1 transition 1'
like 'work: a kworker holds it' "$(grep -lx 0 /proc/[0-9]*/patch_state | while IFS=/ read -r _ _ pid _; do
	cat "/proc/$pid/comm"
done)" kworker
echo 0 >$LIVEPATCH/test_klp_callbacks_demo/enabled
ok 'work: it is reversed' until_true "$TRANSITION_TIMEOUT" test ! -e $LIVEPATCH/test_klp_callbacks_demo
like 'work: the log says so' "$(log_since)" "'test_klp_callbacks_demo': unpatching complete"
ok 'work: post_patch has not run' bash -c "! dmesg | grep -q post_patch_callback"
like 'work: post_unpatch has' "$(log_since)" 'post_unpatch_callback: vmlinux'
unload test_klp_callbacks_demo
rmmod test_klp_callbacks_busy
ok 'work: nothing is left' is_gone test_klp_callbacks_demo

# A task of a user is in the old function.
insmod "$(module_file test_stall_target)"
is 'before' "$(cat $FILE)" old
hold $OLD
insmod "$(module_file test_stall_patch)"
is 'patching stalls' "$(stalled test_stall_patch)" 'enabled 1 transition 1'
is 'the reader is not patched' "$(cat "/proc/$reader/patch_state")" 0
ok 'everybody else is' until_true "$TRANSITION_TIMEOUT" others_moved 1
is 'another reader sees the new function' "$(cat $FILE)" new
ok 'the module is in use' bash -c '! rmmod test_stall_patch 2>/dev/null'
echo 0 >$PATCH/enabled
ok 'patching is reversed' until_true "$TRANSITION_TIMEOUT" test ! -e $PATCH
is 'no task is in a transition' "$(cat "/proc/$reader/patch_state")" -1
release $OLD
is 'the reader was in the old function' "$text" old
unload test_stall_patch
is 'reversed' "$(cat $FILE)" old

hold $OLD
insmod "$(module_file test_stall_patch)"
is 'patching stalls again' "$(stalled test_stall_patch)" 'enabled 1 transition 1'
release $OLD
is 'the reader is let go' "$text" old
ok 'then patching ends by itself' until_true "$TRANSITION_TIMEOUT" is_enabled test_stall_patch

# A task is in the new function.
hold $NEW
echo 0 >$PATCH/enabled
is 'unpatching stalls' "$(stalled test_stall_patch)" 'enabled 0 transition 1'
is 'the reader is patched' "$(cat "/proc/$reader/patch_state")" 1
ok 'nobody else is' until_true "$TRANSITION_TIMEOUT" others_moved 0
echo 1 >$PATCH/enabled
ok 'unpatching is reversed' until_true "$TRANSITION_TIMEOUT" is_enabled test_stall_patch
release $NEW
is 'the reader was in the new function' "$text" new
hold $NEW
echo 0 >$PATCH/enabled
is 'unpatching stalls again' "$(stalled test_stall_patch)" 'enabled 0 transition 1'
release $NEW
is 'the reader is let go again' "$text" new
until_true "$TRANSITION_TIMEOUT" test ! -e $PATCH
unload test_stall_patch
is 'unpatched' "$(cat $FILE)" old

# The administrator does not want to wait.
hold $OLD
insmod "$(module_file test_stall_patch)"
is 'patching stalls a third time' "$(stalled test_stall_patch)" 'enabled 1 transition 1'
log_mark
echo 1 >$PATCH/force
ok 'it is forced' until_true "$TRANSITION_TIMEOUT" is_enabled test_stall_patch
like 'the log says so, too' "$(log_since)" 'forcing remaining tasks to the patched state'
release $OLD
is 'the reader is still in the old function' "$text" old
unload test_stall_patch
is 'what was forced in can be taken out' "$(cat $FILE)" old
load test_stall_patch
hold $NEW
echo 0 >$PATCH/enabled
is 'unpatching stalls a third time' "$(stalled test_stall_patch)" 'enabled 0 transition 1'
echo 1 >$PATCH/force
ok 'it is forced, too' until_true "$TRANSITION_TIMEOUT" test ! -e $PATCH
is 'another reader sees the old function' "$(cat $FILE)" old
ok 'what was forced out stays loaded' bash -c '! rmmod test_stall_patch 2>/dev/null'
release $NEW
is 'the reader is still in the new function' "$text" new
ok 'and nobody can remove it later' bash -c '! rmmod test_stall_patch 2>/dev/null'
rmmod test_stall_target
rm -f "$output"
done_testing
