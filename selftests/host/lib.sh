# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the tests of a build are written with. They need no virtual machine and no privilege, and
# speak KTAP.

set -euo pipefail

# shellcheck disable=SC2034 # for those who source it
TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
# Where the toolchain root shows it as well.
mkdir -p -- "$TOP/.build"
work=$(mktemp -d "$TOP/.build/host.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
declare -i tests_planned=0 tests_run=0 tests_failed=0
export LC_ALL=C
# plan(count) - announce the number of tests
plan() {
	tests_planned=$1
	printf 'KTAP version 1\n1..%d\n' "$1"
}

# skip_all(reason) - end a test that cannot run here
skip_all() {
	printf 'KTAP version 1\n1..0 # SKIP %s\n' "$1"
	exit 0
}

# note(file) - show what a command has said, as comments
note() {
	sed 's/^/# /' "$1"
}

# ok(name, command...) - test that a command succeeds
ok() {
	local name=$1
	shift
	tests_run+=1
	if "$@" >"$work/ok" 2>&1; then
		echo "ok $tests_run $name"
	else
		tests_failed+=1
		echo "not ok $tests_run $name"
		echo "# failed: $*"
		note "$work/ok"
	fi
}

# is(name, have, want) - test that two strings are equal
is() {
	tests_run+=1
	if [[ $2 == "$3" ]]; then
		echo "ok $tests_run $1"
	else
		tests_failed+=1
		echo "not ok $tests_run $1"
		printf 'have: %s\nwant: %s\n' "$2" "$3" >"$work/is"
		note "$work/is"
	fi
}

# done_testing() - check the plan, and end
done_testing() {
	if ((tests_run != tests_planned)); then
		echo "# planned $tests_planned tests, ran $tests_run"
		tests_failed+=1
	fi
	((tests_failed == 0))
	exit
}
