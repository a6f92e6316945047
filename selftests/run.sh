#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run tests one after the other, in the machine whose kernel they test.
#
# Usage: selftests/run.sh [TEST...]
#
# Without arguments it is every patches/*/test.sh and selftests/test-*.sh. Each is announced, and its status told, in
# comments of KTAP; the status is that of the worst.

set -euo pipefail

# How long one test may take, in seconds, when it hangs.
: "${TEST_TIMEOUT:=1200}"

cd -- "$(dirname -- "$0")/.."
tests=("$@")
((${#tests[@]})) || tests=(patches/*/test.sh selftests/test-*.sh)

worst=0
for test in "${tests[@]}"; do
	name=${test#patches/}
	name=${name#selftests/}
	name=${name%/test.sh}
	name=${name%.sh}
	echo "# suite: $name"
	status=0
	timeout --kill-after=10 "$TEST_TIMEOUT" bash "$test" </dev/null || status=$?
	echo "# suite-exit: $name $status"
	((status == 0 || status == 4)) || worst=1
done
exit "$worst"
