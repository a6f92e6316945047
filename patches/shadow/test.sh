#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
plan 7

# reads(count) - print what `count` reads of one open file say
reads() {
	perl -e '
		open(my $file, "<", "/proc/cmdline") or die $!;
		for (1 .. $ARGV[0]) {
			sysseek($file, 0, 0);
			sysread($file, my $text, 4096);
			print $text;
		}' "$1"
}

old=$(cat /proc/cmdline)
# This file is open across everything that follows.
exec 3</proc/cmdline
load shadow
is 'a new file counts from one' "$(reads 3)" 'read 1 times
read 2 times
read 3 times'
is 'another one has its own counter' "$(reads 1)" 'read 1 times'
is 'a file that was open before has one too' "$(cat <&3)" 'read 1 times'
is 'files with the same release function still close' "$(head -c 7 /proc/version)" 'Linux v'

# Counters are freed with their files: memory would run away otherwise.
before=$(awk '/^Slab:/ { print $2 }' /proc/meminfo)
perl -e 'for (1 .. 20000) { open(my $f, "<", "/proc/cmdline") or die; sysread($f, my $t, 64) }'
sleep 1
after=$(awk '/^Slab:/ { print $2 }' /proc/meminfo)
ok "20000 files leave nothing behind ($before kB before, $after kB after)" \
	test $((after - before)) -lt 4096
unload shadow
is 'back' "$(cat /proc/cmdline)" "$old"
exec 3<&-
load shadow
unload shadow
ok 'nothing is left' is_gone shadow
done_testing
