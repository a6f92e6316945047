#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Cut the power of a machine while livepatches are installed and uninstalled, and while it boots: what is installed is then what
# was, or what was to be, to the byte; the file system is sound; the machine boots again.
#
# Usage: selftests/host/power_cut.sh [CUTS]
#
#   CUTS  how often QEMU is killed, 3 if it is not said; every third time during a boot, or else after STOPS more
#         moments, at each of which it is stopped and what is on the disk is looked at: that is what a cut would leave
#   STOPS how many, 5 if it is not set
#   SEED  chooses the moments; random, and printed, if it is not set
#
# KERNEL and BACKEND choose the kernel, as ever.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=systemd.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/systemd.sh"

cuts=${1:-3}
stops=${STOPS:-5}
seed=${SEED:-$((RANDOM * 32768 + RANDOM))}
host_packages e2fsck=e2fsprogs debugfs=e2fsprogs
bring patches/cmdline/cmdline.ko patches/cumulative/cumulative.ko
plan $((cuts * 3 + 1))
echo "# SEED=$seed"
RANDOM=$seed

# Says what it is about to do, and that it has done it; a write to the output is out before the program goes on.
cat >"$work/stage/loop.sh" <<'END'
set -euo pipefail
klp boot --clear >/dev/null
systemctl --quiet enable kpatch.service
# Asking for it again each time would take most of the time.
mkdir /run/no-systemctl
ln -s /bin/true /run/no-systemctl/systemctl
PATH=/run/no-systemctl:$PATH
release=$(uname -r)
echo booted
while :; do
	for name in cmdline cumulative cmdline cumulative; do
		if [[ -e /var/lib/kpatch/$release/$name.ko ]]; then
			echo "uninstall $name"
			kpatch uninstall "$name" >/dev/null
		else
			echo "install $name"
			kpatch install "/livepatch/$name.ko" >/dev/null
		fi
		echo done
	done
done
END

# qemu - print the process of the machine
qemu() {
	local process words
	for process in /proc/[0-9]*; do
		[[ $(cat "$process/comm" 2>/dev/null) = qemu-system* ]] || continue
		mapfile -d '' -t words 2>/dev/null <"$process/cmdline" || continue
		[[ " ${words[*]-} " != *"file=$disk "* ]] || printf '%s\n' "${process#/proc/}"
	done
}

# until_true(seconds, command...) - wait for a command to succeed
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.05
	done
}

runs() { [[ $(qemu) ]]; }
has_booted() { grep --quiet '^booted$' "$work/out"; }
wait_ms() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }
now_ms() { date +%s%3N; }

# stop(signal) - stop the machine, let what it has said before be read, and send it a signal
stop() {
	local pid
	pid=$(qemu)
	# Without one it has ended by itself, which its status tells.
	[[ ! $pid ]] || kill -s STOP "$pid"
	sleep 1
	cp --sparse=always -- "$disk" "$work/copy.img"
	cp -- "$work/out" "$work/said"
	[[ ! $pid ]] || kill -s "$1" "$pid"
}

# installed(directory) - print what is installed: each file and its checksum; names with a dot are found by nobody
installed() {
	(cd -- "$1" 2>/dev/null && find . -type f ! -name '.*' -exec sha256sum {} + | sort -k 2) || true
}

# look - let the file system be checked on a copy of the disk, as the next boot does, and set `found` to what is installed there
look() {
	rm -rf -- "$work/found"
	fsck=0
	e2fsck -p "$work/copy.img" >"$work/fsck" 2>&1 || fsck=$?
	mkdir -- "$work/found"
	debugfs -R "rdump /var/lib/kpatch $work/found" "$work/copy.img" >/dev/null 2>&1 || true
	debugfs -R "rdump /var/lib/klp $work/found" "$work/copy.img" >/dev/null 2>&1 || true
	found=$(installed "$work/found/kpatch")
	# What is remembered of boots is whole too, if there is anything.
	record=whole
	[[ ! -e $work/found/klp/boot || $(tail -c 4 "$work/found/klp/boot" | tr -d ' \n') = ']}' ]] || record=torn
}

# state(name...) - print what is installed if these are
state() {
	local name
	rm -rf -- "$work/want"
	mkdir -p -- "$work/want/$release"
	for name; do
		cp -- "$work/stage/$name.ko" "$work/want/$release/"
	done
	installed "$work/want"
}

# without(name, name...) - print the names without the first
without() {
	local name all=("${@:2}")
	for name in "${all[@]}"; do
		[[ $name = "$1" ]] || printf '%s\n' "$name"
	done
}

# replay(name...) - with these installed at the beginning, set `before` and `after` to what was before and is after the last change
# that the machine has told of; they are the same if it is done
replay() {
	local word name
	before=("$@") after=("$@") operation='' changes=0
	while read -r word name; do
		case $word in
		install | uninstall)
			operation="$word $name"
			changes=$((changes + 1))
			before=("${after[@]}")
			if [[ $word = install ]]; then
				after+=("$name")
			else
				mapfile -t after < <(without "$name" "${before[@]}")
			fi
			;;
		done) operation='' before=("${after[@]}") ;;
		esac
	done <"$work/said"
}

# judge(where) - say whether a copy of the disk has the state before or that after the last change; leaves what it is in `names`
judge() {
	look
	replay "${base[@]}"
	if [[ $found = "$(state "${before[@]}")" ]]; then
		names=("${before[@]}") which=old
	elif [[ $found = "$(state "${after[@]}")" ]]; then
		names=("${after[@]}") which=new
	else
		which=neither
	fi
	echo "# $1, change $changes${operation:+, in $operation}: $which; record $record"
	if [[ $which = neither ]]; then
		printf '# found:\n%s\n# before: %s\n# after: %s\n' "$found" "${before[*]}" "${after[*]}" | sed 's/^[^#]/# &/'
	fi
	if ((fsck > 1)); then
		note "$work/fsck"
	fi
	[[ $which != neither && $record = whole ]] && ((fsck <= 1))
}

names=()
# How long it takes to boot, until something better is known.
boot_ms=20000
for ((i = 1; i <= cuts; i++)); do
	base=("${names[@]}")
	start=$(now_ms)
	# What an earlier one has written must not be taken for its output.
	: >"$work/out"
	(
		machine -- bash /livepatch/loop.sh
		echo "$status" >"$work/status"
	) &
	job=$!
	until_true 120 runs || true
	bad=0
	if ((i % 3 == 0)); then
		moment=$(((RANDOM * 32768 + RANDOM) % boot_ms))
		wait_ms "$moment"
		where="$moment ms after the machine was switched on"
	else
		until_true "$BOOT_TIMEOUT" has_booted || bad=1
		boot_ms=$(($(now_ms) - start))
		for ((k = 1; k <= stops && ! bad; k++)); do
			wait_ms $((RANDOM % 1500))
			stop CONT
			judge "cut $i: stop $k" || bad=1
		done
		moment=$((RANDOM % 1500))
		wait_ms "$moment"
		where="$moment ms after that"
	fi
	stop KILL
	wait "$job" || true
	is "cut $i: it has booted, and there was always the old state or the new one" "$bad" 0
	# 126: it died.
	is "cut $i: the machine has gone off, and nothing else has ended it" "$(<"$work/status") $(<"$work/err")" "126 $(<"$work/err")"
	result=0
	judge "cut $i: $where" || result=$?
	is "cut $i: it is the old state or the new one, in a sound file system" "$result" 0
done

# shellcheck disable=SC2016 # for the shell inside
machine -- bash -ec 'klp history >/dev/null; dmesg | grep "EXT4-fs error" && exit 1; systemctl is-active multi-user.target'
said 'the machine boots after all that' 0
done_testing
