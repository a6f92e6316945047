#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Count what a read of /proc/cmdline costs, unpatched and with each livepatch, and print the samples. Runs in a virtual
# machine with one processor whose clock is its instruction count.
#
# Usage: guest.sh SAMPLES ROUNDS CALLS MODULE...
#
#   SAMPLES  the file to write
#   ROUNDS   how often to do everything
#   CALLS    how many calls make a sample
#   MODULE   MAKER/LIVEPATCH: the file modules/MAKER/LIVEPATCH.ko, beside this one

. "$(dirname "$0")/../lib.sh"

readonly FILE=/proc/cmdline
samples=$1 rounds=$2 calls=$3
shift 3

# count(module, round) - print the samples of what is in force
count() {
	local operation
	for operation in read open; do
		printf 'instructions.%s %s %s ' "$operation" "$1" "$2"
		"$HERE/livepatch-bench" count --operation "$operation" --calls "$calls" "$FILE"
	done
}

for ((round = 1; round <= rounds; round++)); do
	count - "$round"
	for module; do
		file=$HERE/modules/$module.ko
		# The kernel's name of it need not be the file's.
		name=$(modinfo --field name "$file")
		insmod "$file"
		until_true "$TRANSITION_TIMEOUT" is_enabled "$name"
		count "$module" "$round"
		unload "$name"
	done
done >"$samples"
bad=$(kernel_warnings)
if [[ $bad ]]; then
	note "the kernel complains:" "$bad" >&2
	exit 1
fi
