#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# What is installed is loaded when a machine with systemd boots; what takes the machine down is not loaded again.
#
# Usage: selftests/host/boot.sh
#
# KERNEL and BACKEND choose the kernel, as ever. It boots five times.

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=systemd.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/systemd.sh"

bring patches/cmdline/cmdline.ko selftests/test_modules/test_boot_panic/test_boot_panic.ko
plan 30

# What the machine tells of itself, each in a line `name: value`.
cat >"$work/stage/tell.sh" <<'END'
echo "cmdline: $(cat /proc/cmdline)"
echo "loaded: $(cd /sys/kernel/livepatch && echo *)"
echo "service: $(systemctl show -P ActiveState kpatch.service) $(systemctl show -P ConditionResult kpatch.service)"
echo "watch: $(systemctl show -P ActiveState klp-boot-ok.service)"
echo "status: $(klp status 2>/dev/null)"
echo "held: $(klp status 2>&1 >/dev/null)"
echo "states: $(sed -n 's/.*"\(livepatch\|state\)": "\(.*\)".*/\2/p' /var/lib/klp/boot | xargs)"
END

# shellcheck disable=SC2016 # for the shell inside
machine -- bash -ec 'kpatch install /livepatch/cmdline.ko
	echo "enabled: $(systemctl is-enabled kpatch.service)"
	. /livepatch/tell.sh'
said 'a livepatch is installed' 0
line 'its service is enabled' enabled enabled
line 'installing loads nothing' loaded '*'

# shellcheck disable=SC2016 # for the shell inside
machine --append kpatch.enable=0 -- bash -ec '. /livepatch/tell.sh
	echo "by hand: $(klp boot 2>&1)"'
said 'a machine with kpatch.enable=0 boots' 0
line 'its service does nothing' service 'inactive no'
line 'no livepatch is loaded' loaded '*'
line 'nor by hand' 'by hand' "klp: nothing is loaded: the kernel's command line says kpatch.enable=0"

# Shut down well before the time that the machine has to live.
# shellcheck disable=SC2016 # for the shell inside
machine -- bash -ec '. /livepatch/tell.sh
	moment() { systemctl show -P "$2" "$1"; }
	echo "order: $(($(moment kpatch.service ExecMainExitTimestampMonotonic) <= $(moment network-pre.target ActiveEnterTimestampMonotonic)))"
	echo "journal: $(journalctl -b -u kpatch.service -o cat | grep -c "cmdline is loaded")"
	kpatch install /livepatch/test_boot_panic.ko'
said 'a machine boots with an installed livepatch' 0
line 'it is active' cmdline 'this has been live patched'
line 'no other is' loaded cmdline
line 'its service has done it' service 'active yes'
line 'before the network' order 1
line 'the journal says so' journal 1
line 'klp status says that all is well' status ready
line 'it says nothing else' held ''
line 'the record says that it is not known yet whether the machine lives' states 'cmdline pending'
line 'somebody waits for that' watch active

machine -- sleep 300
said 'a livepatch takes the machine down' 126
ok 'it is this one' grep --quiet 'kernel panic: test_boot_panic: as it was told to' "$work/err"

# shellcheck disable=SC2016 # for the shell inside
machine -- bash -ec '. /livepatch/tell.sh
	echo "fsck: $(dmesg | grep -c "EXT4-fs error")"
	echo "failed: $(journalctl -b -u kpatch.service -o cat | grep -c "klp: test_boot_panic: the machine did not live long enough")"
	echo "told: $(journalctl -b -t klp -o cat KLP_ACTION=skip | grep -c "^livepatch test_boot_panic: skip")"
	echo "history: $(klp history test_boot_panic | grep -c "skip .*did not live long enough")"
	mkdir -p /etc/livepatch
	printf "[boot]\nsurvive = \"1s\"\n" >/etc/livepatch/klp.toml
	echo "good: $(klp boot --watch)"
	echo "cleared: $(klp boot --clear test_boot_panic)"
	echo "after: $(klp status 2>&1 | xargs)"'
said 'at the boot after, the machine lives' 0
line 'the other livepatch is active: the clean shutdown before was no crash' cmdline 'this has been live patched'
line 'the one that took it down is not loaded' loaded cmdline
ok 'klp status says so' grep --quiet '^held: klp: test_boot_panic is not loaded: the machine did not live long enough' "$work/out"
line 'in one word it is as ever' status ready
line 'the journal of the service says so' failed 1
line 'so does that of klp' told 1
line 'and the history' history 1
line 'what the machine has lived with is marked' good 'cmdline is good: the machine lives with it'
line 'what is held back can be cleared' cleared 'test_boot_panic is loaded again at the next boot'
line 'then nothing is held back' after ready
done_testing
