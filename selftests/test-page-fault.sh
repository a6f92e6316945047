#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A task sleeps in a page fault of the function that is patched: nobody fills the page that it writes to.

. "$(dirname "$0")/lib.sh"
case $(uname -m) in
x86_64) calls='309 323 9' ;;
aarch64) calls='168 282 222' ;;
*) skip_all 'the numbers of the system calls are not known here' ;;
esac
[[ -e /proc/sys/vm/unprivileged_userfaultfd ]] || skip_all 'this kernel has no userfaultfd'
readonly calls PATCH=$LIVEPATCH/test_getcpu
plan 12

# getcpu() - call the system call, and print its error
getcpu() {
	perl -e 'my $cpu = pack("L", 0); print syscall($ARGV[0], $cpu, 0, 0) == 0 ? "no error" : int($!)' "${calls%% *}"
}

# hold() - start a task that calls it with a page which nobody fills; `task` is its number
hold() {
	# shellcheck disable=SC2086 # three numbers
	perl -e '
		my ($getcpu, $userfaultfd, $mmap) = map { int } @ARGV;
		my $number = syscall($userfaultfd, 0);
		open(my $file, "+<&=", $number) or die "userfaultfd: $!";
		my $api = pack("Q3", 0xaa, 0, 0);
		ioctl($file, 0xc018aa3f, $api) or die "UFFDIO_API: $!";
		my $page = syscall($mmap, 0, 4096, 3, 0x22, -1, 0);
		my $range = pack("Q4", $page, 4096, 1, 0);
		ioctl($file, 0xc020aa00, $range) or die "UFFDIO_REGISTER: $!";
		syscall($getcpu, $page, 0, 0)' $calls &
	task=$!
	until_true "$TRANSITION_TIMEOUT" is_held
}

is_held() {
	grep -q handle_userfault "/proc/$task/stack"
}

# release() - end the task
release() {
	kill -KILL "$task"
	wait "$task" 2>/dev/null || true
}

is 'before' "$(getcpu)" 'no error'
hold
like 'the function is on the stack' "$(cat "/proc/$task/stack")" 'sys_getcpu'
insmod "$(module_file test_getcpu)"
sleep 2
is 'patching waits for the task' "$(cat $PATCH/transition)" 1
is 'it is not patched' "$(cat "/proc/$task/patch_state")" 0
is 'a new task is' "$(getcpu)" 18
release
ok 'patching ends with the task' until_true "$TRANSITION_TIMEOUT" is_enabled test_getcpu
unload test_getcpu
is 'unpatched' "$(getcpu)" 'no error'

# Patching is reversed while the task is in the page fault.
hold
insmod "$(module_file test_getcpu)"
sleep 2
is 'patching waits again' "$(cat $PATCH/transition)" 1
echo 0 >$PATCH/enabled
ok 'it is reversed' until_true "$TRANSITION_TIMEOUT" test ! -e $PATCH
ok 'the task is still there' is_held
release
unload test_getcpu
is 'reversed' "$(getcpu)" 'no error'
ok 'nothing is left' is_gone test_getcpu
done_testing
