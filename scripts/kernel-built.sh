# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # its variables are those of scripts/kernel and of find_arch
#
# A kernel that no distribution has: of another architecture, or made by clang. It is the distribution's newest source, built on
# this machine. Sourced by scripts/kernel, never run.
#
#   kernel.config, kernel.config.NAME  what is on; all else is off. Of several that speak of an option, the last one counts
#   kernel-patches/ARCH/*.patch        what that source lacks; each says why, and when it can go
#
# The directory is that of every kernel, except that tree is the whole built tree, with vmlinux, System.map and objects.

# What of the source is left out. Kconfig reads all of its own files, also of what is off.
built_left_out=(
	'Documentation/*/*' 'arch/*/boot/dts/*' 'drivers/gpu/*/*.[ch]' 'drivers/net/*/*.[ch]' 'drivers/media/*.[ch]'
	'drivers/staging/*.[ch]' 'drivers/scsi/*.[ch]' 'drivers/infiniband/*.[ch]' 'drivers/iio/*.[ch]' 'sound/*/*.[ch]' 'tools/perf/*'
)

# in_built COMMAND...: run COMMAND in the root that has its compiler.
in_built() {
	"$top/scripts/in-root" "${built_root[@]}" env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u KDIR -u KERNEL -u V -u KBUILD_VERBOSE -u ARCH \
		-u CROSS_COMPILE -u KCFLAGS -u KRUSTFLAGS "$@"
}

# built_make ARGUMENT...: run make in the kernel's tree.
built_make() {
	in_built nice make --silent --jobs="$(nproc)" --directory="$dir/tree" "${built_arguments[@]}" "$@"
}

step_built_source() {
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
		unpack "$cache/deb/$file" "$dir/tree" "${built_left_out[@]/#/--exclude=*/}"
	ln -s -f -n -- tree "$dir/source"
	for file in "${built_patches[@]}"; do
		# It is no repository, and may be in one.
		quietly "$dir/patch.log" in_tools env GIT_CEILING_DIRECTORIES="$dir" git -C "$dir/tree" apply --verbose "$file" ||
			die "${file#"$top/"} does not apply to the source of $release; it says itself when it can go"
	done
}

step_built_build() {
	local line missing=()
	# Whoever is interrupted here starts again from the source: a compiler that was killed may have left half a file.
	rm -f -- "$dir/.done.$boot/built_source"
	awk -F= '/^CONFIG_/ { if (!($1 in lines)) names[++n] = $1; lines[$1] = $0 } END { for (i = 1; i <= n; i++) print lines[names[i]] }' \
		"${built_fragments[@]}" >"$dir/wanted"
	printf 'CONFIG_LOCALVERSION="-livepatch-%s"\n' "$built" >>"$dir/wanted"
	quietly "$dir/config.log" built_make KCONFIG_ALLCONFIG="$dir/wanted" allnoconfig
	while read -r line; do
		[[ $line = *=n ]] || grep --quiet --line-regexp --fixed-strings "$line" "$dir/tree/.config" || missing+=("$line")
	done <"$dir/wanted"
	((${#missing[@]} == 0)) ||
		die "the configuration of $release cannot have ${missing[*]}; see $dir/tree/.config"
	quietly "$dir/build.log" built_make "$built_image" modules
	line=$(<"$dir/tree/include/config/kernel.release")
	[[ $line = "$release" ]] || die "what was built for $release calls itself $line"
}

step_built_install() {
	rm -rf -- "$dir/modules"
	quietly "$dir/install.log" built_make INSTALL_MOD_PATH="$dir/modules" INSTALL_MOD_STRIP=1 modules_install
	cp -- "$dir/tree/.config" "$dir/config"
	if [[ $built_image = vmlinux ]]; then
		# QEMU takes the kernel itself, and only what is loaded of it.
		in_built "${cross}strip" --strip-debug -o "$dir/vmlinuz" "$dir/tree/vmlinux"
	else
		cp -- "$dir/tree/arch/$kernel_arch/boot/$built_image" "$dir/vmlinuz"
	fi
}

make_built_kernel() {
	local jobs=()
	mkdir -p -- "$dir/.done.$boot"
	if [[ ! -e $dir/.done.$boot/built_build ]]; then
		# What the last step boots the kernel with.
		"$top/scripts/vm-root" --arch "$machine" >/dev/null &
		jobs+=($!)
		trap 'kill "${jobs[@]}" 2>/dev/null || true' EXIT
		step built_source "source of $release"
		step built_build "build of $release (some minutes)"
		wait "${jobs[@]}"
		trap - EXIT
	fi
	step built_install "image and modules of $release"
	step symbols "symbol table and BTF of $release"
	sync --file-system -- "$dir"
	provision record --plan "$plan" --directory "$dir" --built "$release" >/dev/null
	rm -rf -- "$dir"/.done.*
}

# find_built: how the kernel of $arch, or of $release, is made.
#
#   built            what its release ends with
#   built_image      what make is told to make of it
#   built_root       the options of scripts/in-root for the root that has its compiler
#   built_arguments  what make is told of that
#   built_packages   the files that list what is in that root
#   built_versions   commands that tell the versions of it
find_built() {
	built=$arch
	built_root=(--cross)
	built_packages=("$top"/scripts/toolchain{,-cross}.packages)
	# Where variables are in each instruction is a seventh of gcc's time, and nothing here reads it: BTF is made of types. As an option
	# of KCFLAGS, bindgen's libclang would see it too, and does not know it.
	built_arguments=(ARCH="$kernel_arch" CROSS_COMPILE="$cross" CC="${cross}gcc -fno-var-tracking-assignments")
	built_versions="${cross}gcc --version"
	case $arch in
	s390x) built_image=bzImage ;;
	ppc64le) built_image=vmlinux ;;
	arm64) built_image=Image ;;
	*)
		[[ $arch/$release = x86_64/clang-lto ]] ||
			die "no kernel is built here for $arch ${release:+and $release}; there is one for ARCH=s390x, ppc64le and arm64, and" \
				"for x86_64 KERNEL=clang-lto"
		built=$release
		built_image=bzImage
		built_root=(--clang)
		built_packages=("$top"/scripts/toolchain{,-clang}.packages)
		built_arguments=(ARCH=x86_64 LLVM=1)
		built_versions='clang --version; ld.lld --version'
		release=
		;;
	esac
	built_fragments=("$top"/scripts/kernel.config{,".$arch"})
	[[ $built = "$arch" ]] || built_fragments+=("$top/scripts/kernel.config.$built")
	mapfile -t built_patches < <(compgen -G "$top/scripts/kernel-patches/$arch/*.patch")
}

# built_kernel: print the directory of the kernel, and make it if needed.
built_kernel() {
	local name again status
	[[ ! $flavour ]] || die "--flavour is for the distribution's own kernels"
	find_built
	recipe=$({
		printf '%s\n' "$built_image" "${built_arguments[@]}" "${built_left_out[@]}"
		cat -- "${built_fragments[@]}" "${built_patches[@]}" "${built_packages[@]}"
		declare -f step_symbols built_make step_built_{source,build,install}
	} | key 64)
	request=$cache/kernel/requests/$(printf '%s\n' "$recipe" "$built" "$release" | key 16)
	if [[ -z $update && -e $request/kernel.json ]]; then
		cd -- "$request" && pwd -P
		return
	fi

	mkdir -p -- "$cache/kernel/requests"
	with_lock "$cache/kernel/lock.$built"
	# shellcheck disable=SC2016 # for the shell inside
	tools=$(in_tools bash -c 'cargo build --quiet --locked --manifest-path "$1" --package provision >&2 &&
		printf "%s/debug" "$CARGO_TARGET_DIR"' build "$top/rust/Cargo.toml")
	plan=$cache/kernel/plan.$built.json
	local wanted=$release
	for again in '' 1; do
		(
			with_lock "$cache/kernel/lock"
			[[ -z $update && ! $again ]] || rm -f -- "$cache/apt/updated"
			[[ -e $cache/apt/updated && $(<"$cache/apt/updated") = "$suites" ]] || update_lists
			provision choose --output "$plan" >/dev/null
		)
		read -r _ name _ < <(provision packages --plan "$plan" source)
		release=${name%%-*}-livepatch-$built
		[[ ! $wanted || $wanted = "$release" ]] ||
			die "for $built there is $release, built from the newest source of the archive, and no $wanted"
		# The compilers of the root: what it is made of may have become newer.
		# shellcheck disable=SC2016 # for the shell inside
		name=$(in_built sh -c "rustc --version; bindgen --version; pahole --version; $built_versions")
		dir=$cache/kernel/$release-$({ printf '%s\n' "$recipe" "$name"; provision packages --plan "$plan" source; } | key 12)
		[[ ! -e $dir/kernel.json ]] || break
		set +e
		(
			set -e
			make_built_kernel
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
