#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1
# lab: --icount --timeout 900
#
# tcptrail stuck with 100,000 sockets open in one process and 50 of them stuck: what
# it finds, and that it takes 2 s at most. In TAP, with the times beside it.
#
# The guest's clock counts instructions, a thousand million to the second: so it is the
# same on every host, busy or not. Nearly all of them go to looking at each of the
# 100,000 descriptors, 5,500 to 9,000 of the kernel's for each.
sockets=${1:-100000}
bound=200
work=$(mktemp -d)
count=0 failures=0
trap 'kill $crowd 2>/dev/null; rm -rf "$work"' EXIT

check()
{
	name=$1
	count=$((count + 1))
	shift
	if "$@"; then
		echo "ok $count - $name"
	else
		failures=$((failures + 1))
		echo "not ok $count - $name"
		cut -c1-200 "$work/out" "$work/err" | sed "s/^/# /" | head -n 20
	fi
}

# Hundredths of a second.
now()
{
	sed 's/ .*//; s/\.//; s/^0*//' /proc/uptime
}

# took COMMAND…: so long
took()
{
	begin=$(now)
	"$@" >"$work/out" 2>"$work/err"
	echo $(($(now) - begin))
}

opened()
{
	: >"$work/ready"
	crowd "$sockets" 50 >"$work/ready" &
	echo $! >"$work/pid"
	until grep -q ready "$work/ready"; do
		kill -0 $! || return 1
		sleep 0.2
	done
}

measure()
{
	best=
	for run in 1 2 3; do
		t=$(took tcptrail stuck --older 100ms --state close-wait --json)
		echo "# $1, run $run: $t hundredths of a second"
		if [ -z "$best" ] || [ "$t" -lt "$best" ]; then
			best=$t
		fi
	done
	check "$1: the 50 are found, with their holder" \
		grep -q '"comm":"crowd".*"growth":{"count":50,' "$work/out"
	check "$1: in $best hundredths of a second, of $bound" [ "$best" -le "$bound" ]
}

echo 1..5
opening=$(took opened)
crowd=$(cat "$work/pid")
echo "# $sockets sockets were opened in $opening hundredths of a second"
check 'the sockets are there' \
	[ "$(sed -n 's/^TCP: inuse \([0-9]*\).*/\1/p' /proc/net/sockstat)" -ge "$sockets" ]
measure 'no module'
modprobe tcptrail
measure 'with the module'
[ "$failures" = 0 ]
