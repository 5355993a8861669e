#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# A recorded file gives byte for byte what the live device gave: the same history,
# read from the rings and from a file, by each command and in each form. In TAP.
#
# One thing is each reader's own: how far the clock of the records is from the time
# of day. So that is cut out where it stands; everything else has to be equal.
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

# "time":"2026-…Z" in JSON; 2026-11-24 12:34:56.123456, or its second half, in text.
without_time_of_day()
{
	sed -E -e 's/"(time|started)":"[^"]*"/"\1":""/g' \
		-e 's/^([0-9]{4}-[0-9]{2}-[0-9]{2} )?[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}/TIME/' \
		-e 's/^-- [0-9]{4}-[0-9]{2}-[0-9]{2} --$/DATE/'
}

# same LINES HOW COMMAND…: of the device (with HOW, or - for nothing) and of the file,
# and at least LINES long
same()
{
	lines=$1 how=$2
	shift 2
	[ "$how" != - ] || how=
	# shellcheck disable=SC2086 # several words, or none
	"$@" $how >"$work/device.raw" 2>"$work/err" || { cat "$work/err"; return 1; }
	"$@" -i "$work/trail" >"$work/file.raw" 2>"$work/err" || { cat "$work/err"; return 1; }
	without_time_of_day <"$work/device.raw" >"$work/device"
	without_time_of_day <"$work/file.raw" >"$work/file"
	diff "$work/device" "$work/file" || return
	wc -l "$work/device"
	[ "$(wc -l <"$work/device")" -ge "$lines" ]
}

# What a clock tells that goes on, and what a file has not (descriptors, command lines,
# names of namespaces, what the kernel says of a socket now, and the sentences that name
# these) is not the trail's. All else of each line is, with the verdict.
of_the_trail()
{
	sed -E -e 's/"age_seconds":[0-9.]+,//; s/"timer":.*"window":[0-9]+,//' \
		-e 's/"holders":\[[^]]*\],//; s/"growth":\{[^}]*\},//' \
		-e 's/"(end_read|fds|fd_limit)":[a-z0-9]+,//g' \
		-e 's/"(command|netns_name|cgroup_path|sentence|remedy)":"[^"]*",//g' \
		-e 's/"(listed|end_read)",//g' |
		sort
}

same_stuck()
{
	set -- tcptrail stuck --all --state close-wait,time-wait --older 0 --json
	"$@" 2>/dev/null | of_the_trail >"$work/device"
	"$@" -i "$work/trail" 2>/dev/null | of_the_trail >"$work/file"
	diff "$work/device" "$work/file" && [ "$(wc -l <"$work/device")" -ge 6 ]
}

# Of a TIME-WAIT nothing but its age goes on, and its namespace has a name.
ages()
{
	sed -E -e 's/^(TIME-WAIT +)[0-9a-z.]+ +/\1AGE /; s/netns [a-z]+ \(([0-9]+)\)/netns \1/' \
		-e 's/, as far as records tell//'
}

same_stuck_text()
{
	set -- tcptrail stuck --all --state time-wait --older 0
	"$@" 2>/dev/null | ages >"$work/device"
	"$@" -i "$work/trail" 2>/dev/null | ages >"$work/file"
	diff "$work/device" "$work/file" && [ "$(wc -l <"$work/device")" -ge 18 ]
}

plan 17
modprobe tcptrail
hosts
ip -n alice addr add fd00::1/64 dev veth0 nodad
ip -n bob addr add fd00::2/64 dev veth0 nodad
start on bob traffic serve 10.0.0.2 80
start on bob traffic serve fd00::2 80
start on bob traffic serve --forget 10.0.0.2 8080
await bob listening '0.0.2:80 '
await bob listening 'd00::2.*:80 '
listening bob 8080
on alice traffic fetch 10.0.0.2 80 3
on alice traffic fetch fd00::2 80 3
on alice traffic fetch 10.0.0.2 8080 3
on alice traffic fetch 10.0.0.2 9 2>/dev/null # nobody listens
sleep 2 # until all is quiet: nothing is recorded from here on

tcptrail record --quiet --history --no-follow --no-snapshot "$work/trail"
check 'there is something' [ "$(tcptrail watch -i "$work/trail" --no-header | wc -l)" -ge 100 ]
all='--history --no-follow'
check 'watch' same 100 "$all" tcptrail watch
check 'watch --json' same 100 "$all" tcptrail watch --json
check 'watch --relative, to the byte' same 100 "$all" tcptrail watch --relative --show-netns --ascii
check '… and nothing was cut out of that' cmp "$work/device.raw" "$work/file.raw"
check 'watch with filters' same 5 "$all" tcptrail watch --json --port 80 --kind segments --addr fd00::/16
check 'life' same 8 "$all" tcptrail life
check '… and nothing was cut out of that' cmp "$work/device.raw" "$work/file.raw"
check 'life --ends --json' same 7 "$all" tcptrail life --ends --json
check 'life --json --summary' same 8 "$all" tcptrail life --json --summary
check 'life --summary' same 12 "$all" tcptrail life --summary
check 'explain' same 10 - tcptrail explain 10.0.0.2:80
check 'explain --all --absolute' same 60 - tcptrail explain :80 --all --absolute --ascii
check 'explain --all --json' same 6 - tcptrail explain :80 --all --json
check 'explain of one that was refused' same 5 - tcptrail explain :9
check 'stuck: the same lines but for clocks and descriptors' same_stuck
check '… and the same text' same_stuck_text
