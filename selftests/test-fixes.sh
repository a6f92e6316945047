#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Several fixes with callbacks, states, init and exit in one livepatch, and one of them left out.

. "$(dirname "$0")/lib.sh"
plan 24

# texts() - print what the three files say
texts() {
	head -qn1 /proc/cmdline /proc/version /proc/execdomains
}

# calls() - print what was called since log_mark
calls() {
	log_since | sed -n 's/^test_fixes: \(first\|second\|third\) /\1 /p'
}

old=$(texts)
readonly old
log_mark
load test_fixes
is 'init, then the callbacks, first to last' "$(calls)" 'first init
second init
third init
first pre_patch
second pre_patch
third pre_patch
first post_patch 901
second post_patch 902
third post_patch 903'
is 'all are in' "$(texts)" 'first is in
second is in
third is in'
log_mark
unload test_fixes
is 'then all backwards' "$(calls)" 'third pre_unpatch
second pre_unpatch
first pre_unpatch
third post_unpatch
second post_unpatch
first post_unpatch
third exit
second exit
first exit'
is 'all are out' "$(texts)" "$old"

# One is left out, with everything that it has.
log_mark
load test_fixes skip=second
is 'nothing of the second is called' "$(calls)" 'first init
third init
first pre_patch
third pre_patch
first post_patch 901
third post_patch 903'
is 'it is not in' "$(texts)" "first is in
$(sed -n 2p <<<"$old")
third is in"
refused 'the states of the others count' 'is not compatible with the already installed livepatches' \
	insmod "$(module_file test_klp_atomic_replace)" replace=1
log_mark
unload test_fixes
is 'nothing of it is taken back' "$(calls)" 'third pre_unpatch
first pre_unpatch
third post_unpatch
first post_unpatch
third exit
first exit'

# A state that is left out does not count: that is what one can see of it.
load test_fixes skip=first,second,third replace=0
log_mark
load test_klp_atomic_replace replace=1
ok 'without the fixes there are no states' until_true "$TRANSITION_TIMEOUT" test ! -e $LIVEPATCH/test_fixes
unload test_klp_atomic_replace
log_mark
until_true "$TRANSITION_TIMEOUT" rmmod_quiet test_fixes
is 'and no exit' "$(calls)" ''
is 'nothing is in' "$(texts)" "$old"

# The pre_patch of one fails.
log_mark
refused 'the second refuses to be patched' "failed to enable patch 'test_fixes'" \
	insmod "$(module_file test_fixes)" refuse_patch=902
is 'what was done is taken back' "$(calls)" 'first init
second init
third init
first pre_patch
second pre_patch
first post_unpatch
third exit
second exit
first exit'
ok 'refused: nothing is left' is_gone test_fixes
is 'refused: nothing is in' "$(texts)" "$old"
refused 'the third refuses' "failed to enable patch 'test_fixes'" \
	insmod "$(module_file test_fixes)" refuse_patch=903
is 'those before it are told backwards' "$(calls | grep patch)" 'first pre_patch
second pre_patch
third pre_patch
second post_unpatch
first post_unpatch'
refused 'the third refuses, without the second' "failed to enable patch 'test_fixes'" \
	insmod "$(module_file test_fixes)" refuse_patch=903 skip=second
is 'only the first is told' "$(calls | grep patch)" 'first pre_patch
third pre_patch
first post_unpatch'
ok 'who is left out cannot refuse' load test_fixes refuse_patch=902 refuse_init=902 skip=second
unload test_fixes

# The init of one fails: it does not get as far as the kernel.
log_mark
ok 'the second fails to initialise' bash -c "! insmod $(module_file test_fixes) refuse_init=902 2>/dev/null"
is 'only the exit of the first runs' "$(calls)" 'first init
second init
first exit'
ok 'failed: nothing is left' is_gone test_fixes
is 'failed: nothing is in' "$(texts)" "$old"
done_testing
