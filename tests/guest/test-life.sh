#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# Each way in which a connection can end, provoked for real, and what life says of
# it: of both ends as one, since both are on this machine. In TAP.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob
#	carol: alone, with loopback
#	east1 - west1, east2 - west2: two pairs with the same addresses
#	upper 10.8.0.1 ---- 5 ms, every tenth segment lost ---- 10.8.0.2 lower
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

evidence()
{
	cat "$work/line"
}

serve()
{
	start on bob endings serve 10.0.0.2 "$@"
}

connects()
{
	start on alice endings connect 10.0.0.2 "$@"
}

# cut PORT: nothing of that server's passes any more.
cut_off()
{
	on bob nft add rule ip cut in tcp dport "$1" drop
	on bob nft add rule ip cut out tcp sport "$1" drop
}

# tells NAME PORT REGEX: of the connection to that port (in $work/line).
tells()
{
	grep -E "^[^{]*\{\"v\":[0-9]+,\"kind\":\"life\".*\"remote_port\":$2,\"cookie\":[0-9]*,\"role\":\"active\"" \
		"$work/life.json" >"$work/line"
	check "$1" grep -qE "$3" "$work/line"
}

# value KEY [peer]: a number in $work/line, in milliseconds if it is in seconds.
value()
{
	if [ "${2-}" ]; then sed 's/.*"peer"://' "$work/line"; else sed 's/"peer":.*//' "$work/line"; fi |
		sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" |
		awk -v seconds="${1%_seconds}" -v key="$1" '{ print int(seconds == key ? $1 : $1 * 1000) }'
}

pair_up()
{
	ip netns add "$1"
	ip netns add "$2"
	ip link add veth0 netns "$1" type veth peer name veth0 netns "$2"
	ip -n "$1" addr add "$3.1/24" dev veth0
	ip -n "$2" addr add "$3.2/24" dev veth0
	ip -n "$1" link set veth0 up
	ip -n "$2" link set veth0 up
	on "$1" ping -c 1 -W 2 "$3.2" >/dev/null
}

inum()
{
	on "$1" stat -L -c %i /proc/self/ns/net
}

plan 34
hosts
pair_up east1 west1 10.9.0
pair_up east2 west2 10.9.0
pair_up upper lower 10.8.0
for host in upper lower; do
	tc -n $host qdisc add dev veth0 root netem delay 5ms loss 10%
done
ip netns add carol
ip -n carol link set lo up
on alice sysctl -qw net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_orphan_retries=2 \
	net.ipv4.tcp_retries2=3
on bob sysctl -qw net.ipv4.tcp_synack_retries=1
on bob nft add table ip cut
on bob nft 'add chain ip cut in { type filter hook input priority 0; }'
on bob nft 'add chain ip cut out { type filter hook output priority 0; }'
on alice nft add table ip nat
on alice nft 'add chain ip nat out { type nat hook output priority -100; }'
on alice nft add rule ip nat out ip daddr 10.0.0.50 tcp dport 7017 dnat to 10.0.0.2

# Older than the trail
serve 7000 open drain
listening bob 7000
connects 7000 open
await bob established :7000
modprobe tcptrail
start tcptrail record --force --duration 90 "$work/trail" 2>/dev/null
recorder=$last
start tcptrail life --json --duration 90 --no-header >"$work/life.json"
liver=$last
reading "$recorder" "$liver"

serve 7002 open drain write=3000 close exit
serve 7003 open wait=500 close exit
serve 7004 open read=10 drain exit
serve 7006 open drain wait=300 write=100 wait=300 write=100 wait=300 exit
serve 7010 open
serve 7011 open write=1 drain
serve 7012 open write=1 keepalive
serve 7013 open write=1 drain
serve 7014 open write=1 drain exit
serve 7019 open write=1 drain
serve 7017 open read=5 close exit
start on carol endings serve 127.0.0.1 7015 open drain close exit
start on west1 endings serve 10.9.0.2 7016 open read=11 drain exit
start on west2 endings serve 10.9.0.2 7016 open read=22 drain exit
start on lower endings serve 10.8.0.2 7018 open read=200000 write=300000 drain exit
on alice nft add table ip cut
on alice nft 'add chain ip cut in { type filter hook prerouting priority -300; }'
on alice nft add rule ip cut in tcp sport 7010 drop
cut_off 7008
on bob nft add rule ip cut in tcp dport 7009 reject with icmp type host-unreachable

serve 7001 await="$work/go" open read=1000 write=5000 drain wait=100 close exit
serve 7005 await="$work/go" unlisten exit
listening bob 7001 7002 7003 7004 7005 7006 7010 7011 7012 7013 7014 7017 7019
listening carol 7015
listening west1 7016
listening west2 7016
listening lower 7018
connects 7001 open write=1000 read=5000 close exit
connects 7002 open write=10 shutdown drain close exit
connects 7003 open write=100 drain exit
connects 7004 open write=10 wait=200 abort exit
connects 7005 open drain exit
connects 7006 open shutdown close exit
connects 7007 open exit
connects 7008 open exit
connects 7009 open exit
connects 7010 open exit
connects 7011 patience=2000 open read=1 await="$work/go" write=100
connects 7012 open read=1
connects 7013 open read=1 await="$work/go" close exit
connects 7014 open read=1 drain exit
connects 7019 open read=1 await="$work/go" write=100
start on alice endings connect 10.0.0.50 7017 open write=5 drain exit
start on carol endings connect 127.0.0.1 7015 open close exit
start on east1 endings connect 10.9.0.2 7016 bind=45000 open write=11 wait=500 close exit
start on east2 endings connect 10.9.0.2 7016 bind=45000 open write=22 wait=500 close exit
start on upper endings connect 10.8.0.2 7018 open write=200000 read=300000 close exit
for port in 7001 7005 7011 7012 7013 7014 7019; do
	await alice established ":$port"
done
sleep 1 # in the accept queue; and what the others read has come
cut_off 7011
cut_off 7012
cut_off 7013
cut_off 7019
: >"$work/go"
on alice ss -tK dport = 7014 >/dev/null
east1=$(inum east1) west1=$(inum west1) east2=$(inum east2) west2=$(inum west2)
await carol time-wait :7015
ip netns del carol
wait "$recorder" "$liver"

tells 'both ends are one' 7001 '"end":"normal".*"peer":\{.*"role":"passive".*"end":"normal"'
check '… and what they carried' test "$(value sent)-$(value received)" = 1000-5000
check '… seen from the other side, too' test "$(value sent peer)-$(value received peer)" = 5000-1000
check '… the SYN-ACK took what the link takes' between 20 150 "$(value synack_seconds)"
check '… and so did its answer' between 20 150 "$(value answer_seconds peer)"
check '… the wait in the accept queue is told apart' between 300 10000 \
	"$(value accept_wait_seconds peer)"
check '… the FIN took the link, too' between 20 200 "$(value first_ack_seconds)"
check '… the server was half-closed for 100 ms' between 100 600 "$(value half_close_seconds peer)"
check '… TIME-WAIT was 60 s' between 60000 63000 "$(value time_wait_seconds)"
tells 'half-close, with data' 7002 '"closer":"us".*"sent":10,"received":3000.*"peer"'
tells 'closed with bytes unread' 7003 \
	'"end":"reset_in".*"peer":\{.*"end":"reset_out","why":"unread".*"unread":100'
tells 'closed with linger 0' 7004 '"end":"reset_out","why":"linger".*"peer":\{.*"end":"reset_in"'
tells 'never accepted' 7005 \
	'"end":"reset_in".*"peer":\{.*"end":"reset_out","why":"unaccepted".*"unaccepted":true'
tells 'bytes after close' 7006 '"end":"reset_out","why":"late_data".*"peer":\{.*"end":"reset_in"'
tells 'refused' 7007 '"end":"refused","state":"syn_sent".*"opener":\{"pid":[0-9]+,"comm":"endings"'
# SYNs are retried linearly since 6.5: a third one fits in.
tells 'never answered' 7008 '"end":"unanswered","why":"syn".*"syns":[23]'
tells 'unreachable' 7009 '"end":"unreachable","why":"syn".*"error":"EHOSTUNREACH"'
grep '"local_port":7010,.*"role":"passive"' "$work/life.json" >"$work/line"
check 'the request expired' grep -q '"end":"unanswered","why":"syn_ack".*"synacks":[2-9]' "$work/line"
tells 'data not acknowledged' 7019 '"end":"unanswered","why":"data"'
tells '… for as long as the application had said' 7011 '"end":"unanswered","why":"user_timeout"'
tells 'probes not answered' 7012 '"peer":\{.*"end":"unanswered","why":"keepalive"'
tells 'a FIN not acknowledged' 7013 '"end":"unanswered","why":"fin","state":"fin_wait1"'
tells 'killed' 7014 '"end":"killed"'
tells 'its namespace is gone' 7015 '"end":"normal","why":"netns","state":"time_wait".*"peer":\{.*"end":"normal"'
tells 'the same addresses twice' 7016 .
check '… are two connections' [ "$(wc -l <"$work/line")" = 2 ]
check '… one between east1 and west1' grep -q \
	"\"netns\":$east1,.*\"sent\":11,.*\"peer\":{.*\"netns\":$west1,.*\"received\":11," "$work/line"
check '… one between east2 and west2' grep -q \
	"\"netns\":$east2,.*\"sent\":22,.*\"peer\":{.*\"netns\":$west2,.*\"received\":22," "$work/line"
tells 'NAT between the ends' 7017 \
	'"remote_address":"10.0.0.50".*"peer":\{.*"local_address":"10.0.0.2"'
tells 'losses on the way' 7018 \
	'"sent":200000,"received":300000.*"peer":\{.*"sent":300000,"received":200000'
check '… were made good' between 1 1000 $(($(value retransmits) + $(value retransmits peer)))

# The time of day is each reader's own guess.
without_time()
{
	sed 's/"time":"[^"]*",//g'
}
without_time <"$work/life.json" >"$work/live"
tcptrail life -i "$work/trail" --json 2>/dev/null | without_time >"$work/file"
diff "$work/live" "$work/file" >"$work/line"
check 'a file gives byte for byte what the device gave' [ ! -s "$work/line" ]
tcptrail life --no-follow --no-header --open --port 7000 >"$work/line"
check 'what is older than the trail is among those that live' \
	[ "$(grep -c '? .* ESTABLISHED' "$work/line")" = 2 ]
tcptrail life -i "$work/trail" -v --summary | awk 'length > 100' >"$work/line"
check 'and no line is longer than 100 columns' [ ! -s "$work/line" ]
