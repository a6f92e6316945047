#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What klp and kgr tell of livepatches is what the kernel that runs here does.
#
# The programs are those that scripts/stage-klp lays beside the selftests, or in the directory $KLP_DIR.

. "$(dirname "$0")/../lib.sh"
: "${KLP_DIR:=$TOP/klp}"
[[ -x $KLP_DIR/klp && -x $KLP_DIR/kgr ]] || skip_all "there are no klp and kgr in $KLP_DIR"
plan 21
PATH=$KLP_DIR:$PATH
rm -rf /var/lib/klp /var/lib/kpatch

# has(name, text, line) - test that a text has a line
has() {
	ok "$1" grep -qxF -e "$3" <<<"$2"
}

is 'a kernel without livepatches is ready' "$(klp status; kgr status)" $'ready\nready'
is 'nothing is listed' "$(klp patches; kgr patches; klp fixes)" ''

load cumulative skip=version
is 'klp patches names it' "$(klp patches)" cumulative
is 'kgr patches names it' "$(kgr patches)" cumulative
has 'klp -v patches says that it is active' "$(klp -v patches)" '    active: 1'
has 'and only what was not left out' "$(klp -v patches)" '    CVE: CVE-2026-99991'
has 'and so does kgr' "$(kgr -v patches)" '    active: 1'
is 'the fixes are those of the note, but for what was left out' "$(klp fixes)" 'cumulative
    CVE-2026-99991: proc: hide the kernel command line
    example#2: proc: name the execution domains of today
    CVE-2026-99992, low, skipped: proc: hide the compiler in /proc/version'
is 'one CVE is fixed' "$(klp fixes CVE-2026-99991)" 'CVE-2026-99991: fixed by cumulative'
is 'one was left out' "$(klp fixes CVE-2026-99992 || true)" 'CVE-2026-99992: not fixed: skipped in cumulative'
has 'the metrics name it' "$(klp metrics)" 'klp_livepatch_enabled{livepatch="cumulative"} 1'
has 'and count its functions' "$(klp metrics)" 'klp_livepatch_functions{livepatch="cumulative"} 2'
klp metrics --output /tmp/klp.prom
is 'a file has the same' "$(klp metrics)" "$(cat /tmp/klp.prom)"
like 'the OpenVEX document states what is fixed' "$(klp vex)" '"name": "CVE-2026-99991"'
ok 'and nothing else' test "$(klp vex | grep -c '"status": "fixed"')" -eq 1
ok 'nothing blocks' test -z "$(klp blocking; kgr blocking; kgr blocking -t)"
ok 'klp check says that all is done' klp check
ok 'kgr check says so too' kgr check
ok 'nobody has to be poked' test -z "$(kgr -v poke)"
mkdir -p "/var/lib/kpatch/$(uname -r)"
cp "$(module_file cmdline)" "/var/lib/kpatch/$(uname -r)/"
has 'what is installed and not active is told' "$(klp fixes)" 'Installed, but not active:'
unload cumulative
is 'then it is gone' "$(klp patches)" ''
rm -rf /var/lib/kpatch
done_testing
