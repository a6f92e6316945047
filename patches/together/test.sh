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

# What a task sees, 1 or 0 each: the old text, the new one. What is neither goes to the file mixed. It leaves time to the shell.
# shellcheck disable=SC2016 # perl's own
readonly READ_ALL='
	my ($results, $old, $new) = @ARGV;
	my ($seen_old, $seen_new) = (0, 0);
	setpriority(0, 0, 10);
	until (-e "$results/stop") {
		open(my $file, "<", "/proc/cmdline") or die "/proc/cmdline: $!";
		my $text = do { local $/; <$file> };
		chomp $text;
		if ($text eq $old) { $seen_old = 1 }
		elsif ($text eq $new) { $seen_new = 1 }
		else {
			open(my $mixed, ">>", "$results/mixed") or die "$results/mixed: $!";
			print $mixed "<$text>";
		}
	}
	print "$seen_old$seen_new\n"'

is 'before' "$(cat /proc/cmdline)" "$old"
for reader in 1 2 3 4 5 6 7 8; do
	perl -e "$READ_ALL" "$results" "$old" "$NEW" >"$results/reader$reader" &
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
