#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Livepatches come and go while many tasks use what they patch, and the processors are busy.

. "$(dirname "$0")/lib.sh"
plan 11

stop=$(mktemp -u)
old=$(cat /proc/cmdline)
readonly stop old

# Tasks that call getpid() all the time, and leave time to the shell.
pids=()
for _ in {1..16}; do
	STOP=$stop perl -e '
		setpriority(0, 0, 10);
		my $pid = $$;
		for (my $calls = 0; $calls % 1000 || !-e $ENV{STOP}; $calls++) {
			$$ == $pid or die "getpid() is wrong";
		}' &
	pids+=($!)
done
list=$(IFS=,; echo "${pids[*]}")

# all_patched() - whether each of the tasks has called the new function
all_patched() {
	[[ $(cat /sys/kernel/test_klp_syscall/npids) == 0 ]]
}

# pressure() - patch a system call that all tasks use
pressure() {
	load test_klp_syscall klp_pids="$list" && until_true "$TRANSITION_TIMEOUT" all_patched && unload test_klp_syscall
}

# succession(name, times) - enable, and disable at once, again and again
succession() {
	local time
	for ((time = 0; time < $2; time++)); do
		insmod "$(module_file "$1")" || return
		echo 0 >"$LIVEPATCH/$1/enabled" || return
		until_true "$TRANSITION_TIMEOUT" rmmod_quiet "$1" || return
	done
}

# there_and_back(name, times) - change one's mind again and again
there_and_back() {
	local time
	insmod "$(module_file "$1")" || return
	for ((time = 0; time < $2; time++)); do
		# The livepatch goes as soon as it is disabled: then it is loaded again.
		echo 0 2>/dev/null >"$LIVEPATCH/$1/enabled" || return
		if ! echo 1 2>/dev/null >"$LIVEPATCH/$1/enabled"; then
			until_true "$TRANSITION_TIMEOUT" rmmod_quiet "$1" && insmod "$(module_file "$1")" || return
		fi
	done
	until_true "$TRANSITION_TIMEOUT" is_enabled "$1"
}

# life(name) - one life of a livepatch
life() {
	load "$1" && unload "$1" && is_gone "$1"
}

ok 'a system call that 16 tasks use' pressure
ok 'again' pressure
ok 'in quick succession' succession cmdline 5
is 'unpatched' "$(cat /proc/cmdline)" "$old"
ok 'there and back' there_and_back cmdline 5
is 'patched in the end' "$(cat /proc/cmdline)" 'this has been live patched'

# replace_all() - each livepatch replaces the one before
replace_all() {
	local name
	for name in parameter cumulative test_fixes; do
		load "$name" || return
	done
}
ok 'each replaces the one before' replace_all
is 'the last is in force' "$(cat /proc/cmdline)" 'first is in'
unload test_fixes
for name in cmdline parameter cumulative; do
	until_true "$TRANSITION_TIMEOUT" rmmod_quiet $name
done

# Processors that compute, and more tasks than processors.
for ((task = 0; task < 2 * $(nproc); task++)); do
	perl -e 'setpriority(0, 0, 10); my $n = 0; until (-e $ARGV[0]) { $n++ for 1 .. 100000 }' "$stop" &
	pids+=($!)
done
ok 'busy processors' life together
ok 'busy processors and the system call' pressure

touch "$stop"
failed=0
for pid in "${pids[@]}"; do
	wait "$pid" || failed=$((failed + 1))
done
is 'all tasks are well' "$failed" 0
rm -f "$stop"
done_testing
