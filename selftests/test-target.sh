#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A module that comes and goes many times while a livepatch of it stays.

. "$(dirname "$0")/lib.sh"
readonly FILE=/proc/test_klp_mod_target
readonly OLD='test_klp_mod_target: original output'
readonly NEW='test_klp_mod_patch: this has been live patched'
readonly PATCHED=$LIVEPATCH/test_klp_mod_patch/test_klp_mod_target/patched
plan 18

insert() {
	insmod "$(module_file "$1")"
}

# The livepatch comes first.
load test_klp_mod_patch
is 'without the module nothing is patched' "$(cat $PATCHED)" 0
states=''
for _ in {1..20}; do
	insert test_klp_mod_target
	states+="$(cat $PATCHED $FILE)
"
	rmmod test_klp_mod_target
	states+="$(cat $PATCHED)
"
done
is 'patched each time, 20 times' "$(sort <<<"$states" | uniq -c | sed 's/^ *//')" "1 
20 0
20 1
20 $NEW"
ok 'no transition is left over' is_enabled test_klp_mod_patch

# The module stays while the livepatch goes and comes back.
insert test_klp_mod_target
is 'patched' "$(cat $FILE)" "$NEW"
unload test_klp_mod_patch
is 'unpatched' "$(cat $FILE)" "$OLD"
load test_klp_mod_patch
is 'patched after all' "$(cat $FILE)" "$NEW"
is 'and said to be' "$(cat $PATCHED)" 1

# The module goes while somebody reads its file.
stop=$(mktemp -u)
while [[ ! -e $stop ]]; do
	cat $FILE 2>/dev/null || true
done >"$stop.texts" &
for _ in {1..10}; do
	until_true "$TRANSITION_TIMEOUT" rmmod_quiet test_klp_mod_target
	insert test_klp_mod_target
done
touch "$stop"
wait
is 'a reader sees the new function only' "$(sort -u "$stop.texts")" "$NEW"
rm -f "$stop" "$stop.texts"
rmmod test_klp_mod_target
unload test_klp_mod_patch

# A module that the livepatch refuses does not load, and does when it is not refused.
load test_klp_callbacks_demo
echo -19 >/sys/module/test_klp_callbacks_demo/parameters/pre_patch_ret
refused 'a callback refuses the module' \
	"patch 'test_klp_callbacks_demo' failed for module 'test_klp_callbacks_mod', refusing to load module" \
	insert test_klp_callbacks_mod
is 'its init has not run' "$(log_since | grep -c test_klp_callbacks_mod_init || true)" 0
ok 'it is not there' test ! -e /sys/module/test_klp_callbacks_mod
ok 'the livepatch is' is_enabled test_klp_callbacks_demo
echo 0 >/sys/module/test_klp_callbacks_demo/parameters/pre_patch_ret
log_mark
ok 'it loads when it is not refused' insert test_klp_callbacks_mod
is 'it is patched before its init' "$(log_since | sed -En 's/^test_klp_callbacks_(demo|mod): ([a-z_]*).*/\2/p')" \
	'pre_patch_callback
post_patch_callback
test_klp_callbacks_mod_init'
log_mark
rmmod test_klp_callbacks_mod
is 'it is unpatched after its exit' "$(log_since | sed -En 's/^test_klp_callbacks_(demo|mod): ([a-z_]*).*/\2/p')" \
	'test_klp_callbacks_mod_exit
pre_unpatch_callback
post_unpatch_callback'

# The module is there, and its object is unpatched with the livepatch.
insert test_klp_callbacks_mod
log_mark
unload test_klp_callbacks_demo
is 'the objects are told in order' "$(log_since | sed -En 's/^test_klp_callbacks_demo: ([a-z_]*: [a-z_]*).*/\1/p')" \
	'pre_unpatch_callback: vmlinux
pre_unpatch_callback: test_klp_callbacks_mod
post_unpatch_callback: vmlinux
post_unpatch_callback: test_klp_callbacks_mod'
ok 'the module does not mind' rmmod test_klp_callbacks_mod
ok 'nothing is left' is_gone test_klp_callbacks_demo
done_testing
