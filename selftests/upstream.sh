#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Run upstream's livepatch selftests, as they are, in a virtual machine with the target kernel: against its own modules in C, as
# a control, and against our twins in Rust.
#
# Usage: selftests/upstream.sh
#
#   SOURCE=DIR  where the target kernel's source is; without it, in the directory of scripts/kernel, or the tree of KDIR itself
#
# Prints KTAP as run-upstream.sh does in the machine. The scripts, the helper and the modules in C come from the sources of the
# target kernel, and their checksums are printed. The twins have to be built: make modules LIVEPATCH_SELFTESTS=1.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../scripts/lib.sh
. "${BASH_SOURCE[0]%/*}/../scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../scripts/target.sh
. "$top/scripts/target.sh"

# How long the machine may run, in seconds.
: "${TIMEOUT:=3600}"

source=${SOURCE:-${kernel:+$kernel/source}}
source=${source:-$tree}
scripts=$source/tools/testing/selftests/livepatch
# Upstream built the modules together with the kernel, and for it alone, before it built them for any.
modules=$scripts/test_modules
[[ -d $modules ]] || modules=$source/lib/livepatch
[[ -e $scripts/functions.sh && -d $modules ]] ||
	die "no livepatch selftests in $source: SOURCE=<directory> says where the source of $release is"
[[ $image ]] || die "$tree has no built image to boot"

work=$top/.build/upstream/${output##*/}
rm -rf -- "$work"
mkdir -p -- "$work/stage/scripts" "$work/stage/modules"/{c,rust,broken}

# What upstream has, untouched. Not each version has programs that its scripts run.
shopt -s nullglob
programs=("$scripts"/*.c)
cp -- "$scripts"/test-*.sh "$scripts/functions.sh" "$scripts/settings" "$work/stage/scripts/"
cp -R -- "$modules" "$work/c"
(cd -- "$source" && sha256sum -- "${scripts#"$source/"}"/{test-*.sh,functions.sh,*.c} "${modules#"$source/"}"/*.c) |
	sed 's/^/# sha256 /'

# The configuration is asked for by the modules of the time when they were a part of the kernel's.
"${enter[@]}" make --no-print-directory -C "$tree" "${make_arch[@]}" M="$work/c" CONFIG_TEST_LIVEPATCH=m modules >"$work/make.log" 2>&1 || {
	tail -n 20 -- "$work/make.log" >&2
	die "upstream's modules do not build for $release; the whole output is in $work/make.log"
}
# Static: the machine need not have the same C library.
for program in "${programs[@]}"; do
	cp -- "$program" "$work/"
	"${enter[@]}" "${cross:+${cross}g}cc" -O2 -static -o "$work/stage/scripts/$(basename "$program" .c)" "$work/${program##*/}"
done

# stage(SET, FROM, NAME) - put a module into a set, without debug information: the machine's memory is small
stage() {
	"${enter[@]}" "${cross}strip" --strip-debug -o "$work/stage/modules/$1/$3.ko" "$2"
}

twins=$output/selftests/test_modules
built=("$work"/c/*.ko)
((${#built[@]})) || die "make built none of upstream's modules in $modules; what it said is in $work/make.log"
for module in "${built[@]}"; do
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
