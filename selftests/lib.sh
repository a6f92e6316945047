# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of livepatches are written with. They run as root on the kernel that the modules
# were built for, usually in the VM, and speak KTAP.
#
# A test is a script beside the livepatch that it tests:
#
#   . "$(dirname "$0")/../../selftests/lib.sh"
#   plan 2
#   load cmdline
#   is 'patched' "$(cat /proc/cmdline)" 'this has been live patched'
#   unload cmdline
#   done_testing

set -euo pipefail

# How long a transition may take, in seconds. Busy machines under emulation are slow.
: "${TRANSITION_TIMEOUT:=180}"

readonly LIVEPATCH=/sys/kernel/livepatch
HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly HERE TOP

tests_run=0
tests_failed=0
declare -i tests_planned=0
finished=

# plan(count) - announce the number of tests
plan() {
	tests_planned=$1
	echo 'KTAP version 1'
	echo "1..$1"
}

# skip_all(reason) - end a test that cannot run here
skip_all() {
	echo 'KTAP version 1'
	echo "1..0 # SKIP $1"
	finished=1
	exit 4
}

# clean_up() - when a test ends early, end its tasks and take out livepatches: the next test is not to fail for them
clean_up() {
	local directory name pids
	[[ ! $finished ]] || return 0
	mapfile -t pids < <(jobs -p)
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
	for directory in "$LIVEPATCH"/*/; do
		[[ -e $directory/enabled ]] || continue
		note "ended early, with ${directory%/} in force"
		unload "$(basename "$directory")" || note 'and it cannot be taken out'
	done
	# Those that were replaced are modules still.
	for directory in "$TOP"/patches/*/; do
		name=$(basename "$directory")
		rmmod_quiet "$name" || note "the module $name stays"
	done
}
trap clean_up EXIT

# note(text...) - say something that is no result
note() {
	local line
	while IFS= read -r line; do
		echo "# $line"
	done <<<"$*"
}

# ok(name, command...) - test that a command succeeds
ok() {
	local name=$1
	shift
	tests_run=$((tests_run + 1))
	if "$@"; then
		echo "ok $tests_run $name"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run $name"
		note "failed: $*"
	fi
}

# is(name, have, want) - test that two strings are equal
is() {
	tests_run=$((tests_run + 1))
	if [[ $2 == "$3" ]]; then
		echo "ok $tests_run $1"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run $1"
		note "have: $2"
		note "want: $3"
	fi
}

# like(name, have, regex) - test that a string has a match
like() {
	tests_run=$((tests_run + 1))
	if [[ $2 =~ $3 ]]; then
		echo "ok $tests_run $1"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run $1"
		note "have: $2"
		note "want a match of: $3"
	fi
}

# with_attribute(livepatch, attribute, test, name, arguments...) - a test of a file in sysfs that not every kernel has
with_attribute() {
	local file=$LIVEPATCH/$1/$2
	shift 2
	if [[ -e $file ]]; then
		"$@"
	else
		tests_run=$((tests_run + 1))
		echo "ok $tests_run $2 # SKIP this kernel has no ${file##*/}"
	fi
}

# refused(name, regex, command...) - test that a command fails, and that the kernel's log says why
refused() {
	local name=$1 regex=$2 output status=0
	shift 2
	log_mark
	output=$("$@" 2>&1) || status=$?
	tests_run=$((tests_run + 1))
	if ((status != 0)) && [[ $(log_since) =~ $regex ]]; then
		echo "ok $tests_run $name"
	else
		tests_failed=$((tests_failed + 1))
		echo "not ok $tests_run $name"
		note "status $status, output: $output"
		note "log: $(log_since)"
		note "want a match of: $regex"
	fi
}

# done_testing() - check the kernel's health and the plan, and end
done_testing() {
	local bad
	finished=1
	bad=$(kernel_warnings)
	if [[ -n $bad ]]; then
		tests_failed=$((tests_failed + 1))
		note "the kernel complains:" "$bad"
	fi
	if ((tests_run != tests_planned)); then
		tests_failed=$((tests_failed + 1))
		note "planned $tests_planned tests, ran $tests_run"
	fi
	note "Totals: pass:$((tests_run - tests_failed)) fail:$tests_failed"
	((tests_failed == 0))
	exit
}

# kernel_warnings() - print what of the kernel's log no test may cause
#
# Older kernels warn of nothing when a livepatch's transition looks at the stack of a task that has just been woken in a
# kretprobed function: the transition looks again later.
kernel_warnings() {
	dmesg | awk '
		/------------\[ cut here/ { cut = $0; next }
		/WARNING: .* rethook_find_ret_addr\+/ { cut = ""; next }
		cut != "" { print cut; cut = "" }
		{ print }
		END { if (cut != "") print cut }' |
		grep -E 'WARNING:|BUG:|Oops|general protection|RCU.*stall|soft lockup|hung task|------------\[ cut here' || true
}

# log_mark() - remember the end of the kernel's log
log_mark() {
	log_marker="selftest mark $BASHPID $RANDOM $SECONDS"
	echo "$log_marker" >/dev/kmsg
}

# log_since() - print the kernel's log since log_mark
log_since() {
	dmesg --notime | sed "0,/$log_marker/d"
}

# until_true(seconds, command...) - wait for a command to succeed
until_true() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		if ((SECONDS >= deadline)); then
			return 1
		fi
		sleep 0.05
	done
}

# transition_over(name) - whether no transition of the livepatch is under way
transition_over() {
	[[ ! -e $LIVEPATCH/$1/transition ]] || [[ $(cat "$LIVEPATCH/$1/transition" 2>/dev/null || echo 0) == 0 ]]
}

# is_enabled(name) - whether a livepatch is in force for every task
is_enabled() {
	[[ $(cat "$LIVEPATCH/$1/enabled" 2>/dev/null) == 1 ]] && transition_over "$1"
}

# is_loaded(module) - whether a module is there
is_loaded() {
	[[ -d /sys/module/$1 ]]
}

# is_gone(module) - whether neither the module nor its livepatch is there
is_gone() {
	[[ ! -e /sys/module/$1 && ! -e $LIVEPATCH/$1 ]]
}

# module_file(name) - print the path of a livepatch's or test module's file
module_file() {
	local file
	for file in "$HERE/$1.ko" "$TOP/patches/$1/$1.ko" \
		"$TOP/selftests/test_modules/$1/$1.ko"; do
		if [[ -f $file ]]; then
			echo "$file"
			return
		fi
	done
	echo "no module file of $1: build it with make modules" >&2
	return 1
}

# load(name, parameters...) - load a livepatch and wait until every task uses it
load() {
	local name=$1 file
	shift
	file=$(module_file "$name") || return
	insmod "$file" "$@" || return
	until_true "$TRANSITION_TIMEOUT" is_enabled "$name"
}

# unload(name) - disable a livepatch, wait until no task uses it, and remove its module
unload() {
	local name=$1
	if [[ -e $LIVEPATCH/$name/enabled ]]; then
		echo 0 >"$LIVEPATCH/$name/enabled"
		until_true "$TRANSITION_TIMEOUT" test ! -e "$LIVEPATCH/$name"
	fi
	until_true "$TRANSITION_TIMEOUT" rmmod_quiet "$name"
}

# rmmod_quiet(name) - remove a module; the kernel lets go of a livepatch's a moment later
rmmod_quiet() {
	[[ ! -d /sys/module/$1 ]] || rmmod "$1" 2>/dev/null
}

# is_for(file) - whether the running kernel is one of those that a livepatch's file kernels lists
is_for() {
	local release releases
	read -r -d '' -a releases < <(sed 's/#.*//' "$1") || true
	for release in "${releases[@]}"; do
		# shellcheck disable=SC2053 # It is a pattern.
		if [[ $(uname -r) == $release ]]; then
			return
		fi
	done
	return 1
}

# A livepatch is built for the kernels that it is for.
if [[ -e $HERE/kernels ]] && ! is_for "$HERE/kernels"; then
	skip_all "${HERE##*/} is only for $(sed 's/#.*//' "$HERE/kernels" | xargs), and this is $(uname -r)"
fi

# The tests compare what programs print.
export LC_ALL=C

# Marks in the kernel's log are lost where user space may write only so many lines.
echo on >/proc/sys/kernel/printk_devkmsg
dmesg --clear
