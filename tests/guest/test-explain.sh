#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# tcptrail explain on connections whose story is known (tests/guest/scene.c): each
# has the names that it should have, none that it should not, and is told so. In TAP.
#
# About timing are only stale-syn, where two SYNs have to overtake each other in 50 ms,
# and three-segments: bob has to close before his ACK leaves. They get several tries.
#
#	alice 10.0.0.1 ---- 50 ms each way ---- 10.0.0.2 bob
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap
port=9000

evidence()
{
	tcptrail explain --all ":$port"
}

# play SCENE: and the first connection that it made, as JSON.
play()
{
	port=$((port + 1))
	scene "$1" $port || return
	tcptrail explain --all --json ":$port" | head -n 1 >"$work/json"
}

# has_names NAME !NOT-THIS-NAME…
has_names()
{
	sed -n 's/.*"names":\[\([^]]*\)\].*/,\1,/p' "$work/json" >"$work/names"
	for name; do
		case $name in
		!*)	! grep -q ",\"${name#!}\"," "$work/names" || echo "has ${name#!}" ;;
		*)	grep -q ",\"$name\"," "$work/names" || echo "not $name" ;;
		esac
	done >"$work/wrong"
	cat "$work/wrong"
	! [ -s "$work/wrong" ]
}

tells()
{
	sed 's/.*"sentences"://' "$work/json" | grep -qE -- "$1" || {
		echo "does not say: $1"
		return 1
	}
}

# told SCENE 'NAME !NOT-THIS-NAME...' SENTENCE
told()
{
	# shellcheck disable=SC2086 # the names are words
	play "$1" && has_names $2 && tells "$3"
}

expect()
{
	check "$1" told "$@"
}

# The same, where it may need luck.
expect_soon()
{
	check "$1" soon 1 told "$@"
}

plan 38
modprobe tcptrail
hosts
for host in alice bob; do
	tc -n $host qdisc replace dev veth0 root netem delay 50ms
	on $host nft 'add table ip wire; add chain ip wire in { type filter hook input priority 0; }'
done

open=three-way-handshake
closed='!reset !timed-out'

expect refused "refused !rejected-by-icmp !$open" 'Refused: a RST answered the SYN.*Nobody listens at 10.0.0.2:[0-9]+,'
expect rejected 'refused rejected-by-icmp' 'no RST came'
expect unreachable 'syn-unanswered unreachable !filtered !refused' 'cannot be reached'
expect filtered 'syn-unanswered filtered !unreachable' 'Never answered: [2-9] SYNs sent.* silently'
expect abandoned 'syn-unanswered abandoned !filtered' 'closed the socket before an answer'
expect request-expired "request-expired !$open" '[Ee]xpired: [2-9] SYN-ACKs sent'
expect syn-lost "$open syn-retransmitted !syn-ack-retransmitted $closed" 'SYN was sent [2-9] times'
expect synack-lost "$open syn-ack-retransmitted !third-step-lost $closed" 'SYN-ACK was sent [2-9] times'
expect third-step-lost "$open third-step-lost !syn-retransmitted $closed" 'third step was lost'
expect never-accepted "$open never-accepted reset-by-server !aborted-linger" 'its listener was closed before accept'
expect_soon stale-syn "stale-duplicate-syn $open !simultaneous-open $closed" 'what the third step .* is for'
expect stray-syn "stale-duplicate-syn !$open" 'A SYN that the client did not send'
expect simultaneous-open "simultaneous-open !$open !syn-cookie" 'two active openers'
expect syn-cookie "$open syn-cookie !fast-open $closed" 'answered with a SYN cookie'
expect fast-open "$open fast-open !syn-cookie $closed" 'the SYN brought 5 bytes, and the server took 5'
expect fast-open-cookie "$open fast-open !syn-cookie $closed" 'brought no data but a cookie'

expect four-way "$open four-way-teardown half-close !half-close-data !syn-cookie !fast-open $closed" \
	'could still send, and did not'
expect_soon three-segments "$open three-segment-teardown !four-way-teardown !half-close $closed" \
	'three segments'
expect half-close "$open half-close half-close-data $closed" 'server sent what it still had: 5000 bytes'
expect simultaneous-close "$open simultaneous-close !four-way-teardown $closed" 'through CLOSING'
expect lost-last-ack "$open lost-last-ack !fin-retransmitted !time-wait-reuse $closed" \
	'server sent its FIN [2-9] times, .* began anew'
expect fin-wait2-timeout "$open fin-wait2-timeout !data-after-close !four-way-teardown" 'tcp_fin_timeout'

expect linger-0 "$open reset-by-client aborted-linger !aborted-unread !timed-out" 'SO_LINGER'
expect unread "$open reset-by-server aborted-unread !aborted-linger" 'closed with 812 bytes unread'
expect data-for-nobody "$open reset-by-client data-after-close !aborted-linger" 'server still sent data'
expect killed "$open reset-by-client killed !aborted-linger" 'Killed by someone else'

expect keepalive "$open timed-out keepalive-timeout !user-timeout !retransmissions-exhausted" \
	'nothing unacknowledged: .*keepalive'
expect user-timeout "$open timed-out user-timeout !keepalive-timeout !retransmissions-exhausted" \
	'TCP_USER_TIMEOUT of the client was over, 812 bytes not acknowledged'
expect retransmits "$open timed-out retransmissions-exhausted !user-timeout !keepalive-timeout" \
	'812 bytes of the client were not acknowledged.*after [1-9] retransmissions? in a row'
expect zero-window "$open timed-out window-probes-exhausted !retransmissions-exhausted" \
	'window for [0-9]+ bytes of the client stayed closed'
expect fin-unanswered "$open timed-out fin-unanswered !fin-retransmitted !four-way-teardown" \
	'FIN of the client was not acknowledged.*FIN was sent [2-9] times'

expect reuse-by-connect "$open four-way-teardown time-wait-reuse reuse-by-connect !reuse-by-syn" \
	'first by the client; its TIME-WAIT made room.*A connect\(\) here'
expect reuse-by-syn "$open time-wait-reuse reuse-by-syn !reuse-by-connect" \
	'first by the server; its TIME-WAIT made room.*A SYN'
tcptrail explain --all --json ":$port" | tail -n +2 >"$work/json"
check '… and the connection that took over is another one' \
	has_names "$open" four-way-teardown '!time-wait-reuse'
expect assassination "$open four-way-teardown time-wait-assassination !reset" \
	'a RST ended its TIME-WAIT \(RFC 1337\).*assassination.*ACK from TIME-WAIT'

# What is drawn of them all fits.
tcptrail explain --all 10.0.0.0/8 >"$work/out"
check 'no ladder is wider than 80 columns' between 40 80 "$(wc -L <"$work/out")"
tcptrail explain --all --ascii 10.0.0.0/8 >"$work/out"
check '… and with --ascii each is ASCII' is "$(LC_ALL=C grep '[^ -~]' "$work/out")" ''
check 'and it unloads' rmmod tcptrail
