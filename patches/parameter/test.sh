#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0

. "$(dirname "$0")/../../selftests/lib.sh"
readonly PARAMETERS=/sys/module/parameter/parameters
plan 10

old=$(cat /proc/cmdline)
load parameter times=2
is 'given at load' "$(cat /proc/cmdline)" 'live patched
live patched'
is 'sysfs shows the number' "$(cat $PARAMETERS/times)" 2
is 'and the text' "$(cat $PARAMETERS/text)" 'live patched'
is 'and their modes' "$(stat -c %a $PARAMETERS/times $PARAMETERS/text)" '644
644'
echo 1 >$PARAMETERS/times
echo hello >$PARAMETERS/text
is 'changed while in force' "$(cat /proc/cmdline)" 'hello'
ok 'a text that is too long is refused' \
	bash -c "! printf '%064d' 0 2>/dev/null >$PARAMETERS/text"
ok 'so is a number that is none' bash -c "! echo many 2>/dev/null >$PARAMETERS/times"

# Every read while the text is written must see one of the two texts whole.
printf '%063d' 0 >$PARAMETERS/text
zeros=$(cat $PARAMETERS/text)
ones=${zeros//0/1}
stop=$(mktemp -u)
while [[ ! -e $stop ]]; do
	printf '%s' "$ones" >$PARAMETERS/text
	printf '%s' "$zeros" >$PARAMETERS/text
done &
torn=0
for _ in {1..500}; do
	text=$(</proc/cmdline)
	[[ $text == "$zeros" || $text == "$ones" ]] || torn=$((torn + 1))
done
touch "$stop"
wait
is 'no read sees half a text' "$torn" 0
unload parameter
is 'back' "$(cat /proc/cmdline)" "$old"
ok 'nothing is left' is_gone parameter
done_testing
