#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# lab: --with scripts/unload
#
# Packets that wait in an NFQUEUE, whoever owns it, are dropped by the kernel when the module
# goes, and when it stops to record segments. scripts/unload says before where one is in use.
# In TAP.
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

# queue NUMBER [PREFIX…]: it has an owner who never gives a verdict on what comes for port 9
queue()
{
	local number=$1
	shift
	"$@" ip link set lo up
	"$@" nft -f - <<-END
		table ip t { chain out { type filter hook output priority 0; udp dport 9 queue num $number; }; }
	END
	start "$@" nfqueue "$number" >"$work/bound-$number"
	soon 10 grep -q bound "$work/bound-$number"
}

# fill: two packets more into each queue
fill()
{
	local _
	for _ in 1 2; do
		echo x >/dev/udp/127.0.0.1/9
		ip netns exec q bash -c 'echo x >/dev/udp/127.0.0.1/9'
	done
}

# waiting PACKETS: in queue 8, ours, and in queue 7 of namespace q
waiting()
{
	# shellcheck disable=SC2016 # awk's
	is "$({ cat /proc/self/net/netfilter/nfnetlink_queue
		ip netns exec q cat /proc/self/net/netfilter/nfnetlink_queue
	} | awk '{ print $1 ":" $3 }' | xargs)" "8:$1 7:$1"
}

plan 10
modprobe tcptrail
check 'nothing is said where no queue is in use' is "$(unload 2>&1)" ''
check '… and the module is gone' test ! -e /sys/module/tcptrail

modprobe tcptrail
modprobe -a nft_queue nfnetlink_queue
ip netns add q
queue 8
queue 7 ip netns exec q
fill
check 'packets wait' waiting 2
echo 0 >/sys/module/tcptrail/parameters/segments
check 'segments=0 drops them' waiting 0

echo 1 >/sys/module/tcptrail/parameters/segments
fill
check 'packets wait again' waiting 2
unload >"$work/warned" 2>&1
check 'the module is unloaded' test ! -e /sys/module/tcptrail
check '… which drops them' waiting 0
check 'both queues are named' is "$(wc -l <"$work/warned")" 2
check '… with what waits in them' grep -q '^unload: NFQUEUE 8 of .* (2 packets now) is dropped$' "$work/warned"
check '… one by its namespace' grep -q 'NFQUEUE 7 .* net:\[[0-9]*\]' "$work/warned"
