#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Livepatches come and go while there is little memory: one task has nearly all, and would be the first to be killed.

. "$(dirname "$0")/lib.sh"
plan 8

# How much is left, in kB.
readonly LEFT=32768
stop=$(mktemp -u)
readonly stop

# available() - print how much memory there is, in kB
available() {
	awk '/^MemAvailable:/ { print $2 }' /proc/meminfo
}

perl -e '
	my ($stop, $left) = @ARGV;
	open(my $score, ">", "/proc/self/oom_score_adj") or die $!;
	syswrite($score, "1000");
	sub available {
		open(my $info, "<", "/proc/meminfo") or die $!;
		my ($available) = map { /^MemAvailable: *(\d+)/ } <$info>;
		return $available;
	}
	open(my $zero, "<", "/dev/zero") or die $!;
	my @memory;
	# Memory that others free meanwhile is taken as well.
	until (-e $stop) {
		my $more = available() - $left;
		if ($more >= 1024) {
			# The kernel clears memory faster than an emulated memset() does.
			my $chunk = "";
			sysread($zero, $chunk, int($more / 2) * 1024);
			push @memory, \$chunk;
		} else {
			sleep 1;
		}
	}' "$stop" "$LEFT" &
hog=$!

# is_little() - whether nearly all memory is in use
is_little() {
	(($(available) < 2 * LEFT))
}

# life(name) - one life of a livepatch
life() {
	load "$1" && is_little && unload "$1" && is_gone "$1"
}

ok 'there is little memory' until_true "$TRANSITION_TIMEOUT" is_little
for name in cmdline cumulative together shadow; do
	ok "$name comes and goes" life $name
done

# Shadow variables have to be allocated.
insmod "$(module_file test_shadow)"
is 'there is room for shadow variables' "$(for _ in {1..20}; do cat /proc/test_shadow; done | sort -u)" 'done'
log_mark
rmmod test_shadow
like 'none is lost' "$(log_since)" '0 lost.*0 leaked'
touch "$stop"
ok 'nobody was killed' wait "$hog"
rm -f "$stop"
done_testing
