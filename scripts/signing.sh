# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # tree, output, enter and klp_build are those of target.sh and klp-build.sh
#
# How modules are signed. Sourced, never run, after target.sh and klp-build.sh.
#
#   MODULE_SIG_KEY=FILE   the private key: in PEM, or as a URI of PKCS #11
#   MODULE_SIG_CERT=FILE  its certificate: in PEM or DER; without it, the one in the key's file
#   KBUILD_SIGN_PIN=PIN   the passphrase of the key
#
# Without a key, it is that of this machine, which was enrolled for modules that are built on it: DKMS's or shim-signed's.

machine_keys=(
	/var/lib/dkms/mok.key /var/lib/dkms/mok.pub
	/var/lib/shim-signed/mok/MOK.priv /var/lib/shim-signed/mok/MOK.der
)

# kernel_config NAME: the value that the target kernel's configuration has for CONFIG_NAME.
kernel_config() {
	sed -n "s/^CONFIG_$1=//p" "$tree/include/config/auto.conf" | tr -d '"'
}

# find_key: set `key` and `cert` to what modules are signed with, `why` if there is nothing, and let `enter` show them.
find_key() {
	local i file files=()
	key=${MODULE_SIG_KEY-} cert=${MODULE_SIG_CERT:-${MODULE_SIG_KEY-}} why=
	if [[ ! $(kernel_config MODULE_SIG) ]]; then
		[[ ! $key ]] || die "MODULE_SIG_KEY is given, and $release checks no signatures (no CONFIG_MODULE_SIG)"
		why="$release checks no signatures"
		return
	fi
	if [[ ! $key ]]; then
		why='there is no key; see MODULE_SIG_KEY in make help'
		for ((i = 0; i < ${#machine_keys[@]}; i += 2)); do
			[[ -e ${machine_keys[i]} ]] || continue
			if [[ -r ${machine_keys[i]} && -r ${machine_keys[i + 1]} ]]; then
				key=${machine_keys[i]} cert=${machine_keys[i + 1]} why=
				break
			fi
			why="only root can read ${machine_keys[i]}; make modules_install, as root, signs"
		done
		[[ $key ]] || return 0
	fi
	[[ $key = pkcs11:* ]] || files+=("$key")
	files+=("$cert")
	for file in "${files[@]}"; do
		[[ -r $file ]] || die "$file, to sign modules with, is not there or cannot be read; see MODULE_SIG_KEY in make help"
	done
	[[ $key = pkcs11:* ]] || key=$(realpath -- "$key")
	cert=$(realpath -- "$cert")
	[[ -x $tree/scripts/sign-file ]] || die "$tree/scripts/sign-file is not there: run make modules_prepare there"
	if [[ ${enter[0]} != env ]]; then
		files=(--bind "$cert")
		[[ $key = pkcs11:* ]] || files+=(--bind "$key")
		enter=("${enter[@]:0:${#enter[@]}-1}" "${files[@]}" --)
	fi
}

# is_signed MODULE
is_signed() {
	[[ $(tail --bytes=28 -- "$1" | tr -d '\0') = '~Module signature appended~' ]]
}

# sign_modules: sign what was built, unless it is signed like that already, and say with which key.
sign_modules() {
	local module hash key cert why modules=() unsigned=()
	find_key
	mapfile -d '' modules < <(find "$output" -type f -name '*.ko' -print0)
	((${#modules[@]})) || return 0
	for module in "${modules[@]}"; do
		is_signed "$module" || unsigned+=("$module")
	done
	if [[ ! $key ]] && ((${#unsigned[@]})); then
		say "${#unsigned[@]} modules are not signed: $why"
	elif [[ ! $key ]]; then
		say "${#modules[@]} modules keep the signatures that they have: $why"
	elif [[ $klp_build ]]; then
		"${enter[@]}" "$klp_build" sign --unless-signed --tree "$tree" --key "$key" --cert "$cert" "${modules[@]}" >&2 ||
			die "the modules could not be signed"
	else
		hash=$(kernel_config MODULE_SIG_HASH)
		for module in "${unsigned[@]}"; do
			"${enter[@]}" "$tree/scripts/sign-file" "$hash" "$key" "$cert" "$module" ||
				die "the modules could not be signed with $key and $cert (KBUILD_SIGN_PIN is the passphrase)"
		done
		say "${#unsigned[@]} modules are signed with $key ($hash)"
		((${#unsigned[@]} == ${#modules[@]})) ||
			say "the others keep the signatures that they have: there is no klp-build: $why_no_klp_build"
	fi
}
