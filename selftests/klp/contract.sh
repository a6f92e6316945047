#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Our kpatch next to Debian's: the same scenarios on the same kernel, and what they print and their statuses are the same.
#
# Usage: contract.sh KPATCH
#
#   KPATCH  ours: a link to klp of that name
#
# Debian's is in the PATH. What may differ is taken out or made the same before the two are compared, in normalise().

. "$(dirname "$0")/../lib.sh"
OURS=${1:?our kpatch, please}
THEIRS=$(type -P kpatch) || skip_all 'there is no kpatch to compare with'
readonly OURS THEIRS
[[ -d $LIVEPATCH ]] || skip_all 'this kernel has no livepatches'

RELEASE=$(uname -r)
readonly RELEASE STORE=/var/lib/kpatch
readonly HOLD=/sys/module/test_stall_target/parameters/hold
work=$(mktemp -d)
readonly work
cd "$work"

# The modules that the scenarios load, in the directory where they run.
for name in cmdline test_klp_livepatch test_stall_patch test_params; do
	cp "$(module_file "$name")" .
done
cp cmdline.ko my-fix.ko
cp "$(module_file test_stall_target)" ordinary.ko
head -c 4096 cmdline.ko >damaged.ko
echo 'no module' >text.ko
: >empty.ko
cp cmdline.ko cmdline.txt
# For another kernel, of a release of the same length.
other=${RELEASE//[0-9]/9}
sed "s/vermagic=$RELEASE/vermagic=$other/" cmdline.ko >other.ko
readonly other

# normalise - make the same what may differ
#
# - The version is the package's, and ours that of the last kpatch.
# - Its table of functions came with 0.9.11; ours is compared with what sysfs says.
# - Where the two look at the time depends on when they were started.
# - A reason before kpatch's own words: theirs is that of insmod, the shell, readelf or modinfo, or there is none.
# - Whether a transition has ended before the first look at it is chance, except where a scenario holds it: `keep` is set then.
# - So it is whether the kernel has let go of a module before the first look at its reference count.
# - The addresses in stacks are those of the moment.
normalise() {
	sed -E \
		-e 's/^0\.9\.[0-9]+$/VERSION/' \
		-e 's/transition complete \([0-9]+ seconds\)/transition complete (N seconds)/' \
		-e 's/^      list installed patch modules.*/LIST/' \
		-e "/^      'stack_order' sysfs attribute/d; /^      functions\$/d" \
		-e 's/^\[<0>\] .*/FRAME/' \
		-e '/^waiting \(up to 15 seconds\) for module refcount\.\.\.$/d' \
		-e '/^(readelf|modinfo|insmod|sh|bash|cat|rm|cp): /d' \
		-e '/^[^ ]*kpatch: line [0-9]+: /d' \
		-e '/^kpatch: (cannot |[^ ]*\.ko: )/d' |
		awk -v keep="$keep" '
			waiting != "" {
				quick = /^transition complete/ && !keep
				if (!quick) print waiting
				waiting = ""
				if (quick) next
			}
			/^waiting \(up to [0-9]+ seconds\) for patch transition/ { waiting = $0; next }
			/^Currently livepatched functions:$/ { skip = 1; blank = 0; next }
			/^\[stderr\]$/ { skip = 0 }
			skip || ($0 == "FRAME" && last == "FRAME") { next }
			blank { print ""; blank = 0 }
			{ last = $0 }
			/^$/ { blank = 1; next }
			{ print }'
}

keep=
# Both enable the service, if there is something to do it with.
mkdir bin
printf '#!/bin/sh\necho "systemctl $*" >>%s/log\n' "$work" >bin/systemctl
chmod +x bin/systemctl
PATH=$work/bin:$PATH

# kpatch(arguments...) - run the kpatch whose turn it is, and write down what comes of it
kpatch() {
	local status=0
	{
		echo "\$ kpatch $*"
		"$tool" "$@" >out 2>err </dev/null || status=$?
		cat out
		echo '[stderr]'
		cat err
		echo "[status $status]"
	} >>log
}

# state() - write down what is there
state() {
	{
		echo '[state]'
		(cd "$LIVEPATCH" && grep -s . ./*/enabled ./*/transition) || true
		(cd "$STORE" 2>/dev/null && find . | LC_ALL=C sort) || true
	} >>log
}

# clean() - take everything back
clean() {
	local patch
	[[ ! -e $HOLD ]] || echo N >"$HOLD"
	wait
	for _ in 1 2 3; do
		for patch in "$LIVEPATCH"/*/; do
			[[ -e $patch ]] || continue
			patch=$(basename "$patch")
			until_true "$TRANSITION_TIMEOUT" transition_over "$patch" || true
			unload "$patch" || true
		done
	done
	for patch in cmdline test_klp_livepatch test_stall_patch test_params test_stall_target; do
		rmmod "$patch" 2>/dev/null || true
	done
	rm -rf $STORE
}

# same(name, scenario) - test that a scenario comes to the same with both
same() {
	local side result=true
	keep=
	for side in theirs ours; do
		case $side in
		theirs) tool=$THEIRS ;;
		ours) tool=$OURS ;;
		esac
		: >log
		"$2"
		state
		clean
		mv log "raw.$side"
		normalise <"raw.$side" >"$side"
	done
	cmp -s theirs ours || result=false
	ok "$1" "$result"
	if ! $result; then
		note "$(diff -u theirs ours || true)"
		note "ours was: $(cat raw.ours)"
	fi
}

nothing() {
	kpatch list
	kpatch signal
	kpatch unload --all
	kpatch load --all
}

versions() {
	kpatch version
	kpatch -v
	kpatch --version
	kpatch version more
}

usages() {
	kpatch bogus
	kpatch bogus more
	kpatch ''
	for command in load unload info; do
		kpatch "$command"
		kpatch "$command" a b
	done
	kpatch list a
	kpatch signal a
}

load_and_unload() {
	kpatch load cmdline.ko
	kpatch list
	kpatch load cmdline.ko
	kpatch load "$work/cmdline.ko"
	state
	kpatch unload cmdline.ko
	kpatch list
	kpatch unload cmdline
	kpatch load ./cmdline.ko
	kpatch unload "$work/cmdline.ko"
	kpatch load my-fix.ko
	kpatch unload cmdline
}

several() {
	kpatch load cmdline.ko
	kpatch load test_klp_livepatch.ko
	kpatch list
	kpatch signal
	kpatch unload --all
	kpatch list
}

not_found() {
	kpatch load nothing
	kpatch load nothing.ko
	kpatch load /nowhere/nothing.ko
	kpatch unload nothing
	kpatch unload no-thing.ko
	kpatch unload /sys/module/nothing
	kpatch info nothing
	kpatch info nothing.ko
}

installing() {
	kpatch install cmdline.ko
	kpatch install cmdline.ko
	kpatch install "$work/my-fix.ko"
	kpatch install -k "$RELEASE" test_klp_livepatch.ko
	kpatch install "--kernel-version=$other" other.ko
	kpatch list
	state
	kpatch info my_fix
	kpatch uninstall cmdline
	kpatch uninstall cmdline
	kpatch uninstall my-fix
	kpatch uninstall test_klp_livepatch.ko
	kpatch list
	kpatch uninstall -k "$other" other
}

not_installed() {
	kpatch install
	kpatch install ''
	kpatch install --
	kpatch install nothing.ko
	kpatch install cmdline.txt
	kpatch install -k 1.2.3 cmdline.ko
	kpatch install -k
	kpatch install --kernel-version
	kpatch install -x cmdline.ko
	kpatch install --all
	kpatch install other.ko
	kpatch install damaged.ko
	kpatch install text.ko
	kpatch install empty.ko
	kpatch uninstall
	kpatch uninstall nothing
	kpatch uninstall nothing.ko
	kpatch uninstall -k 1.2.3 nothing
	kpatch uninstall -x nothing
	kpatch uninstall "$STORE/nothing.ko"
}

all_installed() {
	kpatch install test_klp_livepatch.ko
	kpatch install cmdline.ko
	kpatch load --all
	kpatch list
	kpatch load --all
	kpatch load test_klp_livepatch
	kpatch unload cmdline
	kpatch load cmdline.ko
	kpatch unload --all
	kpatch list
}

refused() {
	kpatch load other.ko
}

already_there() {
	insmod cmdline.ko
	until_true "$TRANSITION_TIMEOUT" is_enabled cmdline
	echo 0 >"$LIVEPATCH/cmdline/enabled"
	until_true "$TRANSITION_TIMEOUT" test ! -e "$LIVEPATCH/cmdline"
	kpatch unload cmdline
	insmod cmdline.ko
	until_true "$TRANSITION_TIMEOUT" is_enabled cmdline
	echo 0 >"$LIVEPATCH/cmdline/enabled"
	until_true "$TRANSITION_TIMEOUT" test ! -e "$LIVEPATCH/cmdline"
	kpatch load cmdline.ko
}

# hold() - start a task that stays in the function that is to be replaced
hold() {
	[[ -e $HOLD ]] || insmod ordinary.ko
	echo Y >"$HOLD"
	cat /proc/test_stall >/dev/null &
	reader=$!
	until_true "$TRANSITION_TIMEOUT" grep -q msleep "/proc/$reader/stack"
}

# only_reader(state) - whether nobody but the reader is left
only_reader() {
	local states
	states=$(cat /proc/[0-9]*/task/[0-9]*/patch_state 2>/dev/null || true)
	[[ $(grep -cx "$((1 - $1))" <<<"$states") == 1 ]]
}

# Both are compared with the same number of a process.
unnumbered() {
	sed -i "s/^$reader cat/READER cat/" log
}

during() {
	hold
	insmod test_stall_patch.ko
	until_true "$TRANSITION_TIMEOUT" only_reader 1
	kpatch list
	unnumbered
	kpatch signal
	kpatch load cmdline.ko
	echo N >"$HOLD"
	wait
	until_true "$TRANSITION_TIMEOUT" is_enabled test_stall_patch
	kpatch list
}

let_go() {
	keep=1
	hold
	(
		until_true "$TRANSITION_TIMEOUT" test -e "$LIVEPATCH/test_stall_patch"
		sleep 3
		echo N >"$HOLD"
	) &
	kpatch load test_stall_patch.ko
}

stalled() {
	hold
	kpatch load test_stall_patch.ko
	unnumbered
	kpatch list
}

info() {
	kpatch info cmdline.ko
	kpatch info "$work/test_params.ko"
	kpatch info ordinary.ko
}

readonly scenarios=(nothing versions usages not_found info not_installed installing load_and_unload several all_installed refused
	already_there let_go during stalled)
if (($# > 1)); then
	chosen=("${@:2}")
else
	chosen=("${scenarios[@]}")
fi
plan "${#chosen[@]}"
for scenario in "${chosen[@]}"; do
	same "${scenario//_/ }" "$scenario"
done
cd /
rm -rf "$work"
done_testing
