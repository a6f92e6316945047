#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Shadow variables that many tasks use at once, while what has them comes and goes.

. "$(dirname "$0")/lib.sh"
plan 10

# slab() - print the kernel's small memory, in kB
slab() {
	awk '/^Slab:/ { print $2 }' /proc/meminfo
}

# Eight tasks make, use and free the same variables.
insmod "$(module_file test_shadow)"
readers=()
for _ in {1..8}; do
	perl -e '
		for (1 .. 100) {
			open(my $file, "<", "/proc/test_shadow") or die $!;
			sysread($file, my $text, 64);
			$text eq "done\n" or die "round failed: $!";
		}' &
	readers+=($!)
done
failed=0
for reader in "${readers[@]}"; do
	wait "$reader" || failed=$((failed + 1))
done
is 'no task fails' "$failed" 0
log_mark
rmmod test_shadow
log=$(log_since)
like 'each counter has seen every round' "$log" 'test_shadow: 800 rounds, 64 counters right'
like 'no variable is dropped twice or never' "$log" 'test_shadow: [0-9]+ made, [0-9]+ left, 0 lost'
like 'none is leaked' "$log" 'test_shadow: 0 leaked'
made=$(sed -n 's/^test_shadow: \([0-9]*\) made.*/\1/p' <<<"$log")
ok "variables were freed and made again ($made)" test "$((made))" -gt 6400

# The module goes while its variables are in use.
stop=$(mktemp -u)
for _ in 1 2 3 4; do
	while [[ ! -e $stop ]]; do
		cat /proc/test_shadow >/dev/null 2>&1 || true
	done &
done
log_mark
for _ in {1..10}; do
	insmod "$(module_file test_shadow)"
	sleep 0.2
	until_true "$TRANSITION_TIMEOUT" rmmod_quiet test_shadow
done
touch "$stop"
wait
is 'ten lives leave nothing' "$(log_since | grep -c '^test_shadow: 0 leaked')" 10

# Files are opened, read and closed while the livepatch comes and goes: a file sees the old text, or counts from one.
rm -f "$stop"
results=$(mktemp -d)
before=$(slab)
for reader in 1 2 3 4; do
	STOP=$stop perl -e '
		my %seen;
		while (!-e $ENV{STOP}) {
			open(my $file, "<", "/proc/cmdline") or die $!;
			my $count = 0;
			for (1 .. 5) {
				sysseek($file, 0, 0);
				sysread($file, my $text, 4096);
				if ($text =~ /^read (\d+) times$/) {
					$seen{$1 == $count + 1 ? "right" : "wrong"}++;
					$count = $1;
				} else {
					# All that was counted goes with the livepatch.
					$count = 0;
					$seen{old}++;
				}
			}
		}
		print join(" ", sort keys %seen), "\n"' >"$results/$reader" &
done
for _ in 1 2 3; do
	load shadow
	sleep 1
	unload shadow
done
touch "$stop"
wait
is 'the counters are right, of files of every age' "$(sort -u "$results"/*)" 'old right'
is 'the old function is back' "$(grep -c 'read ' /proc/cmdline || true)" 0
ok 'nothing is left' is_gone shadow
sleep 1
after=$(slab)
ok "no memory is ($before kB before, $after kB after)" test $((after - before)) -lt 8192
rm -rf "$results" "$stop"
done_testing
