#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What is built and what is installed is signed, with a key that is made for this test.
#
# Usage: selftests/host/signing.sh
#
# KERNEL, KDIR and BACKEND choose the kernel, as ever. What was built keeps no signature.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$TOP/scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/target.sh
. "$TOP/scripts/target.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/klp-build.sh
. "$TOP/scripts/klp-build.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/signing.sh
. "$TOP/scripts/signing.sh"

[[ $(kernel_config MODULE_SIG) ]] || skip_all "$release checks no signatures"

# Keys of the machine are not for tests.
module=patches/cmdline/cmdline.ko
plan 16

find_klp_build
[[ $klp_build ]] || skip_all "$why_no_klp_build"

# sign(argument...) - klp-build sign
sign() {
	"${enter[@]}" "$klp_build" sign "$@"
}

# unsign() - take the signatures from what was built
unsign() {
	find "$output" -type f -name '*.ko' -exec "${enter[@]}" "$klp_build" sign --remove {} +
}
trap 'unsign; rm -rf -- "$work"' EXIT

# new_key(name, argument...) - make a key, and a certificate in a file of its own
new_key() {
	local name=$1
	shift
	"${enter[@]}" openssl req -new -x509 -newkey rsa:2048 -sha256 -days 1 -subj "/CN=$name/" \
		-keyout "$work/$name.pem" -outform DER -out "$work/$name.x509" "$@" 2>"$work/openssl" || note "$work/openssl"
}

# build(key) - build, and leave what is said in $work/said
build() {
	MODULE_SIG_KEY=$work/$1.pem MODULE_SIG_CERT=$work/$1.x509 "$TOP/scripts/modules" modules >"$work/said" 2>&1
}

# install(argument...) - install to $work/root
install() {
	rm -rf -- "$work/root"
	mkdir -- "$work/root"
	MODULE_SIG_KEY=$work/first.pem MODULE_SIG_CERT=$work/first.x509 INSTALL_MOD_PATH=$work/root \
		env "$@" "$TOP/scripts/modules" modules_install >"$work/said" 2>&1
}

# field(name, module) - what a module says of itself
field() {
	"${enter[@]}" modinfo --field "$1" "$2" || true
}

# installed() - print the file of the module that was installed
installed() {
	find "$work/root/" -name 'cmdline.ko*'
}

# all_signed() - every module that was built has one signature, and is sound but for that
all_signed() {
	local file
	while IFS= read -r -d '' file; do
		is_signed "$file" || return
		cp -- "$file" "$work/unsigned"
		sign --remove "$work/unsigned" || return
		! is_signed "$work/unsigned" || return
	done < <(find "$output" -type f -name '*.ko' -print0)
}

unsign
new_key first -nodes
ok 'a build with a key' build first
ok 'it says which key has signed' grep -F "signed with $work/first.pem" "$work/said"
is 'the signer' "$(field signer "$output/$module")" first
is 'the hash is the one that the kernel was configured with' \
	"$(field sig_hashalgo "$output/$module")" "$(kernel_config MODULE_SIG_HASH)"
ok 'all of them have one signature' all_signed
before=$(stat --format=%Y.%i "$output/$module")
ok 'a second build' build first
is 'signs nothing anew' "$(stat --format=%Y.%i "$output/$module")" "$before"

ok 'an installation' install
is 'what is installed is signed' "$(field signer "$(installed)")" first
ok 'modprobe finds it' grep -q "/$module" "$work/root/lib/modules/$release/modules.dep"
ok 'an installation without debug information' install INSTALL_MOD_STRIP=1
is 'what is stripped is signed as well' "$(field signer "$(installed)")" first

new_key second -passout pass:secret
KBUILD_SIGN_PIN=secret ok 'a build with another key, which has a passphrase' build second
is 'it replaces the signature' "$(field signer "$output/$module")" second
rm -- "$work/first.pem"
ok 'a key that is not there is an error' eval '! build first'
ok 'it says so' grep -F "$work/first.pem, to sign modules with, is not there" "$work/said"

done_testing
