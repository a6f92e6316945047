#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

# Eight tasks read the file all the time while the livepatch comes and goes. Each must see the old
# text or the new one, and never the byte that the new caller and the old callee would make.

. "$(dirname "$0")/../../selftests/lib.sh"
plan 5

readonly NEW='both functions are new'
old=$(cat /proc/cmdline)
readonly old
results=$(mktemp -d)

# read_all(file) - read until told to stop, and note every text that was seen
read_all() {
	local text seen_old=0 seen_new=0
	while [[ ! -e $results/stop ]]; do
		text=$(</proc/cmdline)
		case $text in
		"$old") seen_old=1 ;;
		"$NEW") seen_new=1 ;;
		*) printf '<%s>' "$text" >>"$results/mixed" ;;
		esac
	done
	echo "$seen_old$seen_new" >"$1"
}

is 'before' "$(cat /proc/cmdline)" "$old"
for reader in 1 2 3 4 5 6 7 8; do
	read_all "$results/reader$reader" &
done
for _ in 1 2 3; do
	load together
	unload together
done
load together
is 'after' "$(cat /proc/cmdline)" "$NEW"
unload together
touch "$results/stop"
wait
ok 'no task saw a mixture' test ! -e "$results/mixed"
[[ ! -e $results/mixed ]] || note "seen: $(head -c 200 "$results/mixed" | od -c)"
is 'the tasks saw both' "$(cat "$results"/reader* | sort -u)" 11
is 'back' "$(cat /proc/cmdline)" "$old"
done_testing
