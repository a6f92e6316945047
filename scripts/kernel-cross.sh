# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # its variables are those of scripts/kernel and of find_arch
#
# A kernel of another architecture: the distribution's newest source, built on this machine. Sourced by scripts/kernel, never
# run.
#
#   kernel.config, kernel.config.ARCH  what is on; all else is off
#   kernel-patches/ARCH/*.patch        what that source lacks; each says why, and when it can go
#
# The directory is that of every kernel, except that tree is the whole built tree, with vmlinux, System.map and objects.

# What of the source is left out. Kconfig reads all of its own files, also of what is off.
cross_left_out=(
	'Documentation/*/*' 'arch/*/boot/dts/*' 'drivers/gpu/*/*.[ch]' 'drivers/net/*/*.[ch]' 'drivers/media/*.[ch]'
	'drivers/staging/*.[ch]' 'drivers/scsi/*.[ch]' 'drivers/infiniband/*.[ch]' 'drivers/iio/*.[ch]' 'sound/*/*.[ch]' 'tools/perf/*'
)

# in_cross COMMAND...: run COMMAND in the root for other architectures.
in_cross() {
	"$top/scripts/in-root" --cross env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u KDIR -u KERNEL -u V -u KBUILD_VERBOSE -u ARCH \
		-u CROSS_COMPILE -u KCFLAGS -u KRUSTFLAGS "$@"
}

# cross_make ARGUMENT...: run make in the kernel's tree.
cross_make() {
	in_cross nice make --silent --jobs="$(nproc)" --directory="$dir/tree" ARCH="$kernel_arch" CROSS_COMPILE="$cross" "$@"
}

step_cross_source() {
	local file
	(
		with_lock "$cache/kernel/lock"
		fetch source
	)
	read -r _ _ _ _ file <"$dir/source.packages"
	rm -rf -- "$dir/tree"
	mkdir -- "$dir/tree"
	# Without half of the files, which nothing here is built from: they cost minutes.
	# shellcheck disable=SC2016 # for the shell inside
	in_tools bash -o pipefail -c '
		dpkg-deb --fsys-tarfile "$1" | tar --extract --to-stdout --wildcards "./usr/src/linux-source-*.tar.xz" |
			xz --decompress --threads=0 |
			tar --extract --no-same-owner --directory="$2" --strip-components=1 "${@:3}"' \
		unpack "$cache/deb/$file" "$dir/tree" "${cross_left_out[@]/#/--exclude=*/}"
	ln -s -f -n -- tree "$dir/source"
	for file in "${cross_patches[@]}"; do
		# It is no repository, and may be in one.
		quietly "$dir/patch.log" in_tools env GIT_CEILING_DIRECTORIES="$dir" git -C "$dir/tree" apply --verbose "$file" ||
			die "${file#"$top/"} does not apply to the source of $release; it says itself when it can go"
	done
}

step_cross_build() {
	local line missing=()
	# Whoever is interrupted here starts again from the source: a compiler that was killed may have left half a file.
	rm -f -- "$dir/.done.$boot/cross_source"
	cat -- "${cross_fragments[@]}" >"$dir/wanted"
	printf 'CONFIG_LOCALVERSION="-livepatch-%s"\n' "$arch" >>"$dir/wanted"
	quietly "$dir/config.log" cross_make KCONFIG_ALLCONFIG="$dir/wanted" allnoconfig
	while read -r line; do
		[[ $line = *=n ]] || grep --quiet --line-regexp --fixed-strings "$line" "$dir/tree/.config" || missing+=("$line")
	done < <(grep ^CONFIG_ "$dir/wanted")
	((${#missing[@]} == 0)) ||
		die "the configuration of $release cannot have ${missing[*]}; see $dir/tree/.config"
	quietly "$dir/build.log" cross_make "$cross_image" modules
	line=$(<"$dir/tree/include/config/kernel.release")
	[[ $line = "$release" ]] || die "what was built for $release calls itself $line"
}

step_cross_install() {
	rm -rf -- "$dir/modules"
	quietly "$dir/install.log" cross_make INSTALL_MOD_PATH="$dir/modules" INSTALL_MOD_STRIP=1 modules_install
	cp -- "$dir/tree/.config" "$dir/config"
	if [[ $cross_image = vmlinux ]]; then
		# QEMU takes the kernel itself, and only what is loaded of it.
		in_cross "${cross}strip" --strip-debug -o "$dir/vmlinuz" "$dir/tree/vmlinux"
	else
		cp -- "$dir/tree/arch/$kernel_arch/boot/$cross_image" "$dir/vmlinuz"
	fi
}

make_cross_kernel() {
	local jobs=()
	mkdir -p -- "$dir/.done.$boot"
	if [[ ! -e $dir/.done.$boot/cross_build ]]; then
		# What the last step boots the kernel with.
		"$top/scripts/vm-root" --arch "$machine" >/dev/null &
		jobs+=($!)
		trap 'kill "${jobs[@]}" 2>/dev/null || true' EXIT
		step cross_source "source of $release"
		step cross_build "build of $release (some minutes)"
		wait "${jobs[@]}"
		trap - EXIT
	fi
	step cross_install "image and modules of $release"
	step symbols "symbol table and BTF of $release"
	sync --file-system -- "$dir"
	provision record --plan "$plan" --directory "$dir" --built "$release" >/dev/null
	rm -rf -- "$dir"/.done.*
}

# cross_kernel: print the directory of the kernel, and make it if needed.
cross_kernel() {
	local name again status
	[[ ! $flavour ]] || die "--flavour is for the distribution's own kernels, and there is one for $arch, which is built here"
	case $arch in
	s390x) cross_image=bzImage ;;
	ppc64le) cross_image=vmlinux ;;
	arm64) cross_image=Image ;;
	*) die "there is no cross-built kernel for $arch; on this machine there is one for s390x, ppc64le and arm64" ;;
	esac
	cross_fragments=("$top"/scripts/kernel.config "$top/scripts/kernel.config.$arch")
	mapfile -t cross_patches < <(compgen -G "$top/scripts/kernel-patches/$arch/*.patch")
	recipe=$({
		printf '%s\n' "$cross_image" "${cross_left_out[@]}"
		cat -- "${cross_fragments[@]}" "${cross_patches[@]}" "$top"/scripts/toolchain{,-cross}.packages
		declare -f step_symbols cross_make step_cross_{source,build,install}
	} | key 64)
	request=$cache/kernel/requests/$(printf '%s\n' "$recipe" "$arch" "$release" | key 16)
	if [[ -z $update && -e $request/kernel.json ]]; then
		cd -- "$request" && pwd -P
		return
	fi

	mkdir -p -- "$cache/kernel/requests"
	with_lock "$cache/kernel/lock.$arch"
	# shellcheck disable=SC2016 # for the shell inside
	tools=$(in_tools bash -c 'cargo build --quiet --locked --manifest-path "$1" --package provision >&2 &&
		printf "%s/debug" "$CARGO_TARGET_DIR"' build "$top/rust/Cargo.toml")
	plan=$cache/kernel/plan.$arch.json
	local wanted=$release
	for again in '' 1; do
		(
			with_lock "$cache/kernel/lock"
			[[ -z $update && ! $again ]] || rm -f -- "$cache/apt/updated"
			[[ -e $cache/apt/updated && $(<"$cache/apt/updated") = "$suites" ]] || update_lists
			provision choose --output "$plan" >/dev/null
		)
		read -r _ name _ < <(provision packages --plan "$plan" source)
		release=${name%%-*}-livepatch-$arch
		[[ ! $wanted || $wanted = "$release" ]] ||
			die "for $arch there is $release, built from the newest source of the archive, and no $wanted"
		# The compilers of the root: what it is made of may have become newer.
		# shellcheck disable=SC2016 # for the shell inside
		name=$(in_cross sh -c 'rustc --version; bindgen --version; pahole --version; "$1gcc" --version' versions "$cross")
		dir=$cache/kernel/$release-$({ printf '%s\n' "$recipe" "$name"; provision packages --plan "$plan" source; } | key 12)
		[[ ! -e $dir/kernel.json ]] || break
		set +e
		(
			set -e
			make_cross_kernel
		)
		status=$?
		set -e
		((status == vanished)) || break
	done
	[[ -e $dir/kernel.json ]] || exit "${status:-1}"
	ln -s -f -n -- "../${dir##*/}" "$request.$$"
	mv -T -- "$request.$$" "$request"
	printf '%s\n' "$dir"
}
