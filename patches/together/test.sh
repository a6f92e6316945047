#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

# Eight tasks read the file all the time while the livepatch comes, and while it goes. Each must see the old text or the new one,
# and never the byte that the new caller and the old callee would make.
#
# Kernels that preempt tasks in the kernel have a gap when a livepatch goes: klp_check_stack() does not see the new function of a
# task that is preempted in klp_ftrace_handler(), after that has chosen it. The task is moved back, and runs it with old callees,
# once. These may see the byte then, as often as that.

. "$(dirname "$0")/../../selftests/lib.sh"
plan 6

readonly NEW='both functions are new'
readonly GAP="<$NEW"$'\x1e>'
readonly READERS=8 ROUNDS=3
old=$(cat /proc/cmdline)
readonly old
results=$(mktemp -d)

# What a task sees, 1 or 0 each: the old text, the new one. What is neither goes to a file of its own. It reads once
# more when it is told to stop, and leaves time to the shell.
# shellcheck disable=SC2016 # perl's own
readonly READ_ALL='
	my ($results, $name, $old, $new) = @ARGV;
	my ($seen_old, $seen_new, $reading, $last) = (0, 0, 0, 0);
	setpriority(0, 0, 10);
	until ($last) {
		$last = -e "$results/stop";
		open(my $file, "<", "/proc/cmdline") or die "/proc/cmdline: $!";
		my $text = do { local $/; <$file> };
		chomp $text;
		if ($text eq $old) { $seen_old = 1 }
		elsif ($text eq $new) { $seen_new = 1 }
		else {
			open(my $mixed, ">>", "$results/mixed.$name") or die "$results/mixed.$name: $!";
			print $mixed "<$text>\n";
		}
		next if $reading++;
		open(my $started, ">", "$results/reading.$name") or die "$results/reading.$name: $!";
	}
	print "$seen_old$seen_new\n"'

# all_read(dir) - whether every task has read the file
all_read() {
	[[ $(find "$1" -name 'reading.*' | wc -l) = "$READERS" ]]
}

# while_reading(dir, command...) - run a command while the tasks read the file, and keep what they say
while_reading() {
	local dir=$1 reader tasks=()
	shift
	mkdir -- "$dir"
	for ((reader = 0; reader < READERS; reader++)); do
		perl -e "$READ_ALL" "$dir" "$reader" "$old" "$NEW" >"$dir/saw.$reader" &
		tasks+=("$!")
	done
	until_true 60 all_read "$dir" || note "not every task has begun to read"
	"$@"
	touch "$dir/stop"
	wait "${tasks[@]}"
}

# mixtures(name) - print what was neither text, when the livepatch came or when it went
mixtures() {
	find "$results" -path "$results/$1*" -name 'mixed.*' -exec cat -v {} + | head -n 20
}

# preempts() - whether the kernel preempts tasks that are in the kernel
preempts() {
	local mode=/sys/kernel/debug/sched/preempt
	[[ $(uname -v) = *PREEMPT* ]] || return
	mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || true
	[[ ! -e $mode || $(<"$mode") != *"(none)"* && $(<"$mode") != *"(voluntary)"* ]]
}

# once_each() - whether each task saw what the gap makes, once each time at most, and nothing else
once_each() {
	local file
	while IFS= read -r -d '' file; do
		[[ $(<"$file") = "$GAP" ]] || return
	done < <(find "$results" -path "$results/unload*" -name 'mixed.*' -print0)
}

is 'before' "$(cat /proc/cmdline)" "$old"
for ((round = 0; round < ROUNDS; round++)); do
	while_reading "$results/load$round" load together
	[[ $round -gt 0 ]] || is 'after' "$(cat /proc/cmdline)" "$NEW"
	while_reading "$results/unload$round" unload together
done
is 'no task saw a mixture while it came' "$(mixtures load)" ''
if preempts; then
	ok 'no task saw more than the gap while it went' once_each
	[[ ! $(mixtures unload) ]] || note "the kernel's gap: $(mixtures unload)"
else
	is 'no task saw a mixture while it went' "$(mixtures unload)" ''
fi
is 'the tasks saw both' "$(cat "$results"/*/saw.* | sort -u)" 11
is 'back' "$(cat /proc/cmdline)" "$old"
done_testing
