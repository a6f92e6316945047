#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Enable, disable and load again every livepatch of patches/, many times, while the machine is busy.
#
# ROUNDS is how often, 3 if it is not set.

. "$(dirname "$0")/lib.sh"
: "${ROUNDS:=3}"

livepatches=()
for directory in "$TOP"/patches/*/; do
	name=$(basename "$directory")
	[[ ! -f $directory/$name.ko ]] || livepatches+=("$name")
done
plan $((${#livepatches[@]} + 1))

stop=$(mktemp -u)

# busy(command...) - run a command again and again until the end
busy() {
	while [[ ! -e $stop ]]; do
		"$@" >/dev/null 2>&1 || true
	done
}

# compute() - keep a processor busy without leaving user space for a while
compute() {
	local i
	for ((i = 0; i < 20000; i++)); do :; done
}

modprobe pktgen 2>/dev/null || true
for ((cpu = 0; cpu < $(nproc); cpu++)); do
	busy compute &
done
busy cat /proc/cmdline /proc/version /proc/execdomains /proc/net/pktgen/pgctrl &
busy find /sys/module /proc/1 &
busy dd if=/dev/zero of=/tmp/soak.$$ bs=64k count=64 status=none &

# cycle(name) - one life of a livepatch
cycle() {
	load "$1" && unload "$1" && is_gone "$1"
}

# cycles(name) - all of them
cycles() {
	local round
	for ((round = 1; round <= ROUNDS; round++)); do
		if ! cycle "$1"; then
			note "$1: round $round failed"
			return 1
		fi
	done
}

for name in "${livepatches[@]}"; do
	ok "$name, $ROUNDS times" cycles "$name"
done

# stack_and_replace() - load all on top of each other: each replaces the one before
stack_and_replace() {
	local name round
	for ((round = 1; round <= ROUNDS; round++)); do
		for name in "${livepatches[@]}"; do
			# The second version of the state does not let the first one come on top.
			[[ $name != state_v* ]] || continue
			load "$name" || return 1
		done
		unload "$name"
		for name in "${livepatches[@]}"; do
			until_true "$TRANSITION_TIMEOUT" rmmod_quiet "$name" || return 1
		done
	done
}
ok "each replaces the one before, $ROUNDS times" stack_and_replace

touch "$stop"
wait
rm -f /tmp/soak.$$
done_testing
