#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Do what a fixed kernel does otherwise, and print what came of it in one line.
#
# Usage: trigger.pl WHAT [ARGUMENT]...

use strict;
use warnings;

# The system calls, x86_64's numbers.
use constant {
	NR_MOUNT      => 165,
	NR_ADD_KEY    => 248,
	NR_KEYCTL     => 250,
	NR_UNSHARE    => 272,
	NR_MOVE_MOUNT => 429,
	NR_FSPICK     => 433,
};

my %triggers;

# error() - print the name of the last system call's error
sub error
{
	foreach my $name (keys %!) {
		return $name if $!{$name};
	}
	return "error $!";
}

# sys(number, argument...) - make a system call
sub sys
{
	# Perl wants strings that it could write to.
	my ($number, @arguments) = @_;

	return syscall($number, @arguments);
}

# try(name, status) - end unless a system call worked
sub try
{
	my ($name, $status) = @_;

	if (!defined $status || $status == -1) {
		print "$name: ", error(), "\n";
		exit 1;
	}
	return $status;
}

# keyring UID: what /proc/keys says about the end of a user's persistent keyring, which is made when it cannot be linked.
$triggers{keyring} = sub {
	my ($uid) = @_;

	($<, $>) = ($uid, $uid);
	# In the keyring of the process (-2), one that takes no links.
	my $dest = try('add_key', sys(NR_ADD_KEY, 'keyring', 'stable', 0, 0, -2));
	try('KEYCTL_RESTRICT_KEYRING', sys(NR_KEYCTL, 29, $dest, 0, 0, 0));
	my $linked = sys(NR_KEYCTL, 22, -1, $dest, 0, 0);
	my $status = $linked == -1 ? error() : 'linked';
	open(my $keys, '<', '/proc/keys') or die "/proc/keys: $!";
	while (<$keys>) {
		my (undef, undef, undef, $timeout, undef, undef, undef, undef, $description) = split;
		print "$status $timeout\n" if $description =~ /^_persistent\.$uid:/;
	}
};

# into_empty_namespace() - make the kernel's empty file system the root
sub into_empty_namespace
{
	try('UNSHARE_EMPTY_MNTNS', sys(NR_UNSHARE, 0x00100000));
}

# atime: whether reading the root of the kernel's empty file system changes its access time.
$triggers{atime} = sub {
	into_empty_namespace();
	my $before = (stat '/')[8];
	sleep 2;
	opendir(my $root, '/') or die "/: $!";
	my @entries = readdir $root;
	closedir $root;
	print scalar(@entries), ' entries, ', (stat '/')[8] == $before ? 'same' : 'new', " time\n";
};

# fspick: whether that file system can be reconfigured.
$triggers{fspick} = sub {
	into_empty_namespace();
	my $context = sys(NR_FSPICK, -100, '/', 0);
	print $context == -1 ? error() : 'a context', "\n";
};

# set_group: whether an unbindable mount can be made a member of another's group.
$triggers{set_group} = sub {
	my ($from, $to) = ('/tmp/stable.from', '/tmp/stable.to');

	# A mount namespace of its own, in which all is private (MS_REC | MS_PRIVATE).
	try('unshare', sys(NR_UNSHARE, 0x00020000));
	try('make private', sys(NR_MOUNT, 'none', '/', 'none', 0x44000, 0));
	mkdir $_ foreach $from, $to;
	try('mount', sys(NR_MOUNT, 'stable', $from, 'tmpfs', 0, 0));
	try('bind', sys(NR_MOUNT, $from, $to, 'none', 0x1000, 0));
	try('make shared', sys(NR_MOUNT, 'none', $from, 'none', 0x100000, 0));
	try('make unbindable', sys(NR_MOUNT, 'none', $to, 'none', 0x20000, 0));
	my $status = sys(NR_MOVE_MOUNT, -100, $from, -100, $to, 0x100);
	my $unbindable = $status == -1 ? error() : 'grouped';
	# A private one can: nothing else has changed.
	try('make private', sys(NR_MOUNT, 'none', $to, 'none', 0x40000, 0));
	$status = sys(NR_MOVE_MOUNT, -100, $from, -100, $to, 0x100);
	print "unbindable: $unbindable, private: ", $status == -1 ? error() : 'grouped', "\n";
};

# up(device) - set a network device up
sub up
{
	my ($device) = @_;

	socket(my $socket, 2, 2, 0) or die "socket: $!";
	# SIOCSIFFLAGS, IFF_UP.
	ioctl($socket, 0x8914, my $request = pack('a16 S x22', $device, 1)) or die "$device: $!";
}

# ifindex(device) - print the number of a network device
sub ifindex
{
	open(my $file, '<', "/sys/class/net/$_[0]/ifindex") or die "$_[0]: $!";
	return int <$file>;
}

# attribute(type, value) - an attribute of netlink
sub attribute
{
	my ($type, $value) = @_;

	return pack('S S a*', 4 + length $value, $type, $value) . "\0" x (-length($value) & 3);
}

# rtnetlink(type, flags, body) - send a request, and return its error
sub rtnetlink
{
	my ($type, $flags, $body) = @_;

	socket(my $socket, 16, 3, 0) or die "netlink: $!";
	# NLM_F_REQUEST and NLM_F_ACK as well.
	send($socket, pack('L S S L L a*', 16 + length $body, $type, 5 | $flags, 1, 0, $body), 0) or die "netlink: $!";
	recv($socket, my $answer, 8192, 0);
	my (undef, $kind, undef, undef, undef, $error) = unpack('L S S L L l', $answer);
	die "netlink answers $kind\n" unless $kind == 2;
	$! = -$error;
	return $error;
}

# filter(options, priority) - add a filter to what lo receives, and return the error
sub filter
{
	my ($options, $priority) = @_;
	my $lo = ifindex('lo');

	# RTM_NEWQDISC, NLM_F_CREATE: the ingress qdisc; it may be there already.
	rtnetlink(36, 0x400, pack('C x3 l L L L', 0, $lo, 0xffff0000, 0xfffffff1, 0) . attribute(1, "ingress\0"));
	# RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL.
	return rtnetlink(44, 0x600, pack('C x3 l L L L', 0, $lo, 0, 0xffff0000, $priority << 16 | 0x0300) .
		attribute(1, "basic\0") . attribute(2, $options));
}

# unfilter() - remove the filters again
sub unfilter
{
	# RTM_DELQDISC.
	rtnetlink(37, 0, pack('C x3 l L L L', 0, ifindex('lo'), 0xffff0000, 0xfffffff1, 0));
}

# em_text: whether a text match is taken, with an algorithm that there is, and with one whose name does not end.
$triggers{em_text} = sub {
	my @results;

	up('lo');
	foreach my $algorithm ('kmp', 'x' x 16) {
		# The data of the match; the layers are two halves of a byte.
		my $match = pack('a16 S S S C C a*', $algorithm, 0, 0, 4, 0x11, 0, 'text');
		my $header = pack('S S S S', 0, 5, 0, 0);
		my $error = filter(attribute(2, attribute(1, pack('S S', 1, 0)) .
			attribute(2, attribute(1, $header . $match))), 1);
		push @results, $error ? error() : 'taken';
	}
	unfilter();
	print join(' ', @results), "\n";
};

# spkt: how many bytes in front of the IP header a SOCK_PACKET socket sees on a tunnel, of a packet that lo has received.
$triggers{spkt} = sub {
	up('lo');
	up('tunl0');
	# An action, mirred: mirror to what tunl0 receives, and go on.
	my $mirror = pack('L L l l l l L', 0, 0, 3, 0, 0, 4, ifindex('tunl0'));
	filter(attribute(3, attribute(1, attribute(1, "mirred\0") . attribute(2, attribute(2, $mirror)))), 2) == 0 or die "mirred: $!";
	socket(my $packets, 17, 10, 0x0300) or die "SOCK_PACKET: $!";
	bind($packets, pack('S a14', 17, 'tunl0')) or die "bind: $!";
	socket(my $sender, 2, 2, 0) or die "socket: $!";
	send($sender, 'stable', 0, pack('S n C4 x8', 2, 9, 127, 0, 0, 1)) or die "send: $!";
	my $received = '';
	vec(my $ready = '', fileno($packets), 1) = 1;
	if (select($ready, undef, undef, 5)) {
		recv($packets, $received, 2000, 0);
	}
	unfilter();
	# It begins with version and length, a byte of zero, and the length of the packet: 20 + 8 + 6.
	print index($received, pack('C C n', 0x45, 0, 34)), " bytes in front\n";
};

# tun(name, flags, address) - make a tun device, set it up, and return its file
sub tun
{
	my ($name, $flags, @address) = @_;

	open(my $file, '+<', '/dev/net/tun') or die "/dev/net/tun: $!";
	# TUNSETIFF, IFF_TUN | IFF_NO_PI.
	ioctl($file, 0x400454ca, my $request = pack('a16 S x22', $name, 0x1001 | $flags)) or die "$name: $!";
	socket(my $socket, 2, 2, 0) or die "socket: $!";
	# SIOCSIFADDR, and SIOCSIFNETMASK of 24 bits.
	ioctl($socket, 0x8916, $request = pack('a16 S S C4 x16', $name, 2, 0, @address)) or die "$name: $!";
	ioctl($socket, 0x891c, $request = pack('a16 S S C4 x16', $name, 2, 0, 255, 255, 255, 0)) or die "$name: $!";
	# SIOCSIFMTU.
	ioctl($socket, 0x8922, $request = pack('a16 l x20', $name, 600)) or die "$name: $!";
	up($name);
	return $file;
}

# sum(data) - the checksum of IP
sub sum
{
	my $sum = unpack('%32n*', $_[0]);

	$sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
	return ~$sum & 0xffff;
}

# forwarded(in, out, start, offset) - how a packet with 40 bytes of options is fragmented, whose checksum is to be filled in
sub forwarded
{
	my ($in, $out, $start, $offset) = @_;
	my $options = "\x01" x 40;
	my ($fragments, $kept) = (0, 'kept');
	my $header = sub { pack('C C n n n C C n C4 C4 a*', 0x4f, 0, 960, 1, 0, 64, 17, $_[0], 10, 99, 1, 2, 10, 99, 2, 2, $options) };

	# VIRTIO_NET_HDR_F_NEEDS_CSUM.
	syswrite($in, pack('C C S S S S', 1, 0, 0, 0, $start, $offset) . $header->(sum($header->(0))) . "\0" x 900) or
		die "tun: $!";
	for (;;) {
		vec(my $ready = '', fileno($out), 1) = 1;
		last unless select($ready, undef, undef, 2) && sysread($out, my $packet, 2000);
		# Not what IPv6 says on every new device.
		next unless unpack('C', $packet) == 0x4f;
		$kept = 'changed' if !$fragments && substr($packet, 20, 40) ne $options;
		$fragments++;
	}
	return $fragments ? "$fragments fragments, options $kept" : 'dropped';
}

# csum_start: what becomes of a packet whose checksum is to be filled in in its header, and of one that is right.
$triggers{csum_start} = sub {
	# IFF_VNET_HDR.
	my $in = tun('stable_in', 0x4000, 10, 99, 1, 1);
	my $out = tun('stable_out', 0, 10, 99, 2, 1);

	open(my $forward, '>', '/proc/sys/net/ipv4/ip_forward') or die "ip_forward: $!";
	syswrite($forward, '1');
	print 'header: ', forwarded($in, $out, 20, 16), ', data: ', forwarded($in, $out, 60, 6), "\n";
	syswrite($forward, '0');
};

my $what = shift // '';
my $trigger = $triggers{$what} or die "trigger.pl: what? one of @{[sort keys %triggers]}\n";
$trigger->(@ARGV);
