# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # tree, output and enter are those of target.sh
#
# How modules are signed. Sourced, never run, after target.sh.
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
# What the kernel looks for at the end of a file, include/linux/module_signature.h: the signature, struct
# module_signature of 12 bytes, the last four of which are the signature's length, and this.
signature_magic='~Module signature appended~'

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
	[[ $(tail --bytes=28 -- "$1" | tr -d '\0') = "$signature_magic" ]]
}

# without_signature MODULE NEW: write MODULE to NEW, without the signature that it may have.
without_signature() {
	local size bytes=()
	size=$(stat --format=%s -- "$1")
	if is_signed "$1"; then
		read -ra bytes < <(tail --bytes=32 -- "$1" | od --address-radix=n --format=u1 --read-bytes=4)
		size=$((size - 28 - 12 - (bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3])))
		((size > 0)) || die "$1 has a signature that is longer than itself: run make clean"
	fi
	head --bytes="$size" -- "$1" >"$2"
}

# mark_of MODULE: what is kept beside a signed module: how, by whom, and what it was then.
mark_of() {
	printf '%s\n' "$hash" "$key"
	sha256sum -- "$cert" "$1"
}

# sign_modules: sign what was built, unless it is signed like that already, and say with which key.
sign_modules() {
	local module mark hash key cert why modules=() unsigned=0 total=0
	find_key
	hash=$(kernel_config MODULE_SIG_HASH)
	while IFS= read -r -d '' module; do
		total=$((total + 1))
		mark=${module%/*}/.${module##*/}.signed
		if [[ ! $key ]]; then
			is_signed "$module" || unsigned=$((unsigned + 1))
		elif [[ ! -e $mark || $(<"$mark") != "$(mark_of "$module")" ]]; then
			without_signature "$module" "$module.new"
			modules+=("$module")
		fi
	done < <(find "$output" -type f -name '*.ko' -print0)
	if ((${#modules[@]})); then
		# shellcheck disable=SC2016 # for the shell inside
		"${enter[@]}" bash -euc 'sign=("${@:1:4}"); shift 4; for module; do "${sign[@]}" "$module.new" "$module.signed"; done' \
			sign "$tree/scripts/sign-file" "$hash" "$key" "$cert" "${modules[@]}" ||
			die "the modules could not be signed with $key and $cert (KBUILD_SIGN_PIN is the passphrase)"
	fi
	for module in "${modules[@]}"; do
		# Whoever builds it next can be another user than the one that signs.
		chmod --reference="$module" -- "$module.signed"
		((EUID != 0)) || chown --reference="$module" -- "$module.signed"
		rm -- "$module.new"
		mv -- "$module.signed" "$module"
		mark=${module%/*}/.${module##*/}.signed
		mark_of "$module" >"$mark.new"
		mv -- "$mark.new" "$mark"
	done
	if [[ $key ]]; then
		say "$total modules are signed with $key ($hash)"
	elif ((unsigned)); then
		say "$unsigned modules are not signed: $why"
	elif ((total)); then
		say "$total modules keep the signatures that they have: $why"
	fi
}
