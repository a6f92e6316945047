#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
# Parameters of every type of the kernel: their defaults, at load, written through sysfs, and read meanwhile.

. "$(dirname "$0")/lib.sh"
plan 60

readonly PARAMETERS=/sys/module/test_params/parameters
readonly FILE=/proc/test_params

# module_reads(name) - print what the module reads in a parameter
module_reads() {
	sed -n "s/^$1 //p" $FILE
}

# accepts(name, value, module's, sysfs's) - write a value that is good
accepts() {
	printf '%s' "$2" >"$PARAMETERS/$1"
	is "$1: $2 is accepted" "$(module_reads "$1") $(cat "$PARAMETERS/$1")" "$3 ${4-$3}"
}

# cannot_write(name, value) - whether the kernel refuses a value
cannot_write() {
	! printf '%s\n' "$2" 2>/dev/null >"$PARAMETERS/$1"
}

# rejects(name, values...) - write values that are not, of which nothing is seen
rejects() {
	local name=$1 value before
	shift
	before=$(cat $FILE)
	for value; do
		ok "$name: $value is rejected" cannot_write "$name" "$value"
	done
	is "$name: nothing has changed" "$(cat $FILE)" "$before"
}

insmod "$(module_file test_params)"
is 'defaults' "$(cat $FILE)" 'byte 1
short -2
ushort 3
int -4
uint 5
long -6
ulong 7
ullong 8
hexint 9
bool true
invbool true
charp any length
string up to 63
ints 0: 10 11 12 13
charps none
charps none
fixed 20
secret 21
hidden 22'
is 'modes' "$(stat -c %a $PARAMETERS/{int,charps,fixed,secret})" '644
644
444
400'
ok 'a parameter of mode 0 has no file' test ! -e $PARAMETERS/hidden
accepts byte 255 255
rejects byte 256 -1 many ''
accepts short -32768 -32768
rejects short 32768 -32769
accepts ushort 65535 65535
rejects ushort 65536 -1
accepts int -2147483648 -2147483648
accepts int 0x7fffffff 2147483647
rejects int 2147483648 1x
accepts uint 4294967295 4294967295
rejects uint 4294967296 -1
longest=$(($(getconf LONG_BIT) == 64 ? 9223372036854775807 : 2147483647))
accepts long "-$longest" "-$longest"
rejects long 9223372036854775808
accepts ulong "$longest" "$longest"
rejects ulong -1 18446744073709551616
accepts ullong 18446744073709551615 18446744073709551615
rejects ullong 18446744073709551616
accepts hexint 0xdeadbeef 3735928559 0xdeadbeef
rejects hexint 0x100000000
accepts bool 0 false N
accepts bool y true Y
rejects bool maybe
accepts invbool 1 false Y
accepts invbool n true N
rejects invbool maybe
accepts charp "$(printf '%0500d' 0)" "$(printf '%0500d' 0)"
accepts string "$(printf '%063d' 0)" "$(printf '%063d' 0)"
rejects string "$(printf '%064d' 0)"
accepts ints 1,2,3 '3: 1 2 3 13' 1,2,3
accepts ints 4 '1: 4 2 3 13' 4
ok 'ints: one element too many is rejected' cannot_write ints 1,2,3,4,5
accepts charps one,two 'one
two' one,two
ok 'fixed: cannot be written by its mode' test "$(stat -c %A $PARAMETERS/fixed | tr -d r-)" = ''
rmmod test_params

insmod "$(module_file test_params)" byte=2 short=-3 hexint=0xa bool invbool=1 charp='"two words"' ints=5,6 charps=a hidden=1
is 'given at load' "$(grep -Ex '(byte|short|hexint|bool|invbool|charp|ints|charps|hidden) .*' $FILE)" 'byte 2
short -3
hexint 10
bool true
invbool false
charp two words
ints 2: 5 6 12 13
charps a
charps none
hidden 1'
rmmod test_params
ok 'a value that is none keeps the module out' bash -c "! insmod $(module_file test_params) int=many 2>/dev/null"
ok 'nothing is left' is_gone test_params

# Everything is written all the time; a reader sees each value whole.
insmod "$(module_file test_params)" charp=x string=x ints=1,1,1,1
zeros=$(printf '%060d' 0)
ones=${zeros//0/1}
stop=$(mktemp -u)
write() {
	local name=$1 value
	shift
	while [[ ! -e $stop ]]; do
		for value; do
			printf '%s' "$value" >"$PARAMETERS/$name"
		done
	done
}
write charp "$zeros" "$ones$ones" short &
write string "$zeros" "$ones" &
write ulong 0 "$longest" &
write charps "$zeros,$ones" "$ones,$zeros" &
write ulong "$longest" 0 &
sleep 1
torn=$(perl -e '
	my ($torn, %seen) = (0);
	my ($zeros, $ones, $longest) = ("0" x 60, "1" x 60, $ARGV[0]);
	my $charp = "x|$zeros|$ones$ones|short";
	for (1 .. 500) {
		open(my $file, "<", "/proc/test_params") or die $!;
		sysread($file, my $text, 4096);
		$text =~ /^charp (?:$charp)$/m && $text =~ /^string (?:x|$zeros|$ones)$/m
			&& $text =~ /^ulong (?:7|0|$longest)$/m && $text =~ /^charps (?:none|$zeros|$ones)$/m or $torn++;
		$seen{$1} = 1 if $text =~ /^string (.*)/m;
	}
	print "$torn of 500, ", scalar(keys %seen) >= 2 ? "several" : "one", " seen"' "$longest")
touch "$stop"
wait
is 'no read sees half a value' "$torn" '0 of 500, several seen'
rmmod test_params
rm -f "$stop"
done_testing
