#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Build livepatches with each back end, and their C twins, measure how long it takes, and print the samples. Runs where the
# kernel's tools are.
#
# Usage: selftests/bench/build.sh OUTPUT FULL-ROUNDS WARM-ROUNDS LIVEPATCH...
#
#   OUTPUT       a directory to make anew; OUTPUT/modules/MAKER/LIVEPATCH.ko is what would be installed
#   FULL-ROUNDS  how often the first livepatch is built from nothing
#   WARM-ROUNDS  how often each is built after a change of its own file
#   LIVEPATCH    a name: patches/LIVEPATCH is measured against selftests/bench/LIVEPATCH_c
#
#   KDIR=DIR      what make -C takes
#   BACKEND=NAME  only this back end; otherwise each that can build for the kernel
#
# A MAKER is a back end, kernel or core, or c. Each has an output directory of its own, OUTPUT/MAKER. What is timed is
# scripts/modules, so that it is what an author waits for.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "${BASH_SOURCE[0]%/*}/../../scripts/lib.sh"

output=$(realpath -m -- "$1") full_rounds=$2 warm_rounds=$3
shift 3
backends=("${BACKEND:-kernel}")
[[ ${BACKEND-} ]] || backends+=(core)
first=$1

# Here libcore can be missing, and the user's stays.
export XDG_CACHE_HOME=$output/cache LIVEPATCH_BENCH=1 LIVEPATCH_SELFTESTS=''

# directory MAKER LIVEPATCH: where its sources are, and its objects below the maker's output directory.
directory() {
	case $1 in
	c) printf 'selftests/bench/%s_c\n' "$2" ;;
	*) printf 'patches/%s\n' "$2" ;;
	esac
}

# build MAKER LIVEPATCH...: build exactly these livepatches.
build() {
	local maker=$1 livepatch rust=() c=() backend=''
	shift
	for livepatch; do
		case $maker in
		c) c+=("$(directory c "$livepatch")") ;;
		*) rust+=("$(directory "$maker" "$livepatch")") ;;
		esac
	done
	[[ $maker = c ]] || backend=$maker
	# What is given on make's command line replaces the lists that the Kbuild files make.
	BACKEND=$backend LIVEPATCH_OUTPUT=$output/$maker "$top/scripts/modules" --silent "-j$(nproc)" \
		lp-modules="${rust[*]}" lp-bench-modules="${c[*]}" modules
}

# timed FIGURE MAKER ROUND LIVEPATCH [ALL...]: build a livepatch, and all that are built with it, and print a sample of the
# time, in microseconds.
timed() {
	local figure=$1 maker=$2 round=$3 livepatch=$4 start end
	shift 4
	(($#)) || set -- "$livepatch"
	# The decimal separator depends on the locale.
	start=${EPOCHREALTIME//[!0-9]/}
	quietly "$output/$maker.log" build "$maker" "$@"
	end=${EPOCHREALTIME//[!0-9]/}
	printf '%s %s/%s %d %d\n' "$figure" "$maker" "$livepatch" "$round" $((end - start))
}

rm -rf -- "$output"
mkdir -p -- "$output/modules"

# Kbuild knows which kernels the kernel back end can build for.
if [[ ! ${BACKEND-} ]] && ! build kernel >"$output/kernel.log" 2>&1; then
	reason=$(sed -n '/.*\*\*\* /{s///p;q}' "$output/kernel.log")
	say "without the kernel back end: ${reason:-see $output/kernel.log}"
	backends=(core)
fi

for ((round = 1; round <= full_rounds; round++)); do
	for maker in c "${backends[@]}"; do
		rm -rf -- "${output:?}/$maker"
		if [[ $maker = core ]]; then
			rm -rf -- "$output/cache"
			timed build.first core "$round" "$first"
			rm -rf -- "${output:?}/core"
		fi
		timed build.full "$maker" "$round" "$first"
	done
done

for maker in c "${backends[@]}"; do
	quietly "$output/$maker.log" build "$maker" "$@"
done
for ((round = 1; round <= warm_rounds; round++)); do
	for livepatch; do
		for maker in c "${backends[@]}"; do
			# As a newer source would have it, without touching the sources.
			rm -- "$output/$maker/$(directory "$maker" "$livepatch")/main.o"
			timed build.warm "$maker" "$round" "$livepatch" "$@"
		done
	done
done

for maker in c "${backends[@]}"; do
	mkdir -- "$output/modules/$maker"
	for livepatch; do
		directory=$(directory "$maker" "$livepatch")
		# Without what only debuggers read.
		strip --strip-debug -o "$output/modules/$maker/$livepatch.ko" "$output/$maker/$directory/${directory##*/}.ko"
	done
done
