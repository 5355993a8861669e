#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# lab: --module tests/guest/inject
#
# No memory: each allocation that the module asks for fails in its turn. What it was to do it
# does, or refuses; it always goes, and it is not freed while it is still called. In TAP.
#
# shellcheck disable=SC2016 # expanded by eval
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

# inject [PARAMETER=VALUE…]
inject()
{
	rmmod inject 2>/dev/null
	insmod /inject.ko "$@"
}

# detach FUNCTION RESULT TIMES: it fails so often while the module is unloaded
detach()
{
	inject function="$1" result="$2" times="$3" && insmod /tcptrail.ko || return
	dmesg -c >/dev/null
	sh -c 'echo 1 >/sys/module/inject/parameters/armed && exec rmmod tcptrail' &&
		! [ -e /sys/module/tcptrail ] || return
	read -r calls </sys/module/inject/parameters/calls
	echo 0 >/sys/module/inject/parameters/armed
	dmesg >"$work/dmesg"
}

# starved WHAT LEAST
starved()
{
	starve "$1" "$2" >"$work/starved" 2>&1
	starved_status=$?
	cat "$work/starved"
	sed 's/^/# /' "$work/starved" >&3
	return $starved_status
}
exec 3>&1

plan 20
check 'allocations can be made to fail' inject
insmod /tcptrail.ko ring_kib=64
check 'no memory: loaded whole, or refused' starved load 30
check 'no memory: it is unloaded' starved unload 0
check 'no memory: segments=1 is done, or refused' starved segments-on 4
check 'no memory: segments=0 is done' starved segments-off 0
check 'no memory: a namespace is born' starved netns 3

# Something to read.
ip link set lo up
start traffic serve 127.0.0.1 80
listening self 80
traffic fetch 127.0.0.1 80 20 >"$work/fetched"
check 'no memory: the device is opened, or not' starved open 1
check 'no memory: INFO' starved info 1
check 'no memory: a ring is mapped, or not' starved mmap 3
check 'no memory: all records are read' starved read 1
check 'no memory: poll()' starved poll 1
check 'no memory: epoll' starved epoll 1
rmmod tcptrail

# The module stays until it is not called any more.
check 'ftrace hooks that cannot be detached: it goes' detach unregister_ftrace_function -19 3
check '… when they are' is "$calls" 4
check '… and says so, once' is "$(grep -c 'hook cannot be detached (error -19)' "$work/dmesg")" 1
check 'a tracepoint that cannot be detached: it goes' detach tracepoint_probe_unregister -12 2
check '… when it is' between 3 9 "$calls"

# The filter is freed: without allocating, or by trying until memory is there.
check 'no memory for freeing the filter: it goes' detach ftrace_set_filter -12 2
case $(uname -r) in
5.10.*)	check '… when it is freed' is "$calls" 3 ;;
*)	check '… and needs none' is "$calls" 0 ;;
esac

rmmod inject
insmod /tcptrail.ko
check 'it is loaded as ever' sh -c 'tcptrail status && ! tcptrail status | grep "not attached"'
