#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# A queue that was full when the exporter began, and is so no more: what the kernel
# said at the start does not outlive the sockets that it was about. In TAP.
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

full()
{
	grep -qs "^tcptrail_stuck_sockets{verdict=\"accept-queue-full\"} $1\$" "$work/textfile/tcptrail.prom"
}

plan 3
modprobe tcptrail
mkdir -m 777 "$work/textfile"
ip link set lo up
start stick listen 127.0.0.1 7004 4 until "$work/go" dismiss
listening self 7004
start stick swarm 127.0.0.1 7004 9 wait
clients=$last
await self listening '^5 .*:7004'
start tcptrail export --textfile "$work/textfile" --interval 1s
exporter=$last
check 'a full queue is told' soon 40 full 1
: >"$work/go"
await self listening '^0 .*:7004'
kill "$clients"
check '… until it is not' soon 40 full 0
kill "$exporter"
check 'the exporter ends' wait "$exporter"
