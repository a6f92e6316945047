# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034 # its variables are for those who source it
#
# What the provisioning scripts share: where things are, how they speak, how a step is made once.
# Sourced, never run.

# A user's PATH may lack what chroot(8) is in.
PATH=$PATH:/usr/sbin:/sbin
# The checkout, and the cache that everything expensive is kept in.
top=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd -P)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rust-livepatch
[[ -d $cache ]] || mkdir -p -- "$cache"
cache=$(cd -- "$cache" && pwd -P)
# The mark of a toolchain root: a file that only a root made by scripts/toolchain has.
in_root_mark=/etc/rust-livepatch-toolchain

# die MESSAGE...: one message, then the end.
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# usage: the script's own opening comment.
usage() {
	sed -n '4,/^$/s/^# \{0,1\}//p' -- "$0"
}

# say MESSAGE...: a line of progress.
say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# find_arch: what the architecture of ARCH, or of this machine without it, is called.
#
#   arch         by this project: x86_64, s390x, ppc64le, arm64
#   machine      by uname -m
#   kernel_arch  by the kernel's build system
#   deb_arch     by Debian
#   cross        what the names of its compiler and binutils begin with; empty if they are this machine's own
find_arch() {
	case ${ARCH:-$(uname -m)} in
	x86_64 | x86 | amd64) arch=x86_64 machine=x86_64 kernel_arch=x86 deb_arch=amd64 cross=x86_64-linux-gnu- ;;
	s390x | s390) arch=s390x machine=s390x kernel_arch=s390 deb_arch=s390x cross=s390x-linux-gnu- ;;
	ppc64le | powerpc | ppc64el) arch=ppc64le machine=ppc64le kernel_arch=powerpc deb_arch=ppc64el cross=powerpc64le-linux-gnu- ;;
	arm64 | aarch64) arch=arm64 machine=aarch64 kernel_arch=arm64 deb_arch=arm64 cross=aarch64-linux-gnu- ;;
	*) die "ARCH=${ARCH:-$(uname -m)} is none of x86_64, s390x, ppc64le, arm64" ;;
	esac
	[[ $machine != "$(uname -m)" ]] || cross=''
}

# in_root: are we inside the toolchain root?
in_root() {
	[[ -e $in_root_mark ]]
}

# key WIDTH: the first WIDTH hexadecimal digits of the SHA-256 of stdin.
key() {
	local sum
	sum=$(sha256sum)
	printf '%s\n' "${sum:0:$1}"
}

# with_lock FILE: hold an exclusive lock on FILE until the script ends.
with_lock() {
	mkdir -p -- "$(dirname -- "$1")"
	exec {lock_fd}>>"$1"
	if ! flock --nonblock "$lock_fd"; then
		say "waiting for another run to finish ($1)"
		flock "$lock_fd"
	fi
}

# quietly LOG COMMAND...: run COMMAND with its output in LOG, which is shown if it fails.
quietly() {
	local log=$1
	shift
	if ! "$@" >"$log" 2>&1; then
		tail -n 40 -- "$log" >&2
		say "failed: $*"
		say "the whole output is in $log"
		return 1
	fi
}

# host_packages NEED=PACKAGE...: every NEED (a command, or the path of a file) is there, or its Debian package is installed, or
# one message says how.
host_packages() {
	local pair missing=()
	for pair; do
		[[ -e ${pair%%=*} ]] || command -v "${pair%%=*}" >/dev/null || missing+=("${pair#*=}")
	done
	((${#missing[@]})) || return 0
	local install="apt-get install --yes --no-install-recommends ${missing[*]}"
	command -v apt-get >/dev/null ||
		die "these Debian packages, or what your distribution calls them, are needed: ${missing[*]}"
	((EUID == 0)) || die "packages are missing on this machine; install them with: sudo $install"
	say "installing on this machine: ${missing[*]}"
	mkdir -p -- "$cache"
	quietly "$cache/host-packages.log" apt-get update || say "apt-get update failed; trying with the lists there are"
	# shellcheck disable=SC2086 # a command line made above, of package names
	DEBIAN_FRONTEND=noninteractive quietly "$cache/host-packages.log" $install || exit 1
}

# debian_mirrors: "ARCHIVE_URI SECURITY_URI" of this machine's own apt configuration, or nothing when it has no Debian mirror.
#
# An archive is known by the origin and label of its Release file; before the first `apt-get update`, on Debian, by the name
# of its suite.
debian_mirrors() {
	local suite=''
	command -v apt-get >/dev/null || return 0
	# shellcheck disable=SC1091 # the host's own
	suite=$(. /etc/os-release && [[ ${ID:-} = debian ]] && printf '%s' "${VERSION_CODENAME:-}") || suite=''
	{
		# shellcheck disable=SC2016 # apt's own variables
		apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages'
		[[ -z $suite ]] || apt-get update --print-uris |
			sed -n "s,^'\(.*\)/dists/$suite/InRelease'.*,Debian|Debian|\1,p
				s,^'\(.*\)/dists/$suite-security/InRelease'.*,Debian|Debian-Security|\1,p"
	} 2>/dev/null | awk -F'|' '
		{ sub(/\/$/, "", $3) }
		$1 == "Debian" && $2 == "Debian"          { archive = archive ? archive : $3 }
		$1 == "Debian" && $2 == "Debian-Security" { security = security ? security : $3 }
		END { if (archive && security) print archive, security }'
}

# with_older_suites: the lines of a sources.list, stdin, and after them those of the Debian releases before it that kernels and
# their compilers are taken from.
with_older_suites() {
	local older=(bookworm)
	awk -v older="${older[*]}" '
		{ print }
		$1 == "deb" && $3 ~ /^[a-z]+(-updates|-security)?$/ { lines[++n] = $0; suites[n] = $3 }
		END {
			count = split(older, release, " ")
			for (i = 1; i <= count; i++)
				for (j = 1; j <= n; j++) {
					suite = suites[j]
					sub(/^[a-z]+/, release[i], suite)
					sub(" " suites[j] " ", " " suite " ", lines[j])
					suites[j] = suite
					print lines[j]
				}
		}'
}

# apt_acquire: this machine's apt settings for fetching (proxies, retries, clock checks), as lines for apt.conf.
apt_acquire() {
	command -v apt-config >/dev/null || return 0
	apt-config dump 2>/dev/null |
		grep -E '^Acquire::((https?|ftp)::.*|Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|Queue-Mode) ' |
		grep -v -E '::(Proxy-Auto-Detect|ProxyAutoDetect) ' | grep -v ' "";$' || true
}
