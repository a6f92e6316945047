#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Each system call of install, uninstall, load and unload that can fail does fail, one after the other: there is a message, the
# status is right, and what is there is what was before or what is to be.
#
# Usage: faults.sh KPATCH [EACH [OPERATION...]]
#
#   KPATCH  ours: a link to klp of that name
#   EACH    inject only into each EACHth call; 1 for all of them
#   OPERATION  install, uninstall, load, unload; all of them without

. "$(dirname "$0")/../lib.sh"
KPATCH=${1:?our kpatch, please}
readonly KPATCH EACH=${2:-1}
type -P strace >/dev/null || skip_all 'there is no strace'
[[ -d $LIVEPATCH ]] || skip_all 'this kernel has no livepatches'

readonly CALLS=openat,openat2,read,write,fsync,fdatasync,fstat,newfstatat,statx,getdents64,flock,ftruncate,fchmod,mkdirat,renameat
readonly MORE=renameat2,unlinkat,readlinkat,init_module,delete_module
RELEASE=$(uname -r)
readonly RELEASE STORE=/var/lib/kpatch
work=$(mktemp -d)
readonly work
cp "$(module_file cmdline)" "$work"

# state() - print what is there
state() {
	ls $LIVEPATCH 2>/dev/null
	find $STORE -type f 2>/dev/null || true
}

# reset() - take everything back
reset() {
	if [[ -e $LIVEPATCH/cmdline ]]; then
		# One that could not be watched goes out by itself.
		if [[ $(cat "$LIVEPATCH/cmdline/enabled" 2>/dev/null || true) = 0 ]]; then
			until_true "$TRANSITION_TIMEOUT" test ! -e "$LIVEPATCH/cmdline"
		fi
		unload cmdline
	fi
	rmmod cmdline 2>/dev/null || true
	rm -rf $STORE
}

# Before each operation, and what it is.
prepare_install() { :; }
prepare_uninstall() {
	mkdir -p "$STORE/$RELEASE"
	cp "$work/cmdline.ko" "$STORE/$RELEASE"
}
prepare_load() { :; }
prepare_unload() {
	load cmdline
}
declare -A arguments=(
	[install]="install $work/cmdline.ko"
	[uninstall]='uninstall cmdline'
	[load]="load $work/cmdline.ko"
	[unload]='unload cmdline'
)

# run(operation, option of strace...) - run it from the beginning; `status`, `old` and `new` are what comes of it
run() {
	local words
	read -ra words <<<"${arguments[$1]}"
	shift
	reset
	"prepare_$operation"
	old=$(state)
	status=0
	timeout --kill-after=5 240 strace -qq -o "$work/trace" "$@" "$KPATCH" "${words[@]}" >"$work/out" 2>"$work/err" </dev/null || status=$?
	new=$(state)
}

# verdict() - whether what has come of it is right, and if not, why
verdict() {
	if ((status != 0 && status != 1)); then
		echo "status $status"
	elif grep -q 'panicked' "$work/err"; then
		echo 'panicked'
	elif ((status == 1)) && ! grep -q '^kpatch: ' "$work/err"; then
		echo 'no message'
	elif ((status == 0)) && [[ $new != "$wanted" ]]; then
		echo 'it succeeded, and is not done'
	elif [[ $new != "$wanted" && $new != "$old" ]]; then
		echo "half done: $new"
	fi
}

operations=("${@:3}")
((${#operations[@]})) || operations=(install uninstall load unload)
plan "${#operations[@]}"
for operation in "${operations[@]}"; do
	run "$operation" -e "trace=$CALLS,$MORE"
	wanted=$new
	first=$status
	cp "$work/trace" "$work/calls"
	# What the dynamic linker does is not ours: the program begins when it opens the root.
	begin=$(grep -n 'O_PATH|O_DIRECTORY\|O_DIRECTORY|O_PATH\|O_CLOEXEC|O_PATH' "$work/calls" | head -n 1 | cut -d: -f1)
	faults=0
	bad=
	number=0
	declare -A seen=()
	while IFS= read -r line; do
		number=$((number + 1))
		# A signal, or the end of a child, is no call.
		[[ $line = [a-z]* ]] || continue
		call=${line%%(*}
		seen[$call]=$((${seen[$call]-0} + 1))
		((number >= begin && number % EACH == 0)) || continue
		error=EIO
		case $call in
		openat | openat2 | mkdirat) error=EACCES ;;
		write | ftruncate) error=ENOSPC ;;
		init_module) error=ENOEXEC ;;
		delete_module) error=EAGAIN ;;
		flock) error=ENOLCK ;;
		esac
		run "$operation" -e "inject=$call:error=$error:when=${seen[$call]}"
		faults=$((faults + 1))
		wrong=$(verdict)
		if [[ $wrong ]]; then
			bad+="$call ${seen[$call]}: $wrong; $line; $(tail -n 2 "$work/err")"$'\n'
		fi
	done <"$work/calls"
	note "$operation: $faults faults"
	ok "$operation is done, or not, whatever fails" test "$first" = 0 -a -z "$bad" -a "$faults" -gt 0
	[[ -z $bad ]] || note "$bad"
	unset seen
done
reset
rm -rf "$work"
done_testing
