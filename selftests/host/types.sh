#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What klp-build check says of replacements whose types are wrong, and of functions that are inlined, on real modules and with the
# real kernel.
#
# Usage: selftests/host/types.sh
#
# KERNEL or KDIR chooses the kernel. The modules are those of selftests/types. What is expected of types_wrong.ko is in
# types_wrong.expected: a function and, as a pattern of the shell, what is said of it.

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
[[ ${kernel-} ]] || skip_all 'what is known of the kernel of KDIR is not enough to compare types'

mods=$work/modules
mkdir -- "$mods"
cp -- "$TOP"/selftests/types/{Kbuild,*.c,*.h} "$mods/"
"${enter[@]}" make --no-print-directory -C "$tree" M="$mods" CONFIG_DEBUG_INFO_BTF_MODULES= modules \
	>"$work/make.log" 2>&1 || {
	tail -n 20 -- "$work/make.log" >&2
	die "the modules of selftests/types do not build for $release"
}
# A file of the kernel, if its source is there: compiled alone, it shows what the compiler inlined.
source=$tree/fs/seq_file.c
if [[ -e $source ]]; then
	mkdir -- "$work/file"
	cp -- "$source" "$work/file/"
	echo 'obj-m := seq_file.o' >"$work/file/Kbuild"
	"${enter[@]}" make --no-print-directory -C "$tree" M="$work/file" seq_file.o >"$work/make.log" 2>&1 || {
		tail -n 20 -- "$work/make.log" >&2
		die "$source does not compile for $release"
	}
fi
# The patched module among those of the kernel.
library=$work/lib
mkdir -p -- "$library/kernel"
cp -- "$mods/types_target.ko" "$library/kernel/"

# said(rule, argument...) - what klp-build check says that begins like this
said() {
	local rule=$1
	shift
	"${enter[@]}" "$klp_build" check --kernel "$kernel" "$@" 2>&1 | sed -n "s|^$mods/[^:]*: ||p" | grep -E -- "$rule" || true
}

mapfile -t expected < <(grep -v '^#' "$TOP/selftests/types/types_wrong.expected")
plan "$((${#expected[@]} + 8))"

wrong=$(said prototype "$mods/types_wrong.ko")
for line in "${expected[@]}"; do
	read -r function pattern <<<"$line"
	found=$(grep -F -- ": $function: its replacement has another prototype: " <<<"$wrong" || true)
	# shellcheck disable=SC2053 # a pattern it is
	[[ ${found#*prototype: } != $pattern ]] || found=$pattern
	is "$function is refused" "$found" "$pattern"
done
is 'nothing else is' "$(grep -c 'another prototype' <<<"$wrong")" "${#expected[@]}"

is 'what agrees is not' "$(said prototype "$mods/types_right.ko")" ''
"${enter[@]}" objcopy --strip-debug "$mods/types_wrong.ko" "$mods/types_stripped.ko"
is 'without debug information, they are not compared' "$(said prototype "$mods/types_stripped.ko" | sed 's/, since.*//')" \
	'not checked: the prototypes of its functions'

# How the file is called depends on the kernel's build system.
copies=$(said 'inlined into' --modules "$library" "$mods/types_copies.ko" | grep -v types_gone | sed 's|([^ ()]*/|(|g')
is 'an inlined function of a module is refused, but for its copies that are gone' "$copies" \
	"types_target: types_inlined: it is inlined into types_caller (types_target.c), types_other_caller (types_target.c) as well, which go on with the old code: replace those functions too, or instead"
if [[ -e $source ]]; then
	copies=$(said 'seq_putc: it is inlined' --modules "$library" --vmlinux "$work/file/seq_file.o" "$mods/types_copies.ko")
	ok 'a file that was compiled alone shows what is inlined' grep -q 'seq_put_decimal_ull_width (' <<<"$copies"
else
	ok 'a file that was compiled alone shows what is inlined # SKIP the source is not there' true
fi
"${enter[@]}" objcopy --strip-debug "$library/kernel/types_target.ko"
hints=$(said 'this is a heuristic' --modules "$library" "$mods/types_copies.ko" | cut -d : -f 2)
is 'without debug information, a function that nothing calls is warned of' "$(grep types <<<"$hints")" ' types_gone'
if [[ $(said 'do_mount' --modules "$library" "$mods/types_copies.ko") == *'no symbol of this name'* ]]; then
	ok 'so is one of the kernel # SKIP it has no such function' true
else
	is 'so is one of the kernel' "$(grep do_mount <<<"$hints")" ' do_mount'
fi
is 'its absence is no reason to refuse' "$(said 'seq_putc: it is inlined' --modules "$library" "$mods/types_copies.ko")" ''
done_testing
