#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# klp downgrade, with the real dnf, zypper and apt, on small packages in repositories of its own: no network, no kernel.
#
# Usage: selftests/host/downgrade.sh KLP
#
#   KLP  the program
#
# The packages are installed in roots of their own, of which the program looks at pictures. For what is not installed here (dnf,
# zypper and createrepo_c with rpmbuild; apt-get with dpkg-deb and dpkg-scanpackages) the tests are skipped.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

klp=${1:?the program klp, please}
release=6.4.0-150600.21-default
rpm_name=kernel-livepatch-6_4_0-150600_21-default
deb_name=linux-livepatch-$release

# have(program...) - whether all of them are installed
have() {
	command -v "$@" >"$work/have" && [[ $(wc -l <"$work/have") -eq $# ]]
}

# skip(count, reason) - skip tests
skip() {
	local count=$1
	while ((count-- > 0)); do
		tests_run+=1
		echo "ok $tests_run # SKIP $2"
	done
}

# machine(root) - what the kernel shows, with version 3 of the livepatch
machine() {
	mkdir -p "$1"/{proc/sys/kernel,sys/kernel/livepatch/livepatch_3_1}
	echo "$release" >"$1/proc/sys/kernel/osrelease"
	echo 1 >"$1/sys/kernel/livepatch/livepatch_3_1/enabled"
	echo 0 >"$1/sys/kernel/livepatch/livepatch_3_1/transition"
}

# rpms() - make versions 1 to 3 of a package, and a repository
rpms() {
	local version
	for version in 1 2 3; do
		cat >"$work/spec" <<-END
			Name: $rpm_name
			Version: $version
			Release: 150600.$version.1
			Summary: a livepatch
			License: GPL-2.0
			%description
			A livepatch.
			%install
			mkdir -p %{buildroot}/usr/lib/modules/$release/livepatch
			echo $version >%{buildroot}/usr/lib/modules/$release/livepatch/livepatch_${version}_1.ko
			%files
			/usr/lib/modules/$release/livepatch/livepatch_${version}_1.ko
			%changelog
			* Wed Mar 08 2023 A <a@example.com> - $version
			- Fix for CVE-2023-1000$version bsc#100$version
		END
		rpmbuild -bb --quiet --define "_topdir $work/rpmbuild" --define "_rpmdir $work/rpms" "$work/spec"
	done
	createrepo_c --quiet "$work/rpms"
}

# rpm_root(root, settings) - a root with the newest of these packages; where its repositories are set up
rpm_root() {
	mkdir -p "$1/$2" "$1/usr/lib"
	ln -s usr/lib "$1/lib"
	printf '[test]\nname=test\nbaseurl=file://%s\ngpgcheck=0\nenabled=1\n' "$work/rpms" >"$1/$2/test.repo"
	machine "$1"
	rpm --root "$1" --install --nodeps --nosignature "$work"/rpms/*/"$rpm_name"-3-*.rpm
}

# debs() - make versions 1 to 3 of a package, and a repository
debs() {
	local version root
	mkdir "$work/debs"
	for version in 1 2 3; do
		root=$work/deb-$version
		mkdir -p "$root/DEBIAN" "$root/lib/modules/$release/livepatch"
		echo "$version" >"$root/lib/modules/$release/livepatch/livepatch_${version}_1.ko"
		cat >"$root/DEBIAN/control" <<-END
			Package: $deb_name
			Version: $version-1
			Architecture: all
			Maintainer: A <a@example.com>
			Description: a livepatch
		END
		dpkg-deb --root-owner-group --build "$root" "$work/debs"
	done
	(cd -- "$work/debs" && dpkg-scanpackages --multiversion . >Packages)
}

# deb_root(root) - a root with the newest of these packages
deb_root() {
	mkdir -p "$1"/etc/apt/{apt.conf.d,preferences.d,sources.list.d} "$1"/var/lib/apt/lists/partial \
		"$1"/var/cache/apt/archives/partial "$1"/var/lib/dpkg/{info,updates} "$1"/var/log/apt "$1"/usr/share
	: >"$1/var/lib/dpkg/status"
	echo "deb [trusted=yes] file:$work/debs ./" >"$1/etc/apt/sources.list"
	machine "$1"
	dpkg --root="$1" --log=/dev/null --install "$work/debs/${deb_name}_3-1_all.deb"
	apt-get --quiet --option Dir="$1" --option Dir::State::status="$1/var/lib/dpkg/status" \
		--option APT::Sandbox::User=root update
}

# rpm_version(root) - which version is installed
rpm_version() {
	rpm --root "$1" --query --queryformat '%{VERSION}\n' "$rpm_name"
}

# deb_version(root) - which version is installed
deb_version() {
	# shellcheck disable=SC2016 # dpkg's own
	dpkg-query --admindir="$1/var/lib/dpkg" --show --showformat='${Version}\n' "$deb_name"
}

# downgrades(manager, root, version, package) - tests of what klp does with a package manager
downgrades() {
	local root=$2 version=$3 said
	ok "$1: klp tells the package" grep -qF "$4" <<<"$("$klp" --root="$root" -v patches 2>&1)"
	said=$("$klp" --root="$root" downgrade --dry-run 2>&1 </dev/null) || true
	is "$1: the version before is found" "$(head -n 1 <<<"$said")" "$4 -> $5"
	is "$1: nothing is done without a yes" "$("$klp" --root="$root" downgrade <<<n 2>&1 | tail -n 1)" \
		'Do it? [y/N] klp: nothing was done'
	is "$1: nothing has changed" "$("$version" "$root")" "${6}"
	ok "$1: it goes back" "$klp" --root="$root" -n downgrade
	is "$1: the version before is installed" "$("$version" "$root")" "${7}"
	ok "$1: its file is there" test -e "$root/lib/modules/$release/livepatch/livepatch_2_1.ko"
	ok "$1: the other file is not" test ! -e "$root/lib/modules/$release/livepatch/livepatch_3_1.ko"
}

((EUID == 0)) || skip_all 'only root can install packages in a root'
plan 26

rpm_package=$rpm_name-3-150600.3.1.x86_64
if have rpm rpmbuild createrepo_c && rpms >"$work/log" 2>&1; then
	for manager in dnf zypper; do
		settings=etc/yum.repos.d
		[[ $manager = dnf ]] || settings=etc/zypp/repos.d
		if have "$manager"; then
			rpm_root "$work/$manager" "$settings" >"$work/log" 2>&1 || note "$work/log"
			downgrades "$manager" "$work/$manager" rpm_version "$rpm_package" 2-150600.2.1 3 2
		else
			skip 8 "there is no $manager"
		fi
	done
	rpm_root "$work/cves" etc/yum.repos.d >"$work/log" 2>&1 || note "$work/log"
	is 'CVEs come from the change log' "$("$klp" --root="$work/cves" -v patches | grep CVE:)" '    CVE: CVE-2023-10003'
	is 'and answer questions' "$("$klp" --root="$work/cves" fixes CVE-2023-10003)" 'CVE-2023-10003: fixed by livepatch_3_1'
else
	skip 18 'there is no rpm, rpmbuild or createrepo_c'
fi

if have apt-get dpkg dpkg-deb dpkg-scanpackages && debs >"$work/log" 2>&1; then
	deb_root "$work/apt" >"$work/log" 2>&1 || note "$work/log"
	downgrades apt "$work/apt" deb_version "${deb_name}_3-1_all" 2-1 3-1 2-1
else
	skip 8 'there is no apt-get, dpkg-deb or dpkg-scanpackages'
fi

done_testing
