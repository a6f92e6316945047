#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# The stock kernel, told to load signed modules only, loads a livepatch that is signed with a key that it trusts, and no other.
#
# Usage: selftests/host/sig-enforce.sh
#
# KERNEL and BACKEND choose the kernel, as ever. It boots through UEFI, which tells it of the key.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/lib.sh
. "$TOP/scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/target.sh
. "$TOP/scripts/target.sh"
# shellcheck source-path=SCRIPTDIR source=../../scripts/klp-build.sh
. "$TOP/scripts/klp-build.sh"

config=$tree/include/config/auto.conf
for option in MODULE_SIG EFI_STUB LOAD_UEFI_KEYS INTEGRITY_PLATFORM_KEYRING; do
	grep --quiet "^CONFIG_$option=y" "$config" || skip_all "$release has no CONFIG_$option"
done

find_klp_build
[[ $klp_build ]] || skip_all "$why_no_klp_build"

# sign(argument...) - klp-build sign
sign() {
	"${enter[@]}" "$klp_build" sign "$@"
}

for key in trusted stranger; do
	sign --new-key "$work/$key.pem"
done >&2
mkdir -- "$work/tree"
for module in unsigned stranger signed changed; do
	mkdir -- "$work/tree/$module"
	"${enter[@]}" strip --strip-debug -o "$work/tree/$module/cmdline.ko" "$output/patches/cmdline/cmdline.ko"
done
sign --tree "$tree" --key "$work/trusted.pem" "$work/tree/"{signed,changed}/cmdline.ko >&2
sign --tree "$tree" --key "$work/stranger.pem" "$work/tree/stranger/cmdline.ko" >&2
# A letter of its description: the module is as good as it was, but for the signature.
sed --in-place 's/description=R/description=r/' "$work/tree/changed/cmdline.ko"
mkdir -- "$work/tree/selftests"
cp -- "$TOP/selftests/lib.sh" "$TOP/selftests/sig-enforce.sh" "$work/tree/selftests/"

"$TOP/scripts/vm-run" "${vm[@]}" --timeout 240 --uefi-db "$work/trusted.x509" --append module.sig_enforce=1 \
	--tree "$work/tree:/livepatch" -- bash /livepatch/selftests/sig-enforce.sh
