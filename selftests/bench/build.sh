#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Build livepatches and their C twins, measure how long it takes, and print the samples. Runs where the kernel's tools are.
#
# Usage: selftests/bench/build.sh TREE OUTPUT FULL-ROUNDS WARM-ROUNDS LIVEPATCH...
#
#   TREE         what make -C takes
#   OUTPUT       OUTPUT/modules is where the modules are when it has finished; both are made anew
#   FULL-ROUNDS  how often a livepatch and its twin are built from nothing
#   WARM-ROUNDS  how often each is built after a change of its own file
#   LIVEPATCH    a name: patches/LIVEPATCH is measured against selftests/bench/LIVEPATCH_c

set -euo pipefail

tree=$1 output=$2 full_rounds=$3 warm_rounds=$4
shift 4
top=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd -P)

options=(LIVEPATCH_BENCH=1)
# As scripts/modules does.
[[ -e $tree/vmlinux ]] || options+=(CONFIG_DEBUG_INFO_BTF_MODULES=)

# build RUST-DIRECTORIES C-DIRECTORIES DIRECTORY: build exactly these livepatches in a directory.
build() {
	# What is given on make's command line replaces the lists that the Kbuild files make.
	make --silent --no-print-directory -C "$tree" M="$top" MO="$3" -j"$(nproc)" "${options[@]}" \
		lp-modules="$1" lp-bench-modules="$2" modules >>"$output/build.log" 2>&1 || {
		tail -n 40 -- "$output/build.log" >&2
		exit 1
	}
}

# timed FIGURE MODULE ROUND COMMAND...: run a command and print a sample of its time, in microseconds.
timed() {
	local sample="$1 $2 $3" start end
	shift 3
	# The decimal separator depends on the locale.
	start=${EPOCHREALTIME//[!0-9]/}
	"$@"
	end=${EPOCHREALTIME//[!0-9]/}
	printf '%s %d\n' "$sample" $((end - start))
}

rm -rf -- "$output"
mkdir -p -- "$output/modules"
first=$1
for ((round = 1; round <= full_rounds; round++)); do
	rm -rf -- "$output/twin" "$output/modules"
	mkdir -- "$output/twin" "$output/modules"
	timed build.full "${first}_c" "$round" build '' "selftests/bench/${first}_c" "$output/twin"
	timed build.full "$first" "$round" build "patches/$first" '' "$output/modules"
done
rm -rf -- "$output/twin"

rust=("${@/#/patches/}")
twins=("${@/#/selftests/bench/}")
twins=("${twins[@]/%/_c}")
build "${rust[*]}" "${twins[*]}" "$output/modules"
for ((round = 1; round <= warm_rounds; round++)); do
	for livepatch; do
		for directory in "patches/$livepatch" "selftests/bench/${livepatch}_c"; do
			# As a newer source would have it, without touching the sources.
			rm -- "$output/modules/$directory/main.o"
			timed build.warm "${directory##*/}" "$round" build "${rust[*]}" "${twins[*]}" "$output/modules"
		done
	done
done
