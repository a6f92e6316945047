# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # its variables are for those who source it
#
# What the scripts have to know about the kernel of KERNEL or KDIR. Sourced, never run, after lib.sh.
#
#   release  its release
#   tree     what make -C takes
#   output   where modules for it are built
#   image    its image, to boot; empty if there is none
#   arch     its architecture, and the other names of find_arch
#   make_arch  what make has to be told of it and of the compiler, an array
#   vm       the options of scripts/vm-run, an array, that boot it
#   kernel   the directory that scripts/kernel made; not set with KDIR
#   enter    the command, an array, that runs another where the kernel's tools are

# shellcheck source-path=SCRIPTDIR source=lib.sh
[[ ${top-} ]] || . "${BASH_SOURCE[0]%/*}/lib.sh"

find_arch
# The kernel's Makefile takes an empty one for a name.
[[ ${ARCH-} ]] || unset ARCH
make_arch=()
[[ ! $cross ]] || make_arch=(ARCH="$kernel_arch" CROSS_COMPILE="${CROSS_COMPILE:-$cross}")

if [[ ${KDIR-} ]]; then
	tree=$(realpath -e -- "$KDIR" 2>/dev/null) || {
		release=${KDIR#/lib/modules/}
		die "KDIR=$KDIR is not there: install the headers of that kernel (Debian: linux-headers-${release%%/*})"
	}
	enter=(env)
	[[ -s $tree/include/generated/utsrelease.h ]] || die "$tree is not prepared for modules: run make modules_prepare there"
	# A tree that was only prepared has no image. One that was built has no modules laid out as installed.
	# What is wrong with its tools, the build tells.
	image=$tree/$(make --silent --no-print-directory -C "$tree" "${make_arch[@]}" image_name 2>/dev/null) || image=
	[[ -f $image ]] || image=
	vm=(--arch "$machine" --kernel "$image")
else
	kernel=$("$top/scripts/kernel")
	tree=$kernel/tree
	image=$kernel/vmlinuz
	vm=(--arch "$machine" --kernel "$image" --modules "$kernel/modules")
	enter=("$top/scripts/in-root")
	if [[ $cross ]]; then
		enter+=(--cross)
	elif grep --quiet --line-regexp CONFIG_CC_IS_CLANG=y "$kernel/config"; then
		enter+=(--clang)
	else
		rustc=$(sed -n 's/^CONFIG_RUSTC_VERSION_TEXT="rustc \([0-9.]*\).*/\1/p' "$kernel/config")
		[[ -z $rustc ]] || enter+=(--rustc "$rustc")
		enter+=(--cc "$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\(.*\)"$/\1/p' "$kernel/config")")
	fi
	enter+=(--)
fi

# A kernel that clang made takes modules that clang made; which clang, is up to who has the tree.
if [[ ! ${KDIR-} || ! ${LLVM-}${CC-} ]] && grep --quiet --line-regexp --no-messages CONFIG_CC_IS_CLANG=y "$tree"/{.config,include/config/auto.conf}; then
	make_arch+=(LLVM=1)
fi

# What modprobe goes by, and modules say of themselves; Debian's kernel.release may have the version of the source instead.
release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"$/\1/p' "$tree/include/generated/utsrelease.h")
[[ $release ]] || die "no release in $tree/include/generated/utsrelease.h"

# What the other back end builds is another thing.
output=$top/.build/$release${BACKEND:+.$BACKEND}

# find_wanted: set the array `wanted` to the options of scripts/vm-run that bring the modules which tests of what is built load:
# pktgen, and what a livepatch names in the file modules beside it.
find_wanted() {
	local list name module
	wanted=(--module pktgen)
	for list in "$top"/patches/*/modules; do
		name=${list%/modules}
		name=${name##*/}
		[[ -e $output/patches/$name/$name.ko ]] || continue
		while read -r module; do
			wanted+=(--module "$module")
		done < <(sed 's/#.*//; /^[[:space:]]*$/d' "$list")
	done
}
