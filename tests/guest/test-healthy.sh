#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1
#
# Nothing is stuck on a host with 10,000 connections of every kind that is well (healthy.c):
# idle pools, long polls, websockets, half-closed streams, slow readers. For five minutes
# stuck, top and the exporter are asked, and have to say so. In TAP.
#
# All are on the loopback: the exporter, which has given up root, sees no other namespace's
# sockets.
connections=${1:-10000}
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

evidence()
{
	cut -c1-300 "$work"/stuck "$work"/series | head -n 60
	cat "$work/err"
}

opened()
{
	ip link set lo up mtu 1500
	start healthy serve 127.0.0.1 "$connections" >"$work/ready" 2>>"$work/err"
	listening self 7000 7001 7002 7003 7004 7005
	start healthy connect 127.0.0.1 "$connections" 2>>"$work/err"
	soon 300 grep -q ready "$work/ready"
}

# in_state STATE: how many, by the kernel
in_state()
{
	ss -Htn state "$1" | wc -l
}

nothing_is_stuck()
{
	tcptrail stuck >"$work/stuck"
	grep -qx 'Nothing is stuck.' "$work/stuck"
}

top_counts_none()
{
	tcptrail top --once --json >"$work/stuck"
	grep -q '"stuck_total":0,' "$work/stuck"
}

# The exporter that has been there all the time.
exporter_counts_none()
{
	grep '^tcptrail_stuck_sockets' "$work/textfile/tcptrail.prom" >"$work/series"
	[ -s "$work/series" ] && ! grep -v ' 0$' "$work/series"
}

# Their processes live: an error would have ended them.
all_live()
{
	[ ! -s "$work/err" ] && [ "$(in_state established)" -ge $((connections * 3 / 2)) ] &&
		[ "$(in_state close-wait)" = $((connections / 5)) ]
}

ask()
{
	check "after $1 s nothing is stuck" nothing_is_stuck
	check '… top says so' top_counts_none
	check '… and the exporter' exporter_counts_none
}

plan 24
modprobe tcptrail
check "$connections connections are opened" opened
check 'a fifth of them is half closed' is "$(in_state close-wait)" $((connections / 5))
mkdir "$work/textfile"
begin=$(cut -d. -f1 /proc/uptime)
start tcptrail export --textfile "$work/textfile" --interval 15 --user root
for seconds in 30 70 110 150 200 250 300; do
	until [ "$(cut -d. -f1 /proc/uptime)" -ge $((begin + seconds)) ]; do
		sleep 1
	done
	ask $seconds
done
check 'they live on' all_live
