#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# The exporter and top are stopped while sockets end, until the ring has overwritten that
# they did: what was lost is told, and afterwards their numbers are those of ss again. In TAP.
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap
file=$work/textfile/tcptrail.prom
mkdir -m 777 "$work/textfile"

cleanup()
{
	kill -CONT $exporter $top
}

evidence()
{
	grep -E '^tcptrail_(sockets|records_lost)' "$file"
	cat "$work/err"
	tail -n 1 "$work/top" | cut -c -2000
}

# value NAME: with its labels
value()
{
	sed -n "s/^$1 //p" "$file" 2>/dev/null
}

has()
{
	[ "$(value "$1")" = "$2" ]
}

above()
{
	[ "$(value "$1")" -gt "$2" ] 2>/dev/null
}

as_ss()
{
	has 'tcptrail_sockets{state="established"}' "$(ss -Htan state established | wc -l)" &&
		has 'tcptrail_sockets{state="close_wait"}' "$(ss -Htan state close-wait | wc -l)"
}

# top_has TEXT: in the last line that is whole
top_has()
{
	tail -n 2 "$work/top" | head -n 1 | grep -qF -e "$1"
}

top_as_ss()
{
	top_has "\"established\":{\"now\":$(ss -Htan state established | wc -l)," &&
		top_has "\"close_wait\":{\"now\":$(ss -Htan state close-wait | wc -l),"
}

plan 10
ip link set lo up
modprobe tcptrail ring_kib=64
start tcptrail export --textfile "$work/textfile" --interval 1 2>"$work/err"
exporter=$last
start tcptrail top --json --interval 1 >"$work/top" 2>>"$work/err"
top=$last
start traffic serve 127.0.0.1 7100
listening self 7100
start crowd 200 20 >"$work/ready"
crowd=$last
soon 60 grep -q ready "$work/ready"
established='tcptrail_sockets{state="established"}'
check 'the crowd is counted' soon 30 above "$established" 199
check '… as ss does' soon 10 as_ss
check '… and so does top' soon 10 top_as_ss

kill -STOP $exporter $top
kill $crowd
wait $crowd 2>/dev/null
traffic fetch 127.0.0.1 7100 200 # 24 records each, 512 slots for each processor
kill -CONT $exporter $top
check 'records were overwritten, and that is told' \
	soon 30 above 'tcptrail_records_lost_total{cause="overwritten"}' 0
check 'the sockets that are gone are counted no more' soon 60 as_ss
check '… nor as living, but as ended unseen' \
	soon 30 above 'tcptrail_connections_ended_total{cause="unseen"}' 0
check 'top tells what was lost, too' soon 30 top_has '"lost":{"total":'
check '… and it is not nothing' [ "$(tail -n 2 "$work/top" | head -n 1 |
	sed 's/.*"lost":{"total":\([0-9]*\).*/\1/')" -gt 0 ]
check '… and counts what ss counts' soon 60 top_as_ss
kill $exporter $top
wait $exporter $top
check 'it unloads' rmmod tcptrail
