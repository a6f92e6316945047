#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# klp loads, stalls, explains, takes back, and foresees what the kernel says, on the kernel that runs here.
#
# The program is $KLP, or the one that scripts/stage-klp lays beside the selftests.

. "$(dirname "$0")/../lib.sh"
: "${KLP:=$TOP/klp/klp}"
[[ -x $KLP ]] || skip_all "there is no $KLP"
plan 63

readonly PANIC=/sys/module/test_panic/parameters/entry
readonly OLD=/sys/module/test_stall_target/parameters/hold
readonly NEW=/sys/module/test_stall_patch/parameters/hold
rm -rf /var/lib/klp /var/lib/kpatch
# How many milliseconds klp may take to see the end of a transition; 50, but for the emulation of a machine that does other work.
: "${SLOW:=1000}"

# klp(arguments...) - run it; `status`, `out` and `err` are what it leaves
klp() {
	status=0
	"$KLP" "$@" >/tmp/klp.out 2>/tmp/klp.err || status=$?
	out=$(cat /tmp/klp.out)
	err=$(cat /tmp/klp.err)
}

# is_held(pid) - whether a reader is in the function
is_held() {
	grep -q msleep "/proc/$1/stack"
}

# hold(parameter) - start a reader that stays in the function; `reader` is its number
hold() {
	echo Y >"$1"
	cat /proc/test_stall >/dev/null &
	reader=$!
	until_true "$TRANSITION_TIMEOUT" is_held "$reader"
}

# release(parameter) - let the reader go
release() {
	echo N >"$1"
	wait "$reader"
}

# skipped(name, reason) - a test that this kernel has no use for
skipped() {
	tests_run=$((tests_run + 1))
	echo "ok $tests_run $1 # SKIP $2"
}

# A good livepatch.
klp doctor "$(module_file cmdline)"
is 'doctor: a good livepatch' "$status" 0
klp load --timeout 60 "$(module_file cmdline)"
is 'load: status' "$status" 0
like 'load: what it says' "$out" '^cmdline is enabled, after '
is 'load: it is in force' "$(cat /proc/cmdline)" 'this has been live patched'
klp load "$(module_file cmdline)"
is 'load: once more' "$status $out" '0 cmdline is enabled already'
klp functions
like 'functions' "$out" 'cmdline_proc_show \(vmlinux\)
    by   cmdline, since [0-9]+-'
klp wait
is 'wait: nothing goes on' "$status $out" '0 no transition goes on'
klp blocking
is 'blocking: nothing' "$status $out" '0 '
klp -v blocking
is 'blocking: nothing, with -v' "$out" 'no threads with klp_in_progress set'
klp unload --timeout 60 cmdline
is 'unload' "$status $out" '0 cmdline is unloaded'
ok 'unload: nothing is left' is_gone cmdline

# A stall.
insmod "$(module_file test_stall_target)"
hold $OLD
start=$SECONDS
klp load --timeout 3 "$(module_file test_stall_patch)"
is 'stall: status' "$status" 3
ok 'stall: in time' test $((SECONDS - start)) -lt 20
is 'stall: what it says' "$out" 'test_stall_patch is still being enabled'
like 'stall: the progress' "$err" 'klp: [0-9]+ of [0-9]+ tasks left after'
like 'stall: the task' "$err" "$reader cat: task of a user"
like 'stall: the function' "$err" 'is in test_stall_target_show of test_stall_target, waited for'
klp blocking
is 'stall: blocking' "$out" "$reader"
klp -v blocking
is 'stall: blocking -v' "$out" "$reader cat /proc/test_stall"
klp -v -v blocking
like 'stall: blocking -v -v' "$out" 'msleep'
klp --format json blocking
like 'stall: for programs' "$out" '"cause": "in_function"'
klp doctor "$(module_file cmdline)"
is 'stall: the doctor' "$status" 1
like 'stall: the doctor says why' "$out" 'refused: transition: the transition of test_stall_patch still goes on'
klp wait --timeout 1
is 'stall: waiting' "$status" 3
klp force test_stall_patch
is 'force: not without a yes' "$status" 1
is 'force: nothing was forced' "$(cat $LIVEPATCH/test_stall_patch/transition)" 1
klp unload --timeout 60 test_stall_patch
is 'stall: taken back by hand' "$status $out" '0 test_stall_patch is unloaded'
klp load --timeout 2 --revert-on-stall "$(module_file test_stall_patch)"
is 'revert: status' "$status" 4
like 'revert: why' "$err" 'test_stall_patch was taken back: the transition has stalled'
ok 'revert: nothing is left' is_gone test_stall_patch

# The end is seen at once: the time between the kernel's word and that of klp.
klp load --no-wait "$(module_file test_stall_patch)"
is 'no-wait' "$status $out" '0 test_stall_patch is being enabled: see klp status, klp wait'
log_mark
(
	"$KLP" wait --timeout 60 >/dev/null 2>&1
	echo 'klp wait has ended' >/dev/kmsg
) &
waiter=$!
sleep 2
release $OLD
wait "$waiter"
# log_time(text) - print when the kernel's log had a text last, in seconds
log_time() {
	dmesg | sed -n "s/^\[ *\([0-9.]*\)\].*$1.*/\1/p" | tail -n 1
}
took=$(awk -v kernel="$(log_time "'test_stall_patch': patching complete")" -v klp="$(log_time 'klp wait has ended')" \
	'BEGIN { printf "%d", (klp - kernel) * 1000 }')
note "klp wait has ended $took ms after the transition"
ok 'wait: ends with the transition' test "$took" -lt "$SLOW"

# The other way.
hold $NEW
klp unload --timeout 2 test_stall_patch
is 'unload: stalls' "$status" 3
# It is a moment's picture: the task can be awake.
like 'unload: says why' "$err" \
	'is in .*test_stall_target_show of test_stall_patch|runs, so that the kernel cannot look at its stack'
klp unload --timeout 2 --revert-on-stall test_stall_patch
is 'unload: goes back' "$status" 4
ok 'unload: it is enabled' until_true "$TRANSITION_TIMEOUT" is_enabled test_stall_patch
release $NEW
klp unload --timeout 60 test_stall_patch
is 'unload: at last' "$status" 0
hold $OLD
klp load --timeout 1 "$(module_file test_stall_patch)"
klp force --yes test_stall_patch
is 'force: with a yes' "$status $out" '0 test_stall_patch is enabled, by force'
release $OLD
klp unload --timeout 60 test_stall_patch
is 'force: what was forced in goes' "$status" 0
rmmod test_stall_target

# A work item of the kernel is in the function.
insmod "$(module_file test_klp_callbacks_busy)" block_transition=Y
klp load --timeout 2 --revert-on-stall "$(module_file test_klp_callbacks_demo)"
is 'work: status' "$status" 4
rmmod test_klp_callbacks_busy
klp doctor "$(module_file test_klp_callbacks_demo)"
like 'objects that are not there' "$out" 'object: module test_klp_callbacks_'

# The guard.
# shellcheck disable=SC2016 # for the shell of the health check
klp load --timeout 60 --health-check 'test "$(cat /proc/cmdline)" = "this has been live patched"' --watch 1 "$(module_file cmdline)"
is 'health: a good one stays' "$status" 0
klp unload --timeout 60 cmdline
klp load --timeout 60 --health-check 'exit 7' "$(module_file cmdline)"
is 'health: a bad one goes' "$status" 4
like 'health: why' "$err" 'the health check has failed \(status 7\)'
ok 'health: nothing is left' is_gone cmdline
klp load --timeout 60 --health-check 'sleep 600' --health-timeout 2 "$(module_file cmdline)"
is 'health: one that hangs' "$status" 4
ok 'health: nothing is left of that' is_gone cmdline
klp load --timeout 60 --health-check "echo 4 >$PANIC; cat /proc/execdomains; sleep 5" "$(module_file test_panic)"
is 'oops: status' "$status" 4
like 'oops: why' "$err" 'was taken back: the kernel '
ok 'oops: nothing is left' is_gone test_panic
klp doctor
like 'oops: the doctor knows' "$out" 'warning: taint: the kernel is tainted with D'

# What the doctor foresees, the kernel says.
insmod "$(module_file test_klp_kprobe)"
klp doctor "$(module_file cmdline)"
if grep -q 'cmdline_proc_show.*\[FTRACE\]' /sys/kernel/debug/kprobes/list; then
	like 'kprobe: foreseen' "$out" 'refused: ipmodify: cmdline_proc_show: a kprobe with a post handler'
	klp load --no-doctor --timeout 60 "$(module_file cmdline)"
	is 'kprobe: the kernel refuses' "$status" 1
	like 'kprobe: and says why' "$err" "failed to register ftrace handler for function 'cmdline_proc_show' \(-16\)"
else
	# arm64's kprobes are breakpoints, which ftrace knows nothing of.
	like 'kprobe: foreseen' "$out" 'note: kprobe: a kprobe is on cmdline_proc_show: it goes on'
	klp load --no-doctor --timeout 60 "$(module_file cmdline)"
	is 'kprobe: the kernel does not mind' "$status" 0
	klp unload --timeout 60 cmdline
	is 'kprobe: nor when it is taken back' "$status" 0
fi
rmmod test_klp_kprobe
if sysctl -q kernel.ftrace_enabled=0 2>/dev/null; then
	klp doctor "$(module_file cmdline)"
	like 'ftrace_enabled: foreseen' "$out" 'refused: ftrace: '
	klp load --no-doctor "$(module_file cmdline)"
	is 'ftrace_enabled: the kernel refuses' "$status" 1
	sysctl -q kernel.ftrace_enabled=1
else
	skipped 'ftrace_enabled: foreseen' 'this kernel does not let ftrace be switched off'
	skipped 'ftrace_enabled: the kernel refuses' 'this kernel does not let ftrace be switched off'
fi
klp doctor "$(module_file refused_unknown)"
is 'unknown function: foreseen' "$status" 1
klp doctor "$(module_file refused_no_ftrace)"
is 'no place for ftrace: foreseen' "$status" 1
mkdir -p "/var/lib/kpatch/$(uname -r)"
cp "$(module_file test_klp_state2)" "/var/lib/kpatch/$(uname -r)/"
klp load --timeout 60 test_klp_state2
is 'by name' "$status" 0
klp doctor "$(module_file test_klp_state)"
like 'states: foreseen' "$out" 'warning: states: the kernel will refuse it: it has version'
klp load "$(module_file test_klp_state)"
like 'states: the kernel says so' "$err" 'is not compatible with the already installed livepatches'
klp unload --timeout 60 test_klp_state2

klp history
like 'history' "$out" 'load +cmdline  done .*unload +cmdline  done .*revert +test_panic  done'
like 'history: by whom' "$out" 'by root'
note "$out"
rm -rf /var/lib/klp /var/lib/kpatch /tmp/klp.*
# What the kernel complained of was asked for.
dmesg --clear
done_testing
