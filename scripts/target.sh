# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # its variables are for those who source it
#
# What the scripts have to know about the kernel of KERNEL or KDIR. Sourced, never run, after lib.sh.
#
#   release  its release
#   tree     what make -C takes
#   output   where modules for it are built
#   image    its image, to boot; empty if there is none
#   vm       the options of scripts/vm-run, an array, that boot it
#   kernel   the directory that scripts/kernel made; not set with KDIR
#   enter    the command, an array, that runs another where the kernel's tools are

# shellcheck source-path=SCRIPTDIR source=lib.sh
[[ ${top-} ]] || . "${BASH_SOURCE[0]%/*}/lib.sh"

if [[ ${KDIR-} ]]; then
	tree=$(realpath -e -- "$KDIR") || die "KDIR=$KDIR is not there"
	enter=(env)
	file=$tree/include/config/kernel.release
	[[ -s $file ]] || die "$tree is not prepared for modules: run make modules_prepare there"
	release=$(<"$file")
	# A tree that was only prepared has no image. One that was built has no modules laid out as installed.
	image=$tree/$(make --silent --no-print-directory -C "$tree" image_name)
	[[ -e $image ]] || image=
	vm=(--kernel "$image")
else
	kernel=$("$top/scripts/kernel")
	tree=$kernel/tree
	file=$tree/include/config/kernel.release
	release=$(<"$file")
	image=$kernel/vmlinuz
	vm=(--kernel "$image" --modules "$kernel/modules")
	enter=("$top/scripts/in-root")
	rustc=$(sed -n 's/^CONFIG_RUSTC_VERSION_TEXT="rustc \([0-9.]*\).*/\1/p' "$kernel/config")
	[[ -z $rustc ]] || enter+=(--rustc "$rustc")
	enter+=(--)
fi

# Kernels before 6.13 build external modules beside their sources only.
output=$top
if grep --quiet KBUILD_EXTMOD_OUTPUT "$tree/Makefile"; then
	output=$top/.build/$release
fi
