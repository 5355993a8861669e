#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# Every verdict of tcptrail stuck, provoked for real, in the guest: with no module,
# with sockets older than the module, and with their whole lives on record. In TAP.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

# play HOST NAME STEP…: a process of that name, on a host, in the background.
play()
{
	host=$1 name=$2
	shift 2
	ln -sf "$(command -v stick)" "$work/$name"
	start on "$host" "$work/$name" "$@"
}

# drop HOST RULE…: throw such segments away as they come in.
drop()
{
	host=$1
	shift
	on "$host" nft -f - <<-END
		add table inet stuck
		add chain inet stuck in { type filter hook input priority 0; }
		add rule inet stuck in $* drop
	END
}

# look: what stuck says of every socket, and in groups.
look()
{
	tcptrail stuck --older 1s --all --json >"$work/all" 2>"$work/err"
	tcptrail stuck --older 1s >"$work/text" 2>>"$work/err"
	tcptrail stuck --older 1s --json >"$work/groups" 2>>"$work/err"
}

# said FILE VERDICT WORD…: it has a line with that verdict and all of the words.
said()
{
	file=$work/$1 wanted=$2
	grep "\"verdict\":\"$wanted\"" "$file" >"$work/lines"
	shift 2
	for word; do
		grep -E -- "$word" "$work/lines" >"$work/fewer"
		mv "$work/fewer" "$work/lines"
	done
	[ -s "$work/lines" ]
}

# verdict NAME WORD…: of one socket
verdict()
{
	check "$*" said all "$@"
}

evidence()
{
	grep "\"verdict\":\"$wanted\"" "$work/all" | head -n 3
	cat "$work/err" "$work/text"
}

hosts
ip -n bob route add 10.0.7.0/24 via 10.0.0.1
for host in alice bob; do
	on "$host" sysctl -qw net.ipv4.tcp_fin_timeout=300 net.ipv4.tcp_syn_retries=20 \
		net.ipv4.tcp_synack_retries=20 net.ipv4.tcp_orphan_retries=20
done
go=$work/go

# A leak, held by two processes; and its clients, which have gone.
play bob shop listen 10.0.0.2 7001 16 accept accept accept accept fork wait
# Unread data.
play bob sleepy listen 10.0.0.2 7002 16 hold
# Nobody accepts: one that has gone, and a queue without room.
play bob deaf listen 10.0.0.2 7003 16 wait
play bob narrow listen 10.0.0.2 7004 4 wait
# A peer that neither reads nor closes, and ends that are cut off.
play bob mute listen 10.0.0.2 7005 16 hold
play bob cut listen 10.0.0.2 7006 16 hold
play bob late listen 10.0.0.2 7007 16 accept until "$go" close wait
play bob talker listen 10.0.0.2 7008 16 accept fill eof close wait
play bob crossing listen 10.0.0.2 7009 16 accept until "$work/crossed-over" close wait
play bob flooded listen 10.0.0.2 7010 128 wait
play bob oneway listen 10.0.0.2 7011 16 wait
play bob server listen 10.0.0.2 7012 64 serve
listening bob 7001 7002 7003 7004 7005 7006 7007 7008 7009 7010 7011 7012

play alice leaver leave 10.0.0.2 7001 4
play alice dozer connect 10.0.0.2 7002 write 812 close wait
play alice goner connect 10.0.0.2 7003 close wait
play alice crowded swarm 10.0.0.2 7004 4 wait
play alice filler connect 10.0.0.2 7005 fill wait
play alice quitter connect 10.0.0.2 7005 fill close wait
play alice halver connect 10.0.0.2 7005 shut wait
play alice lost connect 10.0.0.2 7006 until "$go" write 700 wait
play alice parted connect 10.0.0.2 7006 until "$go" close wait
play alice early connect 10.0.0.2 7007 shut wait
play alice listless connect 10.0.0.2 7008 until "$work/filled" shut wait
play alice crossed connect 10.0.0.2 7009 until "$go" close wait
# One more fits into the queue; the others' handshakes have begun by then.
await bob listening '^4 .*:7004'
play alice crowded swarm 10.0.0.2 7004 4 wait
await bob close-wait :7007
for port in 7006 7008 7009; do
	await alice established ":$port"
done
await bob close-wait :7001
await bob close-wait :7002
await bob close-wait :7003

# Now the path is cut, in the ways that it takes.
drop bob tcp dport 7006
drop bob tcp dport 7007
drop bob tcp dport 7009 tcp flags fin
drop bob tcp dport 7013
drop alice tcp sport 7011
sleep 1
: >"$work/filled"
: >"$go"
play alice caller try 10.0.0.2 7013 wait
play alice unheard try 10.0.0.2 7011 wait
play alice forger spoof 10.0.0.2 7010 70 wait
# Its FIN is lost; only then the other side closes.
await alice fin-wait-1 :7009
: >"$work/crossed-over"
await alice closing :7009
await bob last-ack :7008
await bob last-ack :7007
await alice fin-wait-1 :7005
await alice syn-sent :7013
sleep 5

# Half of the source ports, and then a pause: see below for more.
on alice sysctl -qw net.ipv4.ip_local_port_range='41000 41049'
play alice churner leave 10.0.0.2 7012 30
churner=$last
wait "$churner"

every_verdict()
{
	look
	verdict close-wait-end-unread '"local_port":7001' '"comm":"shop".*"comm":"shop"' \
		'"netns_name":"bob"' '"command":"[^"]*/shop listen 10.0.0.2 7001 16 accept [^"]*fork wait"'
	verdict close-wait-unread '"local_port":7002' '"comm":"sleepy"' '"unread":812,'
	verdict close-wait-not-accepted '"local_port":7003' '"holders":\[\]' \
		'queue of deaf\[[0-9]+\] \(1 wait'
	verdict accept-queue-full '"local_port":7004' '"comm":"narrow"' '"queued":5,"backlog":4'
	verdict syn-recv-queue-full '"local_port":7004' 'narrow\[[0-9]+\] is full'
	verdict fin-wait1-zero-window '"remote_port":7005' '"timer":"probe"' '"orphan":true' \
		'"netns_name":"alice"'
	verdict fin-wait2-held '"remote_port":7005' '"comm":"halver"' '"netns_name":"alice"'
	verdict established-zero-window '"remote_port":7005' '"comm":"filler"' '"timer":"probe"'
	verdict established-unanswered '"remote_port":7006' '"comm":"lost"' '"unacked":700,' \
		'"timer":"retransmit"' '"sent_seconds":'
	verdict fin-wait1-unanswered '"remote_port":7006' '"orphan":true' '"timer":"retransmit"'
	verdict last-ack-unanswered '"local_port":7007' '"orphan":true' '"netns_name":"bob"'
	verdict last-ack-zero-window '"local_port":7008' '"timer":"probe"'
	verdict closing-stuck '"remote_port":7009' '"netns_name":"alice"'
	verdict syn-recv-flood '"local_port":7010' '[67][0-9] addresses'
	verdict syn-recv-unanswered '"local_port":7011' 'asymmetric routing'
	verdict syn-sent-unanswered '"remote_port":7013' '"comm":"caller"'
	verdict fin-wait2-orphan '"remote_port":7001' '"holders":\[\]' '"netns_name":"alice"'
	check 'the four that leave are one group' \
		said groups close-wait-end-unread '"kind":"group"' '"count":4,' '"remote_address":"10.0.0.1"'
	check 'the flood is one group' said groups syn-recv-flood '"count":[67][0-9],"peers":[67][0-9]'
	check 'lines stay within 100 columns' [ "$(wc -L <"$work/text")" -le 100 ]
	check 'what spreads comes first' \
		[ "$(sed -n '1s/.*"verdict":"\([a-z-]*\)".*/\1/p' "$work/groups" |
			grep -cE 'flood|full|ports-out')" = 1 ]
}

plan 55

phase='no module'
every_verdict
# Without a trail there is no rate, and no forecast.
verdict time-wait-churn '"remote_port":7012' '"count":(29|30),' '"ports_used":(29|30),"ports":50,'

phase='older than the module'
modprobe tcptrail
every_verdict
check 'ages are told as at least' said all close-wait-end-unread '"age_at_least":true' '7001'

phase='nothing new'
# Ten seconds after the last connect() the churn is over, and its ports are still gone.
sleep 11
look
verdict time-wait-churn '"remote_port":7012' '"count":(29|30),' '"ports_used":(29|30),"ports":50,'

# Some grow old enough between the two.
as_top()
{
	for _ in 1 2 3 4 5; do
		tcptrail stuck --json 2>"$work/err" | sed 's/.*"verdict":"\([a-z0-9-]*\)".*/\1/' |
			sort -u >"$work/names"
		LINES=200 COLUMNS=120 tcptrail top --once 2>"$work/err" |
			sed -n '/^3 STUCK/,/^4 FLOWS/s/^\([a-z0-9]*-[a-z0-9-]*\) .*/\1/p' |
			sort -u >"$work/text"
		! cmp -s "$work/names" "$work/text" || return 0
	done
	return 1
}
check 'top says the same' as_top
check '… and all of it' [ "$(wc -l <"$work/text")" -ge 16 ]

phase='on record'
on alice sysctl -qw net.ipv4.ip_local_port_range='42000 42029'
play bob cart listen 10.0.0.2 7021 16 hold
play bob again listen 10.0.0.2 7022 16 accept until "$work/resume" close wait
play bob closer listen 127.0.0.1 7023 64 dismiss
listening bob 7021 7022 7023
play alice buyer leave 10.0.0.2 7021 5
play alice repeated connect 10.0.0.2 7022 close wait
play alice maker leave 10.0.0.2 7012 20
maker=$last
await bob close-wait :7022
drop bob tcp dport 7022
: >"$work/resume"
await alice time-wait :7022
wait "$maker"
sleep 4
look
verdict close-wait-end-unread '"local_port":7021' '"age_at_least":false' '"accepted":true' \
	'"opener":{"pid":[0-9]+,"comm":"cart"}' '"growth":{"count":5,' \
	'"fd_limit":1024}'
check '… and says so' grep -q 'accepted by cart\[' "$work/text"
verdict time-wait-rearmed '"remote_port":7022'
on bob stick visit 127.0.0.1 7023 1050
look
verdict time-wait-server '"local_port":7023' '"maker":{"comm":"closer","pid":[0-9]+,'
verdict fin-wait2-orphan '"remote_port":7021' '"last_task":{"pid":[0-9]+,"comm":"buyer"}'
verdict 'time-wait-[a-z-]*' '"remote_port":7012' '"maker":{"comm":"(maker|churner)"'

run_without()
{
	tcptrail stuck --older 1s --state close-wait --json >"$work/out" 2>/dev/null &&
		! grep -v '"state":"close_wait"' "$work/out"
}
check 'only the states asked for' run_without

# shellcheck disable=SC2086 # they are many
kill $pids 2>/dev/null
wait
check 'it unloads' rmmod tcptrail
