# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # tree, output, release, kernel and enter are those of target.sh
#
# What becomes of modules after Kbuild: klp-build links them and checks them. Sourced, never run, after target.sh.
#
#   KLP_BUILD=FILE  the tool, if it is there already; otherwise cargo builds it
#   CHECK=no        check nothing: a livepatch that does not fit its kernel is found out when it is loaded, or later
#
# A livepatch beside whose main.rs is a file `unchecked` is not checked; the file says why, in a line without #.

# What the names of unexported symbols begin with until they are linked; rust/abi says what becomes of them.
unlinked_prefix=livepatch_unexported.

# build_klp_build COMMAND...: print the path of the tool, which COMMAND builds; what cargo says goes to stderr.
build_klp_build() {
	# shellcheck disable=SC2016 # for the shell inside
	"$@" bash -euc '
		cargo build --quiet --release --locked --manifest-path "$1/rust/Cargo.toml" --package klp-build </dev/null >&2
		printf "%s\n" "$CARGO_TARGET_DIR/release/klp-build"' build "$top"
}

# find_klp_build: set `klp_build` to the tool, which can be run by `enter`, and let `enter` show it. Where it cannot be had,
# it is empty, and `why_no_klp_build` says why.
find_klp_build() {
	local log=$cache/klp-build.log
	klp_build='' why_no_klp_build=''
	if [[ ${KLP_BUILD-} ]]; then
		klp_build=$(realpath -- "$KLP_BUILD")
		[[ -f $klp_build && -x $klp_build ]] || die "KLP_BUILD=$KLP_BUILD is not there, or cannot be run"
		[[ ${enter[0]} = env ]] || enter=("${enter[@]:0:${#enter[@]}-1}" --bind "$klp_build" --)
	elif [[ ${enter[0]} != env ]]; then
		klp_build=$(build_klp_build "$top/scripts/in-root" --) || die "klp-build cannot be built, see above"
	elif ! command -v cargo >/dev/null; then
		why_no_klp_build='cargo is missing: install it (Debian 13: cargo; Debian 12: cargo-web), or give KLP_BUILD'
	else
		klp_build=$(CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target/machine} build_klp_build env 2>"$log") || {
			klp_build=
			why_no_klp_build="cargo cannot build it, see $log; or give KLP_BUILD"
		}
	fi
}

# drop_refused WHAT COMMAND MODULES: delete each of the array MODULES that the command of the array COMMAND fails on, and say
# so. Nothing that was refused may look like something to load.
drop_refused() {
	local what=$1 file
	local -n drop_command=$2 drop_modules=$3
	for file in "${drop_modules[@]}"; do
		if ! "${drop_command[@]}" "$file" >/dev/null 2>&1; then
			rm -f -- "$file"
			say "${file#"$output/"} could not be $what, and is deleted"
		fi
	done
}

# link_modules: give all modules that were built their klp relocations and their notes.
link_modules() {
	local module modules=() unlinked=() link=("${enter[@]}" "$klp_build" link)
	mapfile -d '' modules < <(find "$output" -type f -name '*.ko' -print0)
	((${#modules[@]})) || return 0
	if [[ ! $klp_build ]]; then
		for module in "${modules[@]}"; do
			# In one that was linked before, debug information may have such names still.
			grep --quiet --text --fixed-strings "$unlinked_prefix" "$module" || continue
			grep --quiet --text --fixed-strings .klp.sym. "$module" || unlinked+=("$module")
		done
		if ((${#unlinked[@]})); then
			rm -- "${unlinked[@]}"
			say "these use unexported symbols, so they are nothing without klp-build, and are deleted: ${unlinked[*]#"$output/"}"
			die "there is no klp-build: $why_no_klp_build"
		fi
		say "the modules are not linked, so they have no notes: there is no klp-build: $why_no_klp_build"
		return
	fi
	if [[ ${kernel-} ]]; then
		link+=(--kernel "$kernel")
	elif [[ $release = "$(uname -r)" && -r /sys/kernel/notes ]]; then
		link+=(--notes /sys/kernel/notes)
	fi
	if ! "${link[@]}" "${modules[@]}"; then
		drop_refused linked link modules
		return 1
	fi
}

# check_modules: prove that the livepatches that were built fit their kernel.
check_modules() {
	local module reason livepatches=() check=("${enter[@]}" "$klp_build" check --each)
	while IFS= read -r -d '' module; do
		if ! grep --quiet --text --fixed-strings livepatch=Y "$module"; then
			# What a livepatch changes may have been built beside it.
			check+=(--module "$module")
			continue
		fi
		reason=${module#"$output/"}
		reason=$top/${reason%/*}/unchecked
		if [[ -e $reason ]]; then
			say "${module#"$output/"} is not checked: $(grep -v '^#' -- "$reason")"
		else
			livepatches+=("$module")
		fi
	done < <(find "$output" -type f -name '*.ko' -print0 | sort -z)
	((${#livepatches[@]})) || return 0
	if [[ ${CHECK-} = no ]]; then
		say "CHECK=no: nobody has looked whether ${#livepatches[@]} livepatches fit $release"
		return
	elif [[ ! $klp_build ]]; then
		say "${#livepatches[@]} livepatches are not checked: there is no klp-build: $why_no_klp_build"
		return
	fi
	if [[ ${kernel-} ]]; then
		check+=(--kernel "$kernel")
	elif [[ $release = "$(uname -r)" ]]; then
		check+=(--running)
	else
		check+=(--kernel "$tree")
	fi
	if ! "${check[@]}" "${livepatches[@]}"; then
		drop_refused checked check livepatches
		return 1
	fi
}
