#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A stack of livepatches that do not replace each other, and one that replaces them all.

. "$(dirname "$0")/lib.sh"
plan 24

old=$(head -qn1 /proc/cmdline /proc/version /proc/execdomains)
readonly old

# texts() - print what the files say that are patched
texts() {
	head -qn1 /proc/cmdline /proc/version /proc/execdomains
}

# order(names...) - print the places in the stack
order() {
	local name
	for name; do
		echo "$name $(cat "$LIVEPATCH/$name/stack_order" 2>/dev/null)"
	done
}

# flags(names...) - print which livepatches replace
flags() {
	local name
	for name; do
		cat "$LIVEPATCH/$name/replace" 2>/dev/null || true
	done | tr -d '\n'
}

# stack() - put four livepatches on top of each other
stack() {
	load test_klp_livepatch
	load test_klp_callbacks_demo2
	load test_fixes replace=0 skip=third
	load test_klp_atomic_replace
}
readonly STACK=(test_klp_livepatch test_klp_callbacks_demo2 test_fixes test_klp_atomic_replace)

stack
with_attribute test_klp_livepatch stack_order is 'the stack has an order' "$(order "${STACK[@]}")" 'test_klp_livepatch 1
test_klp_callbacks_demo2 2
test_fixes 3
test_klp_atomic_replace 4'
with_attribute test_klp_livepatch replace is 'none of them replaces' "$(flags "${STACK[@]}")" 0000
like 'the upper of two functions is in force' "$(head -n1 /proc/cmdline)" '^first is in'
like 'so are the others' "$(head -n1 /proc/meminfo)" 'this has been live patched'
is 'a function has two versions on the stack' \
	"$(find $LIVEPATCH -name cmdline_proc_show,1 | wc -l)" 2

# One goes from the middle.
unload test_klp_callbacks_demo2
with_attribute test_klp_livepatch stack_order \
	is 'the places move up' "$(order test_klp_livepatch test_fixes test_klp_atomic_replace)" 'test_klp_livepatch 1
test_fixes 2
test_klp_atomic_replace 3'
unload test_fixes
is 'the lower of two functions is in force now' "$(head -n1 /proc/cmdline)" \
	'test_klp_livepatch: this has been live patched'
is 'the function of nobody else is the old one' "$(head -n1 /proc/version)" "$(sed -n 2p <<<"$old")"
unload test_klp_livepatch
with_attribute test_klp_atomic_replace stack_order \
	is 'the lowest can go first' "$(order test_klp_atomic_replace)" 'test_klp_atomic_replace 1'
unload test_klp_atomic_replace
is 'all are gone' "$(texts)" "$old"

# One replaces them all. It knows the states of test_fixes if it is test_fixes, so leave those out.
load test_klp_livepatch
load test_klp_callbacks_demo2
load test_klp_syscall klp_pids=1
load test_klp_mod_patch
insmod "$(module_file test_klp_mod_target)"
like 'a module is patched' "$(cat /proc/test_klp_mod_target)" 'test_klp_mod_patch: this has been live patched'
log_mark
load test_klp_atomic_replace replace=1
is 'it is the only one' "$(until_true 30 test ! -e $LIVEPATCH/test_klp_mod_patch; ls $LIVEPATCH)" test_klp_atomic_replace
with_attribute test_klp_atomic_replace replace is 'it says that it replaces' "$(flags test_klp_atomic_replace)" 1
with_attribute test_klp_atomic_replace stack_order is 'it is the first' "$(order test_klp_atomic_replace)" 'test_klp_atomic_replace 1'
is 'functions that it does not have are the old ones' "$(texts)" "$old"
is 'that of the module, too' "$(cat /proc/test_klp_mod_target)" 'test_klp_mod_target: original output'
like 'its own is in force' "$(head -n1 /proc/meminfo)" 'test_klp_atomic_replace: this has been live patched'
is 'no callback of those that are replaced runs' "$(log_since | grep -c unpatch_callback || true)" 0
for name in test_klp_mod_patch test_klp_syscall test_klp_callbacks_demo2 test_klp_livepatch; do
	ok "$name can go" until_true "$TRANSITION_TIMEOUT" rmmod_quiet $name
done
rmmod test_klp_mod_target
unload test_klp_atomic_replace
like 'unpatched' "$(head -n1 /proc/meminfo)" '^MemTotal'
ok 'ftrace has let go of every function' bash -c '! grep -q " I " /sys/kernel/tracing/enabled_functions'
done_testing
