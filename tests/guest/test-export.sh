#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# The exporter on real traffic, in the guest: its numbers against those of ss, of the
# kernel's own counters, and of a second count of the trail. In TAP.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

evidence()
{
	cat "$work/err"
}

# The exporter writes a file each second: no scrape of ours adds a connection.
file=$work/textfile/tcptrail.prom
is_new()
{
	[ "$(stat -c %i "$file")" != "$1" ]
}

fresh()
{
	soon 10 is_new "$(stat -c %i "$file")"
}

# value NAME: with its labels
value()
{
	awk -v name="$1" '$1 == name { print $2 }' "$file"
}

at_least()
{
	awk -v a="$1" -v b="${2:-0}" 'BEGIN { if (b < a) print b, "is less than", a; exit b < a }'
}

# kernel_count NAME: a counter of /proc/net/snmp and netstat, all three namespaces
kernel_count()
{
	{ cat /proc/net/snmp /proc/net/netstat
	  for host in alice bob; do on $host cat /proc/net/snmp /proc/net/netstat; done; } |
	awk -v name="$1" '
		$1 != heads { heads = $1; for (i = 2; i <= NF; i++) head[i] = $i; next }
		{ for (i = 2; i <= NF; i++) if (head[i] == name) sum += $i; heads = "" }
		END { print sum + 0 }'
}

ss_states()
{
	{ ss -Htan; on alice ss -Htan; on bob ss -Htan; } | awk '
		BEGIN {
			split("ESTAB SYN-SENT SYN-RECV FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT UNCONN " \
			      "CLOSE-WAIT LAST-ACK LISTEN CLOSING", theirs, " ")
			split("established syn_sent syn_recv fin_wait1 fin_wait2 time_wait close " \
			      "close_wait last_ack listen closing", ours, " ")
		}
		{ n[$1]++ }
		END { for (i = 1; i <= 11; i++) printf "%s %d\n", ours[i], n[theirs[i]] }'
}

our_states()
{
	sed -n 's/^tcptrail_sockets{state="\([a-z_0-9]*\)"} /\1 /p' "$file"
}

# Nothing moves any more but timers: when one has, both are looked at again.
same_states()
{
	for _ in 1 2 3 4 5 6 7 8; do
		fresh
		ss_states >"$work/theirs"
		our_states >"$work/ours"
		cmp -s "$work/ours" "$work/theirs" && return 0
	done
	diff "$work/ours" "$work/theirs"
}

# so_many NAME LABELS PATTERN: the counter, and lines of the trail as watch tells it
so_many()
{
	is "$(value "$1{$2}")" "$(grep -cE "$3" "$work/json")"
}

plan 38
traffic_as "$work" web forgetful browser
hosts
start on bob "$work/web" serve 10.0.0.2 80
start on bob "$work/forgetful" serve --forget 10.0.0.2 8080
listening bob 80 8080
on alice "$work/browser" fetch 10.0.0.2 8080 3 # older than the module
await bob close-wait :8080
for name in ActiveOpens PassiveOpens OutRsts TCPSynRetrans TCPTimeWaitOverflow; do
	eval "before_$name=$(kernel_count $name)"
done
modprobe tcptrail
mkdir -m 777 "$work/textfile"
start tcptrail export --textfile "$work/textfile" --interval 1s --listen 127.0.0.1:9714 \
	--stuck --by-port 80,8080 2>"$work/err"
exporter=$last
soon 20 test -s "$file"
check 'sockets older than the module, in other namespaces' same_states

on alice "$work/browser" fetch 10.0.0.2 80 20
on alice "$work/browser" fetch 10.0.0.2 8080 5
for _ in 1 2 3; do on alice busybox nc -w 2 10.0.0.2 9 </dev/null; done 2>/dev/null
on bob nft -f - <<-'END'
	table inet filter {
		chain input { type filter hook input priority 10; tcp dport 81 drop; }
	}
END
on alice busybox nc -w 5 10.0.0.2 81 </dev/null 2>/dev/null
on alice sysctl -qw net.ipv4.tcp_max_tw_buckets=0
on alice "$work/browser" fetch 10.0.0.2 80 3
on alice sysctl -qw net.ipv4.tcp_max_tw_buckets=4096
sleep 2

check 'sockets by state, as ss has them' same_states
fresh
tcptrail watch --history --no-follow --json >"$work/json" 2>>"$work/err"
for pair in close,syn_sent syn_sent,established syn_sent,close listen,syn_recv \
	    syn_recv,established established,fin_wait1 established,close_wait \
	    fin_wait1,fin_wait2 fin_wait2,close close_wait,last_ack last_ack,close; do
	from=${pair%,*} to=${pair#*,}
	check "transitions $from to $to: $(value "tcptrail_transitions_total{from=\"$from\",to=\"$to\"}")" \
		so_many tcptrail_transitions_total "from=\"$from\",to=\"$to\"" \
		"\"kind\":\"socket\".*\"old_state\":\"$from\",\"new_state\":\"$to\""
done
check 'RSTs, sent, as on record' so_many tcptrail_resets_total 'direction="sent"' \
	'"direction":"out","tcp_flags":"[^"]*RST'
check 'RSTs, received, as on record' so_many tcptrail_resets_total 'direction="received"' \
	'"direction":"in","tcp_flags":"[^"]*RST'

# Against the kernel's own
since()
{
	is "$1" $(($(kernel_count "$2") - $(eval echo "\$before_$2")))
}
check 'ActiveOpens' since "$(value 'tcptrail_connections_opened_total{role="active"}')" ActiveOpens
# The kernel counts children: also one that finds its request already answered, and goes.
check 'PassiveOpens' since "$(value 'tcptrail_transitions_total{from="listen",to="syn_recv"}')" \
	PassiveOpens
check 'opened by others' is "$(value 'tcptrail_connections_opened_total{role="passive"}')" \
	"$(value 'tcptrail_transitions_total{from="syn_recv",to="established"}')"
check 'OutRsts' since "$(value 'tcptrail_resets_total{direction="sent"}')" OutRsts
check 'TCPSynRetrans' since $(($(value 'tcptrail_retransmits_total{segment="syn"}') +
	$(value 'tcptrail_retransmits_total{segment="syn_ack"}'))) TCPSynRetrans
check 'there were some' at_least 1 "$(value 'tcptrail_retransmits_total{segment="syn"}')"
check 'TCPTimeWaitOverflow' since "$(value tcptrail_time_wait_overflows_total)" TCPTimeWaitOverflow
check 'there were some' at_least 1 "$(value tcptrail_time_wait_overflows_total)"

# Times: a round trip is 20 ms
mean()
{
	awk -v name="$1" '$1 ~ "^" name "_sum" && (NF == 2) { sum += $2 }
		$1 ~ "^" name "_count" { n += $2 } END { printf "%.3f\n", n ? sum / n : 0 }' "$file"
}
check "handshakes took 20 ms or more, on average: $(mean tcptrail_handshake_duration_seconds)" \
	at_least 0.020 "$(mean tcptrail_handshake_duration_seconds)"

# What is stuck: the eight that were forgotten; and on this host, where it may ask the
# kernel, those of which no record tells
start tcptrail export --listen 127.0.0.1:9715 >>"$work/err" 2>&1
unasked=$last
listening self 9715
start stick listen 127.0.0.1 7004 4 wait
start stick listen 127.0.0.1 7005 16 hold
listening self 7004 7005
start stick swarm 127.0.0.1 7004 9 wait
start stick connect 127.0.0.1 7005 fill wait
start stick connect 127.0.0.1 7005 fill close wait
leaked()
{
	awk '/^tcptrail_stuck_sockets.verdict="close-wait/ { n += $2 } END { print n }' "$file"
}

eight_have_leaked()
{
	at_least 8 "$(leaked)"
}

sleep 12
# Nobody has asked it so far, and it looked only when it began.
wget -qO "$work/first" http://127.0.0.1:9715/metrics
check 'who asks first has a scan made' grep -qE \
	'^tcptrail_stuck_sockets.verdict="accept-queue-[a-z]*".* [1-9]' "$work/first"
kill "$unasked"
# The exporter looks every five seconds.
check 'CLOSE-WAIT: leaked' soon 10 eight_have_leaked
check 'CLOSE-WAIT: the oldest' at_least 10 "$(value 'tcptrail_oldest_age_seconds{state="close_wait"}')"

our_verdicts()
{
	sed -n 's/^tcptrail_stuck_sockets{verdict="\(.*\)"} \([1-9]\)/\1 \2/p' "$file" | sort
}

their_verdicts()
{
	tcptrail stuck --all --json 2>>"$work/err" |
		sed -n 's/.*"verdict":"\([^"]\{1,\}\)".*/\1/p' | sort | uniq -c |
		awk '{ print $2, $1 }'
}

# The kernel is asked each 15 s, and meanwhile one more gets old enough.
same_verdicts()
{
	for _ in $(seq 20); do
		fresh
		our_verdicts >"$work/ours"
		their_verdicts >"$work/theirs"
		cmp -s "$work/ours" "$work/theirs" && return 0
		sleep 2
	done
	diff "$work/ours" "$work/theirs"
}
check 'stuck sockets by verdict, as stuck has them' same_verdicts
check 'the accept queue: backlog and one more' is "$(value tcptrail_accept_queue_sockets)" 5
check 'zero windows and a full accept queue are among them' is \
	"$(grep -cE '^(established-zero-window|fin-wait1-zero-window|accept-queue-full) 1$' \
	"$work/ours")" 3

# By HTTP, as nobody, and with clients that do not ask
idle()
{
	sleep 60 | busybox nc 127.0.0.1 9714
}
check 'healthz' is "$(wget -qO- http://127.0.0.1:9714/healthz)" ok
wget -qO "$work/stuck" http://127.0.0.1:9714/stuck
check 'stuck' test "$(grep -c '"verdict":"close-wait' "$work/stuck")" -ge 8
check 'stuck: what only the kernel knows' grep -q \
	'"timer":"probe".*"verdict":"established-zero-window"' "$work/stuck"
check 'no capabilities' test "$(grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/$exporter/status |
	grep -vc '0000000000000000$')" = 0
for _ in $(seq 60); do
	start idle >/dev/null 2>&1
done
on alice "$work/browser" fetch 10.0.0.2 80 40
check 'a scrape beside 60 that never ask' timeout 30 wget -qO "$work/scrape" http://127.0.0.1:9714/metrics
fresh
check 'no record was lost meanwhile' is "$(value 'tcptrail_records_lost_total{cause="overwritten"}')" 0
kill "$exporter"
check 'it ends when it is told to' wait "$exporter"
check 'and it unloads' rmmod tcptrail
