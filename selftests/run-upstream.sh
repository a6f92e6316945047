#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run upstream's livepatch selftests, as they are, in the machine whose kernel they test.
#
# Usage: selftests/run-upstream.sh DIR SET... [--broken SET]
#
#   --broken SET      two modules of the set are broken on purpose, and two cases have to find that
#
#   DIR/scripts/      the kernel's tools/testing/selftests/livepatch: test-*.sh, functions.sh, the compiled helper
#   DIR/modules/SET/  the modules test_klp_*.ko of a set: those in C, those in Rust
#
# Prints KTAP, a suite a set: one test for each case, which is a start_test of a script. A script stops at the first case that
# fails; the cases behind it have not run, and so have not passed. The status is 0 if every case of every set has passed or was
# skipped by its script.

set -euo pipefail

# How long one script may take, in seconds. The longest waits for a minute before it gives up on a transition.
: "${SCRIPT_TIMEOUT:=600}"

dir=$(cd -- "$1" && pwd)
shift
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# What the kernel says when it is not well. It may be no test's fault, but no run is good with it.
unwell='BUG:|WARNING:|Oops|Call Trace:|general protection fault|Kernel panic|refcount_t:|INFO: task .* blocked'

# The scripts want the directory that modules are built against, and look no further.
installed=/lib/modules/$(uname -r)
mkdir -p -- "$installed/build"
# Where modprobe looks first, and what depmod misses where the kernel's own modules are not.
mkdir -p -- "$installed/updates"
for file in modules.builtin modules.builtin.modinfo modules.order; do
	: >>"$installed/$file"
done

# cases(script) - print the names of a script's cases, in order
cases() {
	sed -n 's/^[[:space:]]*start_test "\(.*\)"$/\1/p' "$1"
}

# result(ok, name) - print one test
result() {
	number=$((number + 1))
	echo "$1 $number $2"
}

# run_script(script) - run one script in the set's directory, and print its cases
run_script() {
	local script=$1 name status=0 line case verdict
	local -A verdicts=()
	name=$(basename "$script" .sh)
	echo "# $name"
	timeout --kill-after=10 "$SCRIPT_TIMEOUT" "./$name.sh" >"$scratch/output" 2>&1 </dev/null || status=$?
	sed 's/^/#   /' "$scratch/output"
	# "TEST: name ... ok", or "not ok"; a script that dies in the middle leaves the line without an end.
	while IFS= read -r line; do
		[[ $line =~ ^'TEST: '(.*)' ... '(.*)$ ]] || continue
		verdicts[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
	done <"$scratch/output"
	while IFS= read -r case; do
		verdict=${verdicts[$case]-none}
		if [[ $verdict == ok ]]; then
			result ok "$name: $case"
		elif ((status == 4)); then
			result ok "$name: $case # SKIP $(grep -i '^skip' "$scratch/output" | tail -n 1)"
		else
			result 'not ok' "$name: $case"
			failed=$((failed + 1))
		fi
	done < <(cases "$script")
	if ((status != 0 && status != 4)); then
		echo "# $name.sh ended with status $status"
		failed=$((failed + 1))
	fi
}

# leave_nothing() - put the machine back for the next script, whatever the last one has left
leave_nothing() {
	local module entry tries
	for entry in /sys/kernel/livepatch/*/; do
		[[ -d $entry ]] || continue
		module=$(basename "$entry")
		echo "# $module is still there: disabling it"
		echo 0 >"$entry/enabled" || true
		for ((tries = 0; tries < 300; tries++)); do
			[[ -d $entry ]] || break
			sleep 0.1
		done
	done
	for ((tries = 0; tries < 20; tries++)); do
		lsmod | grep -q '^test_klp' || return 0
		lsmod | sed -n 's/^\(test_klp[^ ]*\).*/\1/p' | xargs --no-run-if-empty --max-args=1 rmmod 2>/dev/null || true
		sleep 0.1
	done
	echo '# modules of the tests are still loaded:'
	lsmod | sed -n 's/^test_klp/#   &/p'
}

# found(module) - a module of the set is what its name means: a script skips its cases when it does not find one
found() {
	local file
	file=$(modinfo --field filename "$1")
	[[ $file == "$installed/updates/livepatch/$1.ko" ]] || {
		echo "$1 is $file, which is not the set's" >&2
		exit 1
	}
}

# run_set(set, scripts...) - run scripts with the modules of a set
run_set() {
	local set=$1 script module
	shift
	local -a scripts=("$@")
	number=0
	failed=0
	echo "# suite: upstream-$set"
	echo 'KTAP version 1'
	echo "1..$(for script in "${scripts[@]}"; do cases "$script"; done | wc -l)"
	cp -R -- "$dir/scripts" "$scratch/$set"
	# By their path, or by their name: those that the distribution has are not meant.
	ln -s -- "$dir/modules/$set" "$scratch/$set/test_modules"
	rm -f -- "$installed/updates/livepatch"
	ln -s -- "$dir/modules/$set" "$installed/updates/livepatch"
	depmod
	for module in "$dir/modules/$set"/*.ko; do
		found "$(basename "$module" .ko)"
	done
	cd -- "$scratch/$set"
	dmesg --clear
	for script in "${scripts[@]}"; do
		run_script "$script"
		leave_nothing
	done
	if dmesg | grep -E "$unwell" >"$scratch/unwell"; then
		echo '# the kernel is not well:'
		sed 's/^/#   /' "$scratch/unwell"
		failed=$((failed + 1))
	fi
	echo "# suite-exit: upstream-$set $((failed != 0))"
	((failed == 0)) || worst=1
}

# The scripts that a broken module fails, the case that finds it, and what is wrong.
broken=(
	'test-callbacks: target module before livepatch|test-callbacks: a wrong message is found'
	'test-state: system state modification|test-state: a missing callback is found'
)

# run_broken(set) - check that the cases which should find a broken module do
run_broken() {
	local set=$1 entry case number=0 failed=0 saved=$worst
	local -a scripts=()
	for entry in "${broken[@]}"; do
		scripts+=("$dir/scripts/${entry%%:*}.sh")
	done
	run_set "$set" "${scripts[@]}" >"$scratch/broken.out"
	worst=$saved
	echo "# suite: upstream-$set"
	echo 'KTAP version 1'
	echo "1..${#broken[@]}"
	sed 's/^/#   /' "$scratch/broken.out"
	number=0
	failed=0
	for entry in "${broken[@]}"; do
		case=${entry%%|*}
		if grep -q "^not ok [0-9]* $case\$" "$scratch/broken.out"; then
			result ok "${entry##*|}"
		else
			result 'not ok' "${entry##*|}"
			failed=$((failed + 1))
		fi
	done
	echo "# suite-exit: upstream-$set $((failed != 0))"
	((failed == 0)) || worst=1
}

worst=0
while (($#)); do
	if [[ $1 == --broken ]]; then
		run_broken "$2"
		shift 2
	else
		run_set "$1" "$dir"/scripts/test-*.sh
		shift
	fi
done
exit "$worst"
