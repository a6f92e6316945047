#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# How long `kpatch list` takes, Debian's and ours, with 20 livepatches installed and 5 loaded.
#
# Usage: bench.sh KPATCH
#
#   KPATCH  ours: a link to klp of that name
#
# Prints the milliseconds of the fastest run of each, and how many times faster ours is; fails if that is less than 20.

. "$(dirname "$0")/../lib.sh"
OURS=${1:?our kpatch, please}
THEIRS=$(type -P kpatch) || skip_all 'there is no kpatch to compare with'
readonly OURS THEIRS STORE=/var/lib/kpatch ROUNDS=10 LEAST=20
RELEASE=$(uname -r)
readonly RELEASE

mkdir -p "$STORE/$RELEASE"
loaded=0
# Those of patches/ replace the others, so only one of them, and first.
for name in cmdline test_klp_livepatch test_klp_callbacks_demo test_klp_callbacks_demo2 test_klp_mod_patch test_klp_syscall \
	test_klp_atomic_replace; do
	((loaded < 5)) || break
	file=$(module_file "$name" 2>/dev/null) || continue
	if insmod "$file" 2>/dev/null; then
		until_true "$TRANSITION_TIMEOUT" is_enabled "$name" || true
		loaded=$(find $LIVEPATCH -mindepth 1 -maxdepth 1 -type d | wc -l)
	fi
done
for number in {1..20}; do
	cp "$(module_file cmdline)" "$STORE/$RELEASE/fix-$number.ko"
done

# fastest(kpatch) - print the microseconds of the fastest run
fastest() {
	local start took best=
	for ((round = 0; round < ROUNDS; round++)); do
		start=${EPOCHREALTIME/[.,]/}
		"$1" list >/dev/null
		took=$((${EPOCHREALTIME/[.,]/} - start))
		[[ $best ]] && ((best <= took)) || best=$took
	done
	echo "$best"
}

plan 2
is 'livepatches are loaded' "$loaded" 5
theirs=$(fastest "$THEIRS")
ours=$(fastest "$OURS")
echo "# kpatch-list.shell: $((theirs / 1000)).$((theirs % 1000 / 100)) ms"
echo "# kpatch-list.klp: $((ours / 1000)).$((ours % 1000 / 100)) ms ($((theirs / ours)) times faster)"
ok "kpatch list is at least $LEAST times faster" test $((theirs / ours)) -ge "$LEAST"
done_testing
