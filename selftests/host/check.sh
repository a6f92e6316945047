#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# klp-build check on real modules that are wrong on purpose, against the real kernel: each refusal, with all it says.
#
# Usage: selftests/host/check.sh
#
# KERNEL or KDIR chooses the kernel. The modules are those of selftests/check. What modpost, or the link, would not let pass is
# made of a good one by a small edit. What is expected is in selftests/check/<case>.expected: a line for each finding, with
# patterns of the shell for what differs between kernels; one that begins with `?` need not be there.

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
[[ ${kernel-} ]] || skip_all 'what is known of the kernel of KDIR is not enough to compare all findings'
check=("${enter[@]}" "$klp_build" check --kernel "$kernel")

cases=$TOP/selftests/check
mods=$work/modules
mkdir -- "$mods"
cp -- "$cases"/{Kbuild,*.c,*.h} "$mods/"
"${enter[@]}" make --no-print-directory -C "$tree" M="$mods" LIVEPATCH_RUST="$TOP/rust" CONFIG_DEBUG_INFO_BTF_MODULES= modules \
	>"$work/make.log" 2>&1 || {
	tail -n 20 -- "$work/make.log" >&2
	die "the modules of selftests/check do not build for $release"
}

# variant(name, from) - begin a module that is made of another: prints its file, which keeps the name of what it is made of
variant() {
	mkdir -p -- "$work/$1"
	cp -- "$mods/$2.ko" "$work/$1/"
	printf '%s\n' "$work/$1/$2.ko"
}

# with_modinfo(file, sed script) - edit the .modinfo of a module, an entry a line
with_modinfo() {
	"${enter[@]}" objcopy -O binary --only-section .modinfo --set-section-flags .modinfo=alloc "$1" "$work/modinfo"
	tr '\0' '\n' <"$work/modinfo" | sed "$2" | tr '\n' '\0' >"$work/modinfo.new"
	"${enter[@]}" objcopy --update-section .modinfo="$work/modinfo.new" "$1"
}

# expect(case, argument...) - compare what klp-build check says with what is expected
expect() {
	local name=$1 said expected line pattern not_found='' unexpected='' found
	shift
	said=$("${check[@]}" "$@" 2>&1) || true
	mapfile -t expected < <(grep -v '^#' "$cases/$name.expected")
	while IFS= read -r line; do
		# Where the file is, depends on the machine.
		line=${line#"$work"/*.ko: }
		# Types, and what was inlined, have tests of their own.
		[[ $line != 'does not fit'* && $line != 'not checked: the prototypes of '* ]] || continue
		found=
		for pattern in "${expected[@]}"; do
			# shellcheck disable=SC2053 # a pattern it is
			[[ $line != ${pattern#\?} ]] || found=1
		done
		[[ $found ]] || unexpected+="$line"$'\n'
	done <<<"$said"
	for pattern in "${expected[@]}"; do
		[[ $pattern != \?* ]] || continue
		found=
		while IFS= read -r line; do
			# shellcheck disable=SC2053 # a pattern it is
			[[ ${line#"$work"/*.ko: } != $pattern ]] || found=1
		done <<<"$said"
		[[ $found ]] || not_found+="$pattern"$'\n'
	done
	is "$name: nothing else is found" "$unexpected" ''
	is "$name: everything is found" "$not_found" ''
}

# status(name, want, argument...) - test the exit status
status() {
	local name=$1 want=$2 status=0
	shift 2
	"${check[@]}" "$@" >"$work/said" 2>&1 || status=$?
	is "$name: exit status" "$status" "$want"
}

# refused(name, sed script) - test what is said of a livepatch with that in its .modinfo
refused() {
	local file
	file=$(variant "$1" check_good)
	with_modinfo "$file" "$2"
	expect "$1" "$file"
}

# poke(file, offset, byte...) - write bytes, in octal, into a file
poke() {
	local file=$1 offset=$2
	shift 2
	# shellcheck disable=SC2059 # the bytes are for printf
	printf "$(printf '\\%s' "$@")" | dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
}

# field(file, section, offset) - where a field of the header of a section is in the file
field() {
	local table index
	table=$("${enter[@]}" readelf --wide --file-header "$1" | sed -n 's/.*Start of section headers: *\([0-9]*\).*/\1/p')
	index=$("${enter[@]}" readelf --wide --sections "$1" | sed -n "s/^ *\[ *\([0-9]*\)\] $2 .*/\1/p")
	echo "$((table + index * 64 + $3))"
}

versions=
! grep --quiet '^CONFIG_MODVERSIONS=y' "$kernel/config" || versions=1
plan "$((83 + (versions ? 4 : 2)))"

status 'a livepatch that fits' 0 "$mods/check_good.ko"
expect good "$mods/check_good.ko"
status 'one that does not' 1 "$mods/check_functions.ko"
status 'no module' 2 "$mods/Kbuild"

# What it says of itself.
refused no_livepatch '/^livepatch=/d'
refused livepatch_value 's/^livepatch=Y/livepatch=1/'
refused license 's/^license=.*/license=Proprietary/'
refused vermagic 's/^vermagic=[^ ]*/vermagic=2.6.32/'
refused no_vermagic '/^vermagic=/d'
refused no_name '/^name=/d'
refused name_of_file 's/^name=.*/name=check_another/'
refused name_taken 's/^name=.*/name=pktgen/'
refused name_too_long 's/^name=.*/name=check_good_is_a_name_that_has_more_bytes_than_a_kernel_takes/'
refused depends 's/^depends=.*/depends=can/'

# What it replaces.
expect functions "$mods/check_functions.ko"
expect run_time "$mods/check_run_time.ko"
expect no_end "$mods/check_no_end.ko"
expect kpatch "$mods/check_kpatch.ko"
expect klp_build "$mods/check_klp_build.ko"

# What it uses.
expect used "$mods/check_used.ko"
file=$(variant not_exported check_used)
"${enter[@]}" objcopy --redefine-sym can_send=no_such_symbol_anywhere --redefine-sym crypto_cipher_setkey=saved_command_line "$file"
expect not_exported "$file"
file=$(variant namespace check_used)
with_modinfo "$file" 's/^import_ns=.*/import_ns=OTHER/'
expect namespace "$file"
if [[ $versions ]]; then
	file=$(variant symbol_version check_good)
	"${enter[@]}" objcopy -O binary --only-section __versions --set-section-flags __versions=alloc "$file" "$work/versions"
	poke "$work/versions" 0 252 253 254 255
	"${enter[@]}" objcopy --update-section __versions="$work/versions" "$file"
	expect symbol_version "$file"
	file=$(variant no_symbol_versions check_good)
	"${enter[@]}" objcopy --rename-section __versions=.versions "$file"
	expect no_symbol_versions "$file"
else
	file=$(variant no_modversions check_good)
	"${enter[@]}" objcopy --add-section __versions=/dev/null "$file"
	expect good "$file"
fi

# klp relocations, before and after the link.
expect unlinked "$mods/check_linked.ko"
"${enter[@]}" "$klp_build" link "$mods"/check_{linked,klp}.ko >"$work/link.log" 2>&1 || note "$work/link.log"
expect linked "$mods/check_linked.ko"
expect klp "$mods/check_klp.ko"

# edited(case, sed script) - test what is said of linked relocations after an edit that keeps all lengths
edited() {
	local file
	file=$(variant "$1" check_linked)
	sed --in-place "$2" "$file"
	expect "$1" "$file"
}

edited klp_too_early 's/\.klp\.sym\.vmlinux\.saved_command_line,/.klp.sym.can_raw.saved_command_line,/'
edited klp_vmlinux_in_module 's/\.klp\.rela\.vmlinux\.\.text/.klp.rela.can_raw..text/'
edited klp_not_loaded 's/\.klp\.sym\.can_raw\.raw_notifier_list,/.klp.sym.dm_raid.raw_notifier_list,/'
edited klp_object_missing 's/\.klp\.sym\.can_raw\.raw_notifier_list,/.klp.sym.nowhere.raw_notifier_list,/'
edited klp_symbol_name 's/\.saved_command_line,0/.saved_command_line,x/'
edited klp_section 's/\.klp\.rela\.vmlinux\.\.text/.klp.rela_vmlinux_.text/'
edited klp_section_name 's/\.klp\.rela\.vmlinux\.\.text/.klp.rela.vmlinux..data/'

file=$(variant klp_no_flag check_linked)
poke "$file" "$(field "$file" .klp.rela.can_raw..text 10)" 000
expect klp_no_flag "$file"
file=$(variant klp_no_alloc check_linked)
poke "$file" "$(field "$file" .klp.rela.can_raw..text 8)" 100
expect klp_no_alloc "$file"
file=$(variant klp_no_target check_linked)
poke "$file" "$(field "$file" .klp.rela.can_raw..text 44)" 000
expect klp_no_target "$file"
file=$(variant klp_no_relocations check_linked)
poke "$file" "$(field "$file" .klp.rela.can_raw..text 4)" 001
expect klp_no_relocations "$file"

# What the kernel reads too early. The link refuses most of it.
expect special "$mods/check_special.ko"

# Several livepatches.
status 'two that fight' 1 "$mods/check_good.ko" "$mods/check_other.ko"
expect stack --stack "$mods/check_good.ko" "$mods/check_other.ko"
expect name_in_stack --stack "$mods/check_good.ko" "$mods/check_good.ko"
expect replaced --stack "$mods/check_good.ko" "$mods/check_replace.ko"
expect state_version --stack "$mods/check_state2.ko" "$mods/check_state1.ko"
expect state_missing --stack "$mods/check_state2.ko" "$mods/check_replace.ko"
status 'each for itself' 0 --each "$mods/check_good.ko" "$mods/check_other.ko"

done_testing
