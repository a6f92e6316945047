#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What klp-build makes of modules, as the tools see them that others use: readelf, strip, modinfo.
#
# Usage: selftests/host/klp_build.sh
#
# KERNEL, KDIR and BACKEND choose the kernel, as ever. The modules that were built for it are only read.

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
built=$output
# What the functions of klp-build.sh work on.
output=$work/output
mkdir -- "$output"
plan 20

# assemble(name) - make a module of the assembly on stdin, as Kbuild would link it
assemble() {
	cat >"$work/$1.s"
	# shellcheck disable=SC2016 # for the shell inside
	"${enter[@]}" bash -euc '
		as -o "$1.o" "$1.s"
		nm --undefined-only "$1.o" |
			sed -n "s/^ *U \(livepatch_unexported\..*\)$/--defsym=\1=0x5555555555555555/p" |
			xargs -r ld -r -o "$2" "$1.o"
		[[ -e $2 ]] || ld -r -o "$2" "$1.o"' assemble "$work/$1" "$output/$1.ko"
}

# livepatch() - assembly of what makes a module a livepatch
livepatch() {
	cat <<-'END'
		.section .modinfo, "a"
		.asciz "livepatch=Y"
		.asciz "license=GPL"
		.asciz "name=test"
		.asciz "vermagic=7.3.4 SMP"
		.section .livepatch.fixes, "a"
		.asciz "fix=one"
		.asciz "title=a title"
		.section .note.GNU-stack, "", @progbits
	END
}

# relocations(module) - the klp relocations of a module, as readelf says: section, offset, type and symbol
relocations() {
	"${enter[@]}" readelf --wide --relocs "$1" | awk '
		/^Relocation section/ { section = $3 }
		/klp\.sym|livepatch_unexported/ { print section, $1, $3, $5 }' | sort
}

# symbols(module) - the symbols that the livepatch core resolves: binding, section index, name
symbols() {
	"${enter[@]}" readelf --wide --syms "$1" | awk '/klp\.sym|livepatch_unexported/ { print $5, $7 $8, $9 }' | sort
}

# flags(module) - the flags of the sections of klp relocations, each once
flags() {
	"${enter[@]}" readelf --wide --section-headers "$1" | sed -n 's/^ *\[ *[0-9]*\] //p' |
		awk '/^\.klp\.rela\./ { print $2, $6, $7 }' | sort -u
}

{
	livepatch
	cat <<-'END'
		.text
		.globl replacement
		replacement:
		.quad livepatch_unexported.vmlinux.0.one
		.quad _printk
		.quad livepatch_unexported.af_packet.2.two.part.0
		.section .text.alone, "ax"
		local:
		.quad livepatch_unexported.vmlinux.0.one
		.section .debug_info, ""
		.quad livepatch_unexported.vmlinux.0.one
	END
} | assemble good
{
	livepatch
	cat <<-'END'
		.section .init.text, "ax"
		.quad livepatch_unexported.af_packet.0.two
	END
} | assemble late
cp -- "$output/good.ko" "$work/unlinked"

# refuses() - test that linking fails, and leave in $work/said what it says
refuses() {
	! link_modules >"$work/said" 2>&1
}

# says(module, line) - test that info prints a line
says() {
	"${enter[@]}" "$klp_build" info "$1" | grep --line-regexp --fixed-strings "$2"
}

ok 'a module that the kernel would resolve too late is an error' refuses
ok 'it says what is wrong' grep -F "late.ko: section .init.text, offset 0x0: it refers to two of af_packet" "$work/said"
ok 'the module is deleted' test ! -e "$output/late.ko"
ok 'the others are linked' grep -F 'good.ko: 2 unexported symbols, 3 klp relocations' "$work/said"
is 'the relocations are where the format document says' "$(relocations "$output/good.ko")" \
	"'.klp.rela.af_packet..text' 0000000000000010 R_X86_64_64 .klp.sym.af_packet.two.part.0,2
'.klp.rela.vmlinux..text' 0000000000000000 R_X86_64_64 .klp.sym.vmlinux.one,0
'.klp.rela.vmlinux..text.alone' 0000000000000000 R_X86_64_64 .klp.sym.vmlinux.one,0"
is 'so are their flags' "$(flags "$output/good.ko")" 'RELA 18 AIo'
symbols='GLOBAL OS[0xff20] .klp.sym.af_packet.two.part.0,2
GLOBAL OS[0xff20] .klp.sym.vmlinux.one,0'
is 'the symbols are the livepatch core'\''s' "$(symbols "$output/good.ko")" "$symbols"

before=$(stat --format=%Y.%i "$output/good.ko")
ok 'linking again' link_modules
is 'changes nothing' "$(stat --format=%Y.%i "$output/good.ko")" "$before"
for copy in first second; do
	cp -- "$work/unlinked" "$work/$copy"
	SOURCE_DATE_EPOCH=1 "${enter[@]}" "$klp_build" link "$work/$copy" >"$work/said"
done
ok 'the same module is linked to the same bytes' cmp "$work/first" "$work/second"

relocations "$output/good.ko" >"$work/relocations"
ok 'strip' "${enter[@]}" strip --strip-debug -o "$work/stripped" "$output/good.ko"
is 'keeps the relocations' "$(relocations "$work/stripped")" "$(<"$work/relocations")"
ok 'strip once more' "${enter[@]}" strip --strip-unneeded -o "$work/stripped_again" "$work/stripped"
is 'keeps them too' "$(relocations "$work/stripped_again")" "$(<"$work/relocations")"
is 'and the symbols' "$(symbols "$work/stripped_again")" "$symbols"
is 'modinfo reads it' "$("${enter[@]}" modinfo --field vermagic "$output/good.ko")" '7.3.4 SMP'
ok 'so does info' says "$work/stripped" 'one: a title'

# What was built has been linked.
output=$built
mapfile -d '' modules < <(find "$output/patches" -name '*.ko' -print0)
ok 'modules are built' test "${#modules[@]}" -gt 0

# all_linked() - test that no symbol waits to be linked in what was built; debug information may name some
all_linked() {
	"${enter[@]}" nm "${modules[@]}" >"$work/nm"
	! grep --fixed-strings "$unlinked_prefix" "$work/nm"
}

# all_notes() - test that each says for which kernel it is
all_notes() {
	local module
	for module in "${modules[@]}"; do
		says "$module" "kernel    $release" || { echo "$module"; return 1; }
	done
}

ok 'none of them is unlinked' all_linked
ok 'each has a note that says for which kernel it is' all_notes

done_testing
