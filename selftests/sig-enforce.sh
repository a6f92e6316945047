#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A kernel that loads signed modules only: selftests/host/sig-enforce.sh boots it, and brings the same livepatch four times.

. "$(dirname "$0")/lib.sh"
plan 9

# error_of(module) - print why insmod refuses a module
error_of() {
	insmod "$TOP/$1/cmdline.ko" 2>&1 || true
}

rejected='Key was rejected by service'
is 'the kernel demands signatures' "$(cat /sys/module/module/parameters/sig_enforce)" Y
like 'the kernel knows the key from its firmware' "$(grep asymmetri /proc/keys)" 'Livepatches for tests'

like 'a livepatch without a signature is refused' "$(error_of unsigned)" "$rejected"
like "one with a stranger's is" "$(error_of stranger)" "$rejected"
like 'one that was changed after it was signed is' "$(error_of changed)" "$rejected"
is 'none of them was loaded' "$(is_loaded cmdline && echo loaded)" ''

insmod "$TOP/signed/cmdline.ko"
until_true "$TRANSITION_TIMEOUT" is_enabled cmdline
is 'one that is signed with the key is loaded' "$(cat /proc/cmdline)" 'this has been live patched'
unload cmdline
ok 'and leaves' is_gone cmdline
is 'the kernel is tainted by no unsigned module' "$((($(cat /proc/sys/kernel/tainted) >> 13) & 1))" 0
done_testing
