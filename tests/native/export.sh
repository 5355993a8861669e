#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# tcptrail export, from a recorded trail: what it says, how it says it, and that no
# client, however it behaves, keeps others from being served.
#
# (land: slow: clients are given the time that it takes to be let go of.)
#
#	tests/native/export.sh [BUILD]	BUILD (build) holds tcptrail and bench/drain
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
client=${0%/*}/http.py

# serve OPTION…: in the background, on a port of the kernel's choice, which is $port
serve()
{
	start "$tool" export -i "$work/trail" --replay --listen 127.0.0.1:0 "$@" 2>"$work/log"
	server=$last
	soon 10 grep -q /metrics "$work/log" || { cat "$work/log" >&2; exit 1; }
	port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$work/log")
}

stop()
{
	kill "$server"
	wait "$server"
}

# get PATH [HEADER…]: the head is in $work/head, the body in $work/body
get()
{
	/usr/bin/python3 "$client" get "$port" "$@" >"$work/body" 2>"$work/head"
}

head_has() { grep -qiE -- "$1" "$work/head"; }
body_has() { grep -qE -- "$1" "$work/body"; }
value() { sed -n "s/^$1 //p" "$work/body"; }
same_value() { is "$(value "$1")" "$2"; }

"$build/bench/drain" --generate "$work/trail" 2405 10 || exit 1
chmod 644 "$work/trail"

# Numbers, counted a second time from what watch says of each record.
serve --stuck --by-port 80,443
"$tool" watch -i "$work/trail" --json >"$work/json"
counted() { grep -cE "$1" "$work/json"; }
get /metrics
check '200' head_has '^HTTP/1.1 200 OK'
check 'the type is exact' head_has '^content-type: text/plain; version=0\.0\.4; charset=utf-8$'
check 'text 0.0.4' /usr/bin/python3 "$client" lint "$work/body"
for pair in listen,syn_recv syn_recv,established established,close_wait close_wait,last_ack \
	    last_ack,close; do
	check "transitions $pair" same_value \
		"tcptrail_transitions_total{from=\"${pair%,*}\",to=\"${pair#*,}\"}" \
		"$(counted "\"kind\":\"socket\".*\"old_state\":\"${pair%,*}\",\"new_state\":\"${pair#*,}\"")"
done
check 'requests' same_value tcptrail_requests_total \
	"$(counted '"kind":"request".*"new_state":"new_syn_recv"')"
check 'accepts' same_value tcptrail_accepts_total "$(counted '"kind":"accept"')"
check 'records' same_value tcptrail_records_read_total "$(wc -l <"$work/json")"
check 'ended' same_value 'tcptrail_connections_ended_total{cause="normal"}' \
	"$("$tool" life -i "$work/trail" --json | grep -c '"end":"normal"')"
check 'open ones are counted where they are' is \
	"$(sed -n 's/^tcptrail_sockets{.*} //p' "$work/body" | paste -sd+ | bc 2>/dev/null ||
	   awk '/^tcptrail_sockets/ { n += $2 } END { print n }' "$work/body")" \
	"$("$tool" life -i "$work/trail" --open --json | grep -vc '"end":"')"
check 'ended, by port' same_value 'tcptrail_port_connections_ended_total{port="80",cause="normal"}' \
	"$(value 'tcptrail_connections_ended_total{cause="normal"}')"
check 'always there' body_has '^tcptrail_sockets\{state="closing"\} 0$'
check 'up' same_value tcptrail_trail_up 1
cp "$work/body" "$work/first"
get /metrics
check 'counters stay' is "$(grep '^tcptrail.*_total' "$work/first")" \
	"$(grep '^tcptrail.*_total' "$work/body")"

# How it is asked
get HEAD /metrics
check 'HEAD: a head' head_has '^content-length: [1-9]'
check 'HEAD: no body' test ! -s "$work/body"
get /metrics 'Accept: application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5'
check 'OpenMetrics: type' head_has \
	'^content-type: application/openmetrics-text; version=1\.0\.0; charset=utf-8$'
check 'OpenMetrics: text' /usr/bin/python3 "$client" lint "$work/body"
check 'OpenMetrics: end' is "$(tail -n 1 "$work/body")" '# EOF'
check 'OpenMetrics: counters' body_has '^# TYPE tcptrail_resets counter$'
for accept in 'text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8' \
	      'application/openmetrics-text;version=2.0.0' \
	      'application/openmetrics-text;q=0' '*/*' ',;=,;q=,"' ''; do
	get /metrics "Accept: $accept"
	check "text for '$accept'" head_has '^content-type: text/plain; version'
done
get /metrics 'Accept-Encoding: deflate, gzip;q=0.5'
check 'gzip' head_has '^content-encoding: gzip'
check 'gzip: the same' body_has '^tcptrail_trail_up 1$'
get /metrics 'Accept-Encoding: gzip;q=0'
check 'no gzip' test "$(grep -ci content-encoding "$work/head")" = 0
get /
check 'page: type' head_has '^content-type: text/html; charset=utf-8$'
check 'page: no other source' head_has "^content-security-policy: default-src 'none'"
check 'page' body_has '</html>'
check 'page: nothing from outside' test "$(grep -cE '(src|href)="?(https?:)?//' "$work/body")" = 0
get /healthz
check 'healthz' head_has '^HTTP/1.1 200'
get /stuck
check 'stuck' head_has '^HTTP/1.1 200'
get /metrics/../../../etc/passwd
check '404' head_has '^HTTP/1.1 404'
printf 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello' |
	/usr/bin/python3 "$client" raw "$port" >"$work/head"
check '405' head_has '^HTTP/1.1 405'
check '405: what is allowed' head_has '^allow: GET, HEAD'
printf 'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\nhello' |
	/usr/bin/python3 "$client" raw "$port" >"$work/head"
check '413' head_has '^HTTP/1.1 413'
{ printf 'GET / HTTP/1.1\r\nHost: x\r\nX: '; head -c 1048576 /dev/zero | tr '\0' a; } |
	/usr/bin/python3 "$client" raw "$port" >"$work/head"
check '1 MiB of headers: refused, or cut off' test "$(grep -c '200 OK' "$work/head")" = 0
for junk in 'GET' '\r\n\r\n' '\0\0\0\0' 'GET / HTTP/9.9\r\n\r\n' 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n' \
	    'GET /%%00%%ff HTTP/1.1\r\nHost: x\r\n\r\n' 'GET http://x/metrics HTTP/1.0\r\n\r\n'; do
	# shellcheck disable=SC2059
	printf "$junk" | /usr/bin/python3 "$client" raw "$port" >/dev/null
done
head -c 100000 /dev/urandom | /usr/bin/python3 "$client" raw "$port" >/dev/null
get /metrics
check 'after all that' head_has '^HTTP/1.1 200'
stop

# Hostile clients: they are let go of, and nobody else waits for them.
serve
/usr/bin/python3 "$client" loris "$port" 200 25 >"$work/loris" &
loris=$!
/usr/bin/python3 "$client" deaf "$port" 20 25 >"$work/deaf" &
deaf=$!
soon 10 test -s "$work/loris"
soon 10 test -s "$work/deaf"
slowest=$(/usr/bin/python3 "$client" scrapes "$port" 30)
check "scrapes beside 200 slow-loris clients and 20 deaf ones: ${slowest:-none} ms" \
	test "${slowest:-99999}" -lt 3000
rss=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' /proc/$server/status)
check "memory: $rss KiB" test "$rss" -lt 65536
/usr/bin/python3 "$client" half "$port" 20
check 'half-closed connections' /usr/bin/python3 "$client" scrapes "$port" 1
wait $loris $deaf
check 'slow-loris clients are let go of' is "$(tail -n 1 "$work/loris")" '0 left'
check 'deaf ones too' is "$(tail -n 1 "$work/deaf")" '0 left'
get /metrics
# Standard streams, a listener, epoll, a wake-up pipe, and the client that asks.
check 'no descriptor is left over' test "$(value process_open_fds)" -le 12
stop

# No descriptors any more: it serves again as soon as there are some.
ulimit -S -n 40
serve
ulimit -S -n 1024
/usr/bin/python3 "$client" loris "$port" 60 20 >"$work/loris" &
loris=$!
sleep 2
check 'short of descriptors' /usr/bin/python3 "$client" scrapes "$port" 3
kill $loris
wait $loris 2>/dev/null
check 'and after' /usr/bin/python3 "$client" scrapes "$port" 1

# Who it is
if [ "$(id -u)" = 0 ]; then
	check 'not root' is "$(awk '/^Uid:/ { print $2 $3 $4 }' /proc/$server/status)" \
		"$(for _ in 1 2 3; do id -u tcptrail 2>/dev/null || id -u nobody; done | tr -d '\n')"
	check 'no capabilities' is "$(grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/$server/status |
		grep -vc ':	0000000000000000$')" 0
fi
check 'nor any to be had' grep -q '^NoNewPrivs:	1' /proc/$server/status
stop

# In a file
mkdir -m 777 "$work/textfile"
serve --textfile "$work/textfile" --interval 1s
file=$work/textfile/tcptrail.prom
soon 10 test -s "$file"
check 'text file' /usr/bin/python3 "$client" lint "$file"
is_new() { [ "$(stat -c %i "$file")" != "$1" ]; }
check 'text file: a new one takes its place' soon 5 is_new "$(stat -c %i "$file")"
stop
chmod 555 "$work/textfile"
if [ "$(id -u)" = 0 ]; then
	"$tool" export -i "$work/trail" --replay --textfile "$work/textfile" 2>"$work/err"
	check 'text file: not writable' grep -q 'must be writable for the user' "$work/err"
fi

# As a service, at an IPv6 address, with other options
check 'systemd' is "$(/usr/bin/python3 "$client" service "$tool" export -i "$work/trail" --replay)" \
	'HTTP/1.1 200 OK READY=1 WATCHDOG=1 STOPPING=1 0'
serve --listen '[::1]:0'
check 'IPv6' grep -q 'http://\[::1\]:[1-9][0-9]*/metrics' "$work/log"
get /stuck
check 'stuck: off' head_has '^HTTP/1.1 404'
"$tool" export -i "$work/trail" --replay --listen "127.0.0.1:$port" 2>"$work/err"
check 'the address is taken' grep -q 'does another exporter run' "$work/err"
stop
for bad in --by-unit=0 --by-unit=201 --by-unit=x; do
	"$tool" export -i "$work/trail" $bad 2>"$work/err"
	check "$bad" grep -q 'has to be a number from 1 to 200' "$work/err"
done
head -c -100 "$work/trail" >"$work/cut"
"$tool" export -i "$work/cut" >"$work/body" 2>"$work/err"
check 'a damaged file' test $? = 1
cp "$work/trail" "$work/whole"
cp "$work/cut" "$work/trail"
serve
get /metrics
check 'a damaged file: what there was' same_value tcptrail_trail_up 0
get /healthz
check 'a damaged file: not healthy' head_has '^HTTP/1.1 503'
stop

report
