#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Livepatches and tracers on the same functions, and on functions that these call.

. "$(dirname "$0")/lib.sh"
readonly TRACING=/sys/kernel/tracing
for tracer in function function_graph; do
	grep -qw $tracer $TRACING/available_tracers 2>/dev/null || skip_all "this kernel has no $tracer tracer"
done
[[ -e $TRACING/kprobe_events ]] || skip_all 'this kernel has no kprobe events'
[[ ! -e /sys/module/test_stall_patch ]] || skip_all 'a livepatch that was forced is still loaded'
plan 42

readonly TEXT='this has been live patched'
old=$(cat /proc/cmdline)
readonly old

# trace(tracer, function) - trace a function
trace() {
	echo "$2" >$TRACING/set_ftrace_filter
	echo "$1" >$TRACING/current_tracer
}

# trace_nothing() - turn the tracer off
trace_nothing() {
	echo nop >$TRACING/current_tracer
	echo >$TRACING/set_ftrace_filter
}

# traces(function, command...) - run a command, and tell whether the function was traced meanwhile
traces() {
	local function=$1
	shift
	echo >"$TRACING/trace"
	"$@" >/dev/null
	grep -qw "$function" "$TRACING/trace"
}

for tracer in function function_graph; do
	# A function that is traced is patched.
	trace $tracer cmdline_proc_show
	ok "$tracer: the function is traced" traces cmdline_proc_show cat /proc/cmdline
	load cmdline
	is "$tracer: a traced function is patched" "$(cat /proc/cmdline)" "$TEXT"
	ok "$tracer: and still traced" traces cmdline_proc_show cat /proc/cmdline
	unload cmdline
	is "$tracer: it is unpatched" "$(cat /proc/cmdline)" "$old"
	ok "$tracer: and traced all the same" traces cmdline_proc_show cat /proc/cmdline
	trace_nothing

	# A function that is patched is traced.
	load cmdline
	trace $tracer cmdline_proc_show
	ok "$tracer: a patched function is traced" traces cmdline_proc_show cat /proc/cmdline
	is "$tracer: and stays patched" "$(cat /proc/cmdline)" "$TEXT"
	trace_nothing
	is "$tracer: also when it is not traced any more" "$(cat /proc/cmdline)" "$TEXT"
	unload cmdline

	# The new function is one that can be traced.
	load test_klp_livepatch
	trace $tracer livepatch_cmdline_proc_show
	ok "$tracer: the new function is traced" traces livepatch_cmdline_proc_show cat /proc/cmdline
	trace_nothing
	unload test_klp_livepatch
done

readonly PATCH=$LIVEPATCH/test_stall_patch

# is_in(pid, function) - whether a task has a function on its stack
is_in() {
	grep -qw "$2" "/proc/$1/stack"
}

# hold(module) - start a reader that stays in the function of a module; `reader` is its number
hold() {
	echo Y >"/sys/module/$1/parameters/hold"
	cat /proc/test_stall >/dev/null &
	reader=$!
	until_true "$TRANSITION_TIMEOUT" is_in "$reader" msleep
}

# release(module) - let the reader go
release() {
	echo N >"/sys/module/$1/parameters/hold"
	wait "$reader"
}

# transition() - whether one is under way, after the time in which it would have ended
transition() {
	sleep 2
	cat $PATCH/transition
}

# caller(what) - patch and unpatch a function while a task sleeps in one that it calls, which is traced
caller() {
	hold test_stall_target
	ok "$1: the caller is on the stack" until_true "$TRANSITION_TIMEOUT" is_in "$reader" test_stall_target_show
	insmod "$(module_file test_stall_patch)"
	is "$1: patching waits for the task" "$(transition)" 1
	release test_stall_target
	ok "$1: and ends when it leaves" until_true "$TRANSITION_TIMEOUT" is_enabled test_stall_patch
	is "$1: patched" "$(cat /proc/test_stall)" new
	hold test_stall_patch
	echo 0 >$PATCH/enabled
	is "$1: unpatching waits for the task" "$(transition)" 1
	release test_stall_patch
	ok "$1: and ends, too" until_true "$TRANSITION_TIMEOUT" test ! -e $PATCH
	unload test_stall_patch
	is "$1: unpatched" "$(cat /proc/test_stall)" old
}

insmod "$(module_file test_stall_target)"
trace function_graph msleep
echo >$TRACING/trace
caller 'caller of a graph-traced function'
ok 'graph: the function was traced' grep -qw msleep $TRACING/trace
trace_nothing

echo 'r:test_stall msleep' >$TRACING/kprobe_events
echo 1 >$TRACING/events/kprobes/test_stall/enable
echo >$TRACING/trace
caller 'caller of a kretprobed function'
ok 'kretprobe: the function was probed' grep -q 'test_stall: ' $TRACING/trace
echo 0 >$TRACING/events/kprobes/test_stall/enable
echo >$TRACING/kprobe_events

# The function itself is graph-traced, with a task in it.
trace function_graph test_stall_target_show
caller 'graph-traced function'
trace_nothing
rmmod test_stall_target
ok 'ftrace has let go of every function' bash -c "! grep -q ' I ' $TRACING/enabled_functions"
done_testing
