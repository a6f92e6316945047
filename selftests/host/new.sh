#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What `make new` makes of functions of the real kernel builds as it is, and fits; and what it says where it makes nothing.
#
# Usage: selftests/host/new.sh
#
# KERNEL or KDIR, and BACKEND, choose the kernel, as ever. `make new` puts the livepatches into patches/, which is a copy here: another
# kernel's build of the same checkout, at the same time, must not see them come and go.

set -euo pipefail
if [[ ${1-} != --private ]]; then
	namespace=(unshare --mount)
	((EUID == 0)) || namespace=(unshare --user --map-root-user --mount)
	exec "${namespace[@]}" -- "${BASH_SOURCE[0]}" --private
fi

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$TOP/scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/target.sh
. "$TOP/scripts/target.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/klp-build.sh
. "$TOP/scripts/klp-build.sh"

find_klp_build
[[ $klp_build ]] || skip_all "there is no klp-build: $why_no_klp_build"
[[ ${kernel-} ]] || skip_all 'what is known of the kernel of KDIR is not enough'

cp --archive -- "$TOP/patches" "$work/patches"
mount --bind -- "$work/patches" "$TOP/patches"
# The first one is called like its function, as is usual.
made=(default_llseek new_of_module)
for name in "${made[@]}"; do
	[[ ! -e $TOP/patches/$name ]] || die "patches/$name is there already, and this test makes one of its own"
done
trap 'rm -rf -- "${made[@]/#/"$output/patches/"}" "$work"' EXIT
plan 15

# new(variable...) - make new, as its user does; what it says is kept
new() {
	make --no-print-directory -C "$TOP" new "$@" >"$work/said" 2>&1
}

# fits(name) - test that a livepatch was checked when it was built
fits() {
	grep --fixed-strings "/$1/$1.ko: fits $release (1 function)" "$work/built"
}

# build() - build the livepatches of patches/, and keep what is said
build() {
	local status=0
	"$TOP/scripts/modules" modules >"$work/built" 2>&1 || status=$?
	((status == 0)) || cat "$work/built"
	return "$status"
}

# refused(pattern, variable...) - test that nothing is made, and what is said
refused() {
	local pattern=$1
	shift
	if new "$@"; then
		echo 'it was made'
		return 1
	fi
	cat "$work/said"
	grep --quiet --regexp="$pattern" "$work/said"
}

ok 'a function of the kernel' new FUNCTION=default_llseek
is 'it says what was made' "$(<"$work/said")" patches/default_llseek
ok 'a static function of a module' new FUNCTION=pgctrl_show OBJECT=pktgen NAME=new_of_module
ok 'both build as they are' build
for name in "${made[@]}"; do
	ok "$name fits" fits "$name"
done
ok 'a livepatch that is there stays' refused 'patches/default_llseek is there already: .*(NAME=' FUNCTION=default_llseek
rm -r -- "$TOP/patches/default_llseek"
ok 'without one of them, the others are built' build
ok 'and nothing is left of it' test ! -e "$output/patches/default_llseek"
ok 'no such function' refused 'vmlinux has no function default_lseek; did you mean default_llseek' FUNCTION=default_lseek
ok 'a function of another object' refused 'it is in pktgen: give --object pktgen (OBJECT=pktgen for make)' FUNCTION=pgctrl_show
ok 'several functions of a name' refused 'functions init_once: 1 at .*(SYMPOS=N ' FUNCTION=init_once
ok 'a function that is gone' refused 'start_kernel of vmlinux cannot be replaced: it is __init' FUNCTION=start_kernel
ok 'a function without a site' refused 'no ftrace site, .*: replace the functions that call it' FUNCTION=native_write_msr
ok 'a variable' refused 'it is a .*, not a function' FUNCTION=linux_banner
done_testing
