#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# A build without one of its tools: it ends before anything is compiled, with a line for each tool
# that is missing or too old.
#
# Usage: selftests/host/tools.sh TREE
#
#   TREE  that of a kernel, whose tools are here

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

tree=${1:?the tree of a kernel, please}
unset KERNEL

rustc=$(command -v rustc)
bindgen=$(command -v bindgen)
true=$(type -P true)

# machine(pattern...) - a PATH of all that this machine has, but for the names that match
machine() {
	local directory name
	rm -rf -- "${work:?}/bin"
	mkdir -- "$work/bin"
	while IFS= read -r -d : directory; do
		find "$directory/" -maxdepth 1 ! -type d -exec ln -s -f -t "$work/bin" -- {} +
	done <<<"$PATH:"
	for name; do
		find "$work/bin" -name "$name" -delete
	done
}

# stand_in(command) - what a command is instead of the machine's own, from stdin
stand_in() {
	rm -f -- "$work/bin/$1"
	cat >"$work/bin/$1"
	chmod +x "$work/bin/$1"
}

# told(name, line...) - test that the build says these lines of its tools, and makes nothing
told() {
	local name=$1 status=0 said
	shift
	rm -rf -- "$work/output"
	# What klp-build does comes later.
	PATH=$work/bin KDIR=$tree BACKEND=core KLP_BUILD=$true LIVEPATCH_OUTPUT=$work/output timeout 120 \
		"$TOP/scripts/modules" modules >"$work/log" 2>&1 || status=$?
	said=$(grep ': install ' "$work/log") || true
	# Kbuild's own noise is not of interest.
	is "$name: what to install" "$said" "$(printf '%s\n' "$@")"
	ok "$name: the build ends there" test "$status" -ne 0
	is "$name: nothing is compiled" "$(find "$work/output" -name '*.o' -o -name '*.rmeta' -o -name 'bindings_generated.rs')" ''
	((tests_failed == 0)) || note "$work/log"
}

install_rustc='install rustc 1.85 or newer and its rust-src (Debian 13: rustc and rust-src; Debian 12: rustc-web and rust-web-src)'
install_bindgen='install bindgen 0.60 or newer and libclang (Debian: bindgen and libclang-dev)'

plan 21

machine 'rustc*'
told 'no rustc' "rustc is missing: $install_rustc"

machine
stand_in rustc <<'END'
#!/bin/sh
echo 'rustc 1.63.0'
END
told 'an old rustc' "rustc 1.63.0 is too old: $install_rustc"

machine
stand_in rustc <<END
#!/bin/sh
if [ "\$*" = '--print sysroot' ]; then echo $work/sysroot; else exec $rustc "\$@"; fi
END
told 'no rust-src' "$work/sysroot/lib/rustlib/src/rust/library/core is missing: install the source of core that belongs to $("$rustc" --version) (Debian 13: rust-src; Debian 12: rust-web-src)"

machine 'bindgen*'
told 'no bindgen' "bindgen is missing: $install_bindgen"

machine
stand_in bindgen <<END
#!/bin/sh
if [ "\$*" = --version ]; then exec $bindgen "\$@"; fi
echo "thread 'main' panicked at 'Unable to find libclang: \"couldn't find any valid shared libraries\"'" >&2
exit 101
END
told 'no libclang' 'bindgen finds no libclang: install it (Debian: libclang-dev)'

machine
stand_in bindgen <<'END'
#!/bin/sh
if [ "$*" = --version ]; then echo 'bindgen 0.20.0'; exit; fi
echo "error: Found argument '--use-core' which wasn't expected" >&2
exit 2
END
told 'an old bindgen' 'bindgen 0.20.0 is too old: install bindgen 0.60 or newer (Debian: bindgen)'

# What the C compilers are called is up to the kernel.
machine '*gcc*' 'cc' 'clang*' 'rustc*' 'bindgen*'
compilers=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\{0,1\}\([^ "]*\).*/\1/p' "$tree/include/config/auto.conf")
kernel_cc=$(MAKEFLAGS='' make --silent --no-print-directory -C "$tree" M="$work" -f - cc <<'END' 
-include .kernelvariables
cc:
	@echo $(if $(filter default,$(origin CC)),gcc,$(CC))
END
)
told 'no tools at all' \
	"rustc is missing: $install_rustc" \
	"bindgen is missing: $install_bindgen" \
	"$kernel_cc is missing: install the C compiler that this kernel was built with (Debian: ${compilers#*-gnu-})" \
	'gcc is missing: install a C compiler for this machine (Debian: gcc)'

done_testing
