#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# Are the handshake times right? Against the delay that is put on the link, half
# of it each way, and against another clock: how long the client's connect() took.
# In TAP.
#
#	alice 10.0.0.1, fd00::1 ---- netem both ways ---- 10.0.0.2, fd00::2 bob
#
# A busy host delays everything, and now and then by much: so each connection's
# time is held to connect()'s for the same one, and their median is what counts;
# and no time may be shorter than the link allows. What the guest adds to the link
# is what connect() takes beyond it.
#
# shellcheck disable=SC2016 # $3 and the like are awk's
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

TIMES=15	# connections of each sort
ALLOWED_US=5000

evidence()
{
	cat "$work/pairs"
}

# link MS [LOSS]: so long there and back
link()
{
	half=$(($1 * 500))us
	for host in alice bob; do
		# shellcheck disable=SC2086 # nothing, or two words
		tc -n $host qdisc replace dev veth0 root netem delay $half ${2:+loss $2}
	done
}

# lives ROLE PORT: of the ends that opened, or were opened: the client's port,
# microseconds of handshake, SYNs and SYN-ACKs. PORT is the server's.
lives()
{
	tcptrail life --ends --history --no-follow --open --json --port "$2" 2>/dev/null |
		awk -v role="$1" -v us="$([ "$1" = active ] && echo local || echo remote)" '
		function get(key) {
			if (!match($0, "\"" key "\":\"?[^,\"}]*"))
				return ""
			value = substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
			sub("^\"", "", value)
			return value
		}
		get("role") == role {
			print get(us "_port"), get("handshake_seconds") * 1000000, get("syns"), get("synacks")
		}'
}

# shake ADDRESS PORT: TIMES connections. In pairs, one to a line: the client's port,
# what connect() took, the client's handshake, the server's, SYNs, SYN-ACKs.
shake()
{
	start on bob traffic serve "$1" "$2"
	listening bob "$2"
	on alice handshakes "$1" "$2" 1 >/dev/null # neighbours get to know each other
	on alice handshakes "$1" "$2" $TIMES >"$work/connect"
	# The server's end of the last one is established when the ACK has come.
	sleep 1.5
	lives active "$2" >"$work/client"
	lives passive "$2" >"$work/server"
	awk 'FILENAME ~ /client$/ { client[$1] = $2; syns[$1] = $3; next }
	     FILENAME ~ /server$/ { server[$1] = $2; synacks[$1] = $4; next }
	     { print $1, $2, client[$1] + 0, server[$1] + 0, syns[$1] + 0, synacks[$1] + 0 }' \
		"$work/client" "$work/server" "$work/connect" >"$work/pairs"
}

median()
{
	sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

smallest()
{
	sort -n | head -n 1
}

# all CONDITION: every connection is so, and there are as many as were made
all()
{
	awk "!($1) { bad = 1; print } END { exit bad || NR != $TIMES }" "$work/pairs"
}

# The client's handshake ends a little before connect() is back.
as_connect()
{
	off=$(awk '{ print ($2 > $3 ? $2 - $3 : $3 - $2) }' "$work/pairs" | median)
	echo "off by $off us"
	[ "$off" -le $ALLOWED_US ]
}

# The fastest of them: nothing but the link and what the guest adds at its best.
server_as_connect()
{
	connect=$(awk '{ print $2 }' "$work/pairs" | smallest)
	server=$(awk '{ print $4 }' "$work/pairs" | smallest)
	echo "connect() $connect us, server $server us"
	[ "$server" -le $((connect + ALLOWED_US)) ]
}

# explain says the same as life of the last connection, but for the time from connect()
# to the SYN's leaving, which a busy host can make long: not more, nor less than the link.
as_explained()
{
	read -r port _ client _ <<-END
		$(tail -n 1 "$work/pairs")
	END
	said=$(tcptrail explain ":$port" --json 2>/dev/null | sed -nE \
		's/.*handshake took ([0-9.]+)(us|ms|s) for the client.*/\1 \2/p' |
		awk '{ print int($1 * ($2 == "s" ? 1000000 : $2 == "ms" ? 1000 : 1) + 0.5) }')
	echo "explain: $said us, life: $client us"
	[ -n "$said" ] && [ "$said" -ge $((ms * 1000)) ] && [ "$said" -le $((client + 1001)) ]
}

plan 47
modprobe tcptrail
hosts
ip -n alice addr add fd00::1/64 dev veth0 nodad
ip -n bob addr add fd00::2/64 dev veth0 nodad
port=7000
for address in 10.0.0.2 fd00::2; do
	for ms in 0 20 50 200; do
		port=$((port + 1))
		link $ms
		shake $address $port
		what="$address, $ms ms:"
		check "$what both ends of all are told" all '$3 > 0 && $4 > 0 && $5 == 1 && $6 == 1'
		check "$what the client's are not shorter than the link" all "\$3 >= $ms * 1000"
		check "$what nor are the server's" all "\$4 >= $ms * 1000"
		check "$what the client's are what connect() took" as_connect
		check "$what so are the server's" server_as_connect
	done
	# On the slowest link one more, drawn.
	check "$what explain says the same" as_explained

	port=$((port + 1))
	link 20 20%
	shake $address $port
	what="$address, 20 ms, a fifth lost:"
	check "$what the client's are what connect() took" as_connect
	check "$what a second more where the SYN was sent again, and only there" \
		all '($5 >= 2) == ($3 >= 990000)'
	cat "$work/pairs" >>"$work/lossy"
done
# One in three is: that none of thirty is happens once in 600,000 runs.
cp "$work/lossy" "$work/pairs"
check 'some were sent again' awk '$5 >= 2 { some = 1 } END { exit !some }' "$work/pairs"
