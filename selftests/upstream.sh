#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run upstream's livepatch selftests, as they are, in a virtual machine with the target kernel: against its own modules in C, as
# a control, and against our twins in Rust.
#
# Usage: selftests/upstream.sh
#
# Prints KTAP as run-upstream.sh does in the machine. The scripts, the helper and the modules in C come from the sources of the
# target kernel, and their checksums are printed. The twins have to be built: make modules LIVEPATCH_SELFTESTS=1.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
. "${BASH_SOURCE[0]%/*}/../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../scripts/target.sh
. "$top/scripts/target.sh"

# How long the machine may run, in seconds.
: "${TIMEOUT:=1800}"

source=$tree/tools/testing/selftests/livepatch
[[ -d $source/test_modules ]] || die "$tree has no selftests: upstream's come with the kernel's whole source only"
[[ $image ]] || die "$tree has no built image to boot"

work=$top/.build/upstream
rm -rf -- "$work"
mkdir -p -- "$work/stage/scripts" "$work/stage/modules"/{c,rust,broken}

# What upstream has, untouched.
cp -- "$source"/test-*.sh "$source/functions.sh" "$source/settings" "$work/stage/scripts/"
cp -- "$source"/*.c "$work/"
cp -R -- "$source/test_modules" "$work/c"
(cd -- "$source" && sha256sum -- test-*.sh functions.sh ./*.c test_modules/*.c) | sed 's/^/# sha256 /'

"${enter[@]}" make --no-print-directory -C "$tree" M="$work/c" modules >"$work/make.log" 2>&1 || {
	tail -n 20 -- "$work/make.log" >&2
	die "upstream's modules do not build for $release; the whole output is in $work/make.log"
}
# Static: the machine need not have the same C library.
for file in "$work"/*.c; do
	"${enter[@]}" cc -O2 -static -o "$work/stage/scripts/$(basename "$file" .c)" "$file"
done

# stage(SET, FROM, NAME) - put a module into a set, without debug information: the machine's memory is small
stage() {
	"${enter[@]}" strip --strip-debug -o "$work/stage/modules/$1/$3.ko" "$2"
}

twins=$output/selftests/test_modules
for module in "$work"/c/*.ko; do
	name=$(basename "$module" .ko)
	twin=$twins/$name/$name.ko
	[[ -s $twin ]] || die "$name has no twin in Rust at $twin: run make modules LIVEPATCH_SELFTESTS=1"
	stage c "$module" "$name"
	stage rust "$twin" "$name"
done

# The same in Rust, but for two that are broken. A module is known by the name inside: names of one length can be exchanged.
cp -- "$work/stage/modules/rust"/*.ko "$work/stage/modules/broken/"
sed -i 's/test_klp_callbacks_mod_exit/test_klp_callbacks_mod_EXIT/' "$work/stage/modules/broken/test_klp_callbacks_mod.ko"
stage broken "$twins/test_klp_stale/test_klp_stale.ko" test_klp_state
sed -i 's/test_klp_stale/test_klp_state/g' "$work/stage/modules/broken/test_klp_state.ko"

exec "$top/scripts/vm-run" "${vm[@]}" --timeout "$TIMEOUT" --tree "$work/stage:/upstream" \
	--file "$top/selftests/run-upstream.sh:/upstream/run-upstream.sh" \
	-- bash /upstream/run-upstream.sh /upstream c rust --broken broken
