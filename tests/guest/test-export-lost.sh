#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# The exporter is stopped while sockets end, until the ring has overwritten that they
# did: what was lost is told, and afterwards its numbers are those of ss again. In TAP.
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap
file=$work/textfile/tcptrail.prom
mkdir -m 777 "$work/textfile"

cleanup()
{
	kill -CONT $exporter
}

evidence()
{
	grep -E '^tcptrail_(sockets|records_lost)' "$file"
	cat "$work/err"
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

plan 6
ip link set lo up
modprobe tcptrail ring_kib=64
start tcptrail export --textfile "$work/textfile" --interval 1 2>"$work/err"
exporter=$last
start traffic serve 127.0.0.1 7100
start crowd 200 20 >"$work/ready"
crowd=$last
soon 60 grep -q ready "$work/ready"
established='tcptrail_sockets{state="established"}'
check 'the crowd is counted' soon 30 above "$established" 199
check '… as ss does' soon 10 as_ss

kill -STOP $exporter
kill $crowd
wait $crowd 2>/dev/null
traffic fetch 127.0.0.1 7100 200 # 24 records each, 512 slots for each processor
kill -CONT $exporter
check 'records were overwritten, and that is told' \
	soon 30 above 'tcptrail_records_lost_total{cause="overwritten"}' 0
check 'the sockets that are gone are counted no more' soon 60 as_ss
check '… nor as living, but as ended unseen' \
	soon 30 above 'tcptrail_connections_ended_total{cause="unseen"}' 0
kill $exporter
wait $exporter
check 'it unloads' rmmod tcptrail
