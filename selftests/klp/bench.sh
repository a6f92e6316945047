#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# How long klp takes: `kpatch list` and `klp patches` next to Debian's kpatch, with 20 livepatches installed and 5 loaded; to explain
# a stalled transition among 10,000 threads; and to see that one has ended.
#
# Usage: bench.sh KPATCH [THREADS]
#
#   KPATCH   ours: a link to klp of that name, beside klp
#   THREADS  the program that has threads, of threads.c
#
# Prints the milliseconds of the fastest run of each; fails only if a list is not 20 times faster than the shell's, next to it.

. "$(dirname "$0")/../lib.sh"
OURS=${1:?our kpatch, please}
PROGRAM=${2:?the program that has threads, please}
THEIRS=$(type -P kpatch) || skip_all 'there is no kpatch to compare with'
KLP=${OURS%/*}/klp
readonly OURS PROGRAM THEIRS KLP STORE=/var/lib/kpatch ROUNDS=10 LEAST=20 THREADS=10000
RELEASE=$(uname -r)
readonly RELEASE

mkdir -p "$STORE/$RELEASE"
loaded=0
# Those of patches/ replace the others, so only one of them, and first.
for name in cmdline test_klp_livepatch test_klp_callbacks_demo test_klp_callbacks_demo2 test_klp_mod_patch test_klp_syscall \
	test_klp_atomic_replace; do
	((loaded < 5)) || break
	file=$(module_file "$name" 2>/dev/null) || continue
	if insmod "$file" 2>/dev/null; then
		until_true "$TRANSITION_TIMEOUT" is_enabled "$name" || true
		loaded=$(find $LIVEPATCH -mindepth 1 -maxdepth 1 -type d | wc -l)
	fi
done
for number in {1..20}; do
	cp "$(module_file cmdline)" "$STORE/$RELEASE/fix-$number.ko"
done

# fastest(command...) - print the microseconds of the fastest run
fastest() {
	local start took best=
	for ((round = 0; round < ROUNDS; round++)); do
		start=${EPOCHREALTIME/[.,]/}
		"$@" >/dev/null 2>&1 || true
		took=$((${EPOCHREALTIME/[.,]/} - start))
		[[ $best ]] && ((best <= took)) || best=$took
	done
	echo "$best"
}

# figure(name, microseconds, addition) - print a figure
figure() {
	echo "# figure $1: $(($2 / 1000)).$(($2 % 1000 / 100)) ms${3:+ ($3)}"
}

# compare(name, microseconds) - print one that is to be compared with that of the shell
compare() {
	figure "$1" "$2" "$((theirs / $2)) times faster"
	ok "$1: at least $LEAST times faster than kpatch list" test $((theirs / $2)) -ge "$LEAST"
}

plan 6
is 'livepatches are loaded' "$loaded" 5
theirs=$(fastest "$THEIRS" list)
figure kpatch-list.shell "$theirs"
compare kpatch-list.klp "$(fastest "$OURS" list)"
compare klp-patches.klp "$(fastest "$KLP" patches)"
"$OURS" unload --all >/dev/null 2>&1 || true

# Many threads, and one task that a transition waits for.
echo $((THREADS * 2 + 1000)) >/proc/sys/kernel/threads-max
echo $((THREADS * 3)) >/proc/sys/kernel/pid_max
insmod "$(module_file test_stall_target)"
coproc "$PROGRAM" "$THREADS"
program=$COPROC_PID
read -r -t 300 answer <&"${COPROC[0]}" || answer="none"
is 'the threads are there' "$answer" 'all are there'
echo Y >/sys/module/test_stall_target/parameters/hold
cat /proc/test_stall >/dev/null &
reader=$!
# is_held() - whether the reader is in the function
is_held() {
	grep -q msleep "/proc/$reader/stack"
}
until_true "$TRANSITION_TIMEOUT" is_held
insmod "$(module_file test_stall_patch)"
# one_is_left() - whether the transition waits for the reader, and for nobody else
one_is_left() {
	[[ $("$KLP" blocking) = "$reader" ]]
}
ok 'the transition waits for one of them' until_true "$TRANSITION_TIMEOUT" one_is_left
# What the shell needs to find that task, and explains nothing.
figure "grep.$THREADS-threads" "$(fastest grep -s 0 /proc/[0-9]*/task/[0-9]*/patch_state)"
figure "klp-blocking-explain.$THREADS-threads" "$(fastest "$KLP" blocking --explain)"
like 'it is explained' "$("$KLP" blocking --explain 2>&1)" 'test_stall_target_show'

# log_time(text) - print when the kernel's log had a text last, in seconds
log_time() {
	dmesg | sed -n "s/^\[ *\([0-9.]*\)\].*$1.*/\1/p" | tail -n 1
}
(
	"$KLP" wait --timeout 60 >/dev/null 2>&1
	echo 'klp wait has ended' >/dev/kmsg
) &
waiter=$!
sleep 2
echo N >/sys/module/test_stall_target/parameters/hold
wait "$waiter" "$reader"
took=$(awk -v kernel="$(log_time "'test_stall_patch': patching complete")" -v klp="$(log_time 'klp wait has ended')" \
	'BEGIN { printf "%d", (klp - kernel) * 1000000 }')
figure "klp-wait.$THREADS-threads" "$took" 'after the transition'
kill "$program"
unload test_stall_patch
done_testing
