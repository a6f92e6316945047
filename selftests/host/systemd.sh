# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables of and for those who source it, and of target.sh
#
# A machine with systemd and a disk of its own, for tests of what klp does when it boots. Sourced after lib.sh of this directory.
#
#   KLP=FILE  the program klp, if it is there already, for the machine's Debian 13; otherwise it is built

# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$TOP/scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/target.sh
. "$TOP/scripts/target.sh"

# How long a boot, the command and the shutdown may take. Busy machines under emulation are slow.
: "${BOOT_TIMEOUT:=900}"

[[ $image ]] || skip_all "$tree has no built image to boot"
[[ ${KDIR-} ]] && skip_all "the modules of KDIR=$KDIR are not laid out as installed, and the disk needs some"

if [[ ! ${KLP-} ]]; then
	"$TOP/scripts/stage-klp" "$work/built" >&2
	KLP=$work/built/klp/klp
fi
KLP=$KLP DESTDIR=$work/installed PREFIX=/usr/local "$TOP/scripts/install" >&2
disk=$work/disk.img
cp --sparse=always -- "$("$TOP/scripts/vm-disk")" "$disk"
mkdir -- "$work/stage"

# bring(module...) - have modules on the machine, in /livepatch
bring() {
	local module
	for module; do
		if [[ ! -f $output/$module ]]; then
			skip_all "$module is not built: LIVEPATCH_SELFTESTS=1 make modules"
		fi
		"${enter[@]}" strip --strip-debug -o "$work/stage/${module##*/}" "$output/$module"
	done
}

# machine(option..., --, command...) - boot, run a command, and shut down; leaves `status`, $work/out, $work/err and $work/log
machine() {
	status=0
	"$TOP/scripts/vm-run" "${vm[@]}" --disk "$disk" --tree "$work/installed/usr/local:/usr/local" \
		--tree "$work/stage:/livepatch" --log "$work/log" --timeout "$BOOT_TIMEOUT" "$@" \
		>"$work/out" 2>"$work/err" </dev/null || status=$?
}

# said(name, wanted status) - test how a boot has ended, and show what it said if it is another way
said() {
	if [[ $status == "$2" ]]; then
		is "$1" "$status" "$2"
	else
		is "$1" "status $status: $(tail -n 40 -- "$work/out" "$work/err")" "$2"
	fi
}

# line(name, value) - test what is in the output after `name: `
line() {
	is "$1" "$(sed -n "s/^$2: //p" "$work/out")" "$3"
}
