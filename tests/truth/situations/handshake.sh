# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Beginnings: segments that are lost, late, forged, or both at once.

# Of the segments that match and that r forwards, the first is lost.
lose_first()
{
	filter r forward "tcp dport 7000 $1 limit rate 1/hour burst 1 packets drop"
}

situation syn-lost 'RFC 6298: the SYN is sent again after a second'
play()
{
	lose_first 'tcp flags & (syn|ack) == syn'
	on s server listen s:7000 accept eof close wait
	sleep 1
	on c client connect s:7000 close wait
	sleep 10
}
expect()
{
	provoked kind=segment direction=out tcp_flags=SYN
	count 1 life .
	says life syns=2 'handshake_seconds=1\.[0-9]*'
	says explain names=three-way-handshake names=syn-retransmitted
	never explain names=syn-ack-retransmitted
	never explain names=filtered
}
tell

situation syn-ack-lost-once 'both ask again'
play()
{
	filter r forward 'tcp sport 7000 tcp flags & (syn|ack) == (syn|ack) limit rate 1/hour burst 1 packets drop'
	on s server listen s:7000 accept eof close wait
	sleep 1
	on c client connect s:7000 close wait
	sleep 10
}
expect()
{
	count 1 life .
	says life 'peer.synacks=[2-9]'
	says explain names=three-way-handshake names=syn-ack-retransmitted
	never explain names=third-step-lost
	never explain names=syn-cookie
}
tell

situation third-step-lost 'the client is established, its server is not yet'
play()
{
	lose_first 'tcp flags & (fin|syn|rst|ack) == ack'
	on s server listen s:7000 accept eof close wait
	sleep 1
	on c client connect s:7000 sleep 5 close wait
	sleep 10
}
expect()
{
	count 1 life .
	says life 'handshake_seconds=0\.0[0-9]*' 'peer.handshake_seconds=1\.[0-9]*'
	says explain names=third-step-lost
	never explain names=syn-retransmitted
}
tell

situation request-expired 'net.ipv4.tcp_synack_retries: nobody answers the SYN-ACK'
play()
{
	set_sysctl s net.ipv4.tcp_synack_retries=1
	on s server listen sx:7000 acceptall
	sleep 1
	x 4000 sx:7000 tx S sleep 100
	sleep 10
}
expect()
{
	provoked kind=request new_state=close reason=timeout
	count 1 life .
	says life end=unanswered why=syn_ack synacks=2
	says explain names=request-expired
	never explain names=three-way-handshake
}
tell

situation stray-syn 'its sender knows nothing of it: forged, or from before a reboot'
play()
{
	on s server listen s:7000 acceptall
	sleep 1
	forge c:4000 s:7000 tx S
	sleep 5
}
expect()
{
	provoked kind=segment direction=out tcp_flags=RST local_port=4000
	provoked kind=request new_state=close reason=reset
	says explain names=stale-duplicate-syn
	never explain names=three-way-handshake
	never explain names=refused
}
tell

situation simultaneous-open 'RFC 9293 3.5: both SYNs cross'
play()
{
	now=$(cut -d ' ' -f 1 /proc/uptime)
	on s right bind s:7000 clock "$now" at 1 connect c:7001 sleep 1 close wait
	on c left bind c:7001 clock "$now" at 1 connect s:7000 eof close wait
	sleep 12
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=syn_recv
	count 1 life .
	count 1 explain .
	says explain names=simultaneous-open
	never explain names=syn-cookie
	never explain names=stale-duplicate-syn
}
tell

situation simultaneous-open-unanswered 'the other SYN came, and then nothing'
play()
{
	x 7000 sx:5000 rx S tx S sleep 100
	sleep 0.5
	on s caller opt syncnt 1 bind sx:5000 connect x:7000 wait
	sleep 60
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=syn_recv
	provoked kind=socket old_state=syn_recv new_state=close error=ETIMEDOUT
	says life end=unanswered
	never explain names=filtered
	never explain 'Not even'
	never explain '[Nn]ever answered'
	never life 'never answered'
}
tell

situation rst-in-syn-sent 'a RST that acknowledges what was not sent is not taken'
play()
{
	x 7000 sx:5000 rx S tx RA ack=+1000 sleep 100
	sleep 0.5
	on s caller opt syncnt 1 bind sx:5000 connect x:7000 wait
	sleep 60
}
expect()
{
	provoked kind=segment direction=in 'tcp_flags=RST,ACK'
	provoked kind=socket old_state=syn_sent new_state=close error=ETIMEDOUT
	says life end=unanswered why=syn
	says explain names=rst-ignored
	never explain names=filtered
	never explain 'Not even'
}
tell

situation half-open-then-silent 'an old ACK was refused, and no SYN-ACK came after it'
play()
{
	x 7000 sx:5000 rx S tx A seq=+5000 ack=-100000 rx R sleep 100
	sleep 0.5
	on s caller opt syncnt 1 bind sx:5000 connect x:7000 wait
	sleep 60
}
expect()
{
	provoked kind=segment direction=out tcp_flags=RST
	provoked kind=socket old_state=syn_sent new_state=close error=ETIMEDOUT
	says explain names=half-open-found
	never explain names=filtered
	never explain 'Not even'
}
tell

situation syn-in-established 'RFC 5961 4: a challenge ACK, and the connection goes on'
play()
{
	on s server listen sx:7000 accept eof close wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 1 tx S seq=+100 rx A sleep 1 tx FA rx FA tx A
	sleep 5
}
expect()
{
	provoked kind=segment direction=in tcp_flags=SYN tcp_seq=1000101
	count 1 life .
	says life end=normal
	count 1 explain .
	says explain names=syn-ignored
	never explain names=simultaneous-open
	never explain names=stale-duplicate-syn
	never explain names=reset
}
tell

situation syn-cookie 'net.ipv4.tcp_syncookies=2'
play()
{
	set_sysctl s net.ipv4.tcp_syncookies=2
	on s server listen s:7000 accept eof close wait
	sleep 1
	on c client connect s:7000 sleep 1 close wait
	sleep 70
}
expect()
{
	unrecorded kind=request
	count 1 life .
	says life end=normal peer.end=normal
	count 1 explain .
	says explain names=syn-cookie
	never explain names=fast-open
}
tell

situation fast-open 'RFC 7413: data in the SYN'
play()
{
	set_sysctl s net.ipv4.tcp_fastopen=519
	set_sysctl c net.ipv4.tcp_fastopen=519
	on s server opt fastopen 5 listen s:7000 accept eof close wait
	sleep 1
	on c client fastopen s:7000 hello sleep 1 close wait
	sleep 70
}
expect()
{
	provoked kind=segment direction=in tcp_flags=SYN len=5
	count 1 life .
	says life end=normal sent=5 peer.received=5 peer.end=normal peer.role=passive
	count 1 explain .
	says explain names=fast-open
	never explain names=syn-cookie
}
tell

situation fast-open-child 'a child in SYN-RECV has data, a role and an owner like any other'
play()
{
	set_sysctl s net.ipv4.tcp_fastopen=519
	on s hasty opt fastopen 5 listen sx:7000 accept wait
	sleep 1
	x 4000 sx:7000 tx S len=5 rx SA sleep 100
	sleep 20
}
expect()
{
	provoked kind=accept old_state=syn_recv comm=hasty
	count 1 life .
	says life role=passive end=lives state=syn_recv accepted=true
	says stuck@live comm=hasty unread=5
	count 1 explain .
}
tell

situation fast-open-child-expires 'Fast Open child, whose SYN-ACK is not answered'
play()
{
	set_sysctl s net.ipv4.tcp_fastopen=519 net.ipv4.tcp_synack_retries=2
	on s hasty opt fastopen 5 listen sx:7000 accept wait
	sleep 1
	x 4000 sx:7000 tx S len=5 rx SA sleep 100
	sleep 60
}
expect()
{
	provoked kind=accept old_state=syn_recv comm=hasty
	provoked kind=socket old_state=syn_recv new_state=close error=ETIMEDOUT
	count 1 life .
	says life end=unanswered why=syn_ack synacks=4
	count 1 explain .
	says explain names=request-expired
	never explain 'forgot the request'
}
tell

situation retry-on-one-socket 'while (connect(fd) < 0) sleep(1): three calls, three ports'
play()
{
	on c stubborn insist s:7000 3 wait
	sleep 6
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=ECONNREFUSED
	count 3 life end=refused
	count 3 life .
	count 3 explain names=refused
	count 3 explain .
}
tell

situation slow-syn-ack 'ARP, jitter: the SYN-ACK took longer than the ACKs after it'
play()
{
	tc -n s qdisc replace dev s0 root netem delay 80ms
	on s server listen s:7000 accept eof sleep 1 close wait
	sleep 1
	on c client connect s:7000 sleep 2 close wait
	sleep 1
	tc -n s qdisc replace dev s0 root netem delay 5ms
	sleep 70
}
expect()
{
	provoked kind=timewait reason=timeout
	count 1 explain .
	says explain names=four-way-teardown
	never explain.text@file 'not on record'
	count 0 explain '"inferred":true.*"inferred":true.*"inferred":true'
}
tell

situation abandoned 'connect() is given up before an answer comes'
play()
{
	filter r forward 'tcp dport 7000 drop'
	on c hasty try s:7000 sleep 2 close wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close comm=hasty
	says life end=abandoned why=closed
	says explain names=abandoned 'closed the socket before an answer'
	never explain names=filtered
}
tell

situation abandoned-by-disconnect 'connect(2): AF_UNSPEC dissolves the association, in SYN-SENT too'
play()
{
	filter r forward 'tcp dport 7000 drop'
	on c hasty try s:7000 sleep 2 disconnect wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close comm=hasty
	says life end=abandoned why=disconnect
	says explain names=abandoned 'disconnected the socket before an answer'
	never explain 'closed the socket'
	never explain names=filtered
}
tell

situation connect-again-without-a-port 'tcp_v4_connect(): the port of the last time is still in the socket'
play()
{
	on c keeper listen c:40000 acceptall
	sleep 1
	on c caller insist s:7000 2
	sleep 0.5
	set_sysctl c net.ipv4.ip_local_port_range='40000 40000'
	sleep 3
}
expect()
{
	felt caller 'connect: Cannot assign requested address'
	provoked kind=socket old_state=syn_sent new_state=close error=ECONNREFUSED
	count 1 life end=refused
	count 1 life end=connect_failed ended_by=nobody
	never life end=connect_failed 'local_port=[1-9]'
	says explain names=connect-failed 'connect\(\) failed'
	never life end=abandoned
	never explain names=abandoned
}
tell

situation syn-never-answered 'net.ipv4.tcp_syn_retries are used up: ETIMEDOUT'
play()
{
	filter r forward 'tcp dport 7000 drop'
	on c caller opt syncnt 2 connect s:7000 wait
	sleep 30
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=ETIMEDOUT
	felt caller 'connect: Connection timed out'
	syns=3
	! since 6.5 || syns=6 # net.ipv4.tcp_syn_linear_timeouts come before the doubled ones
	says life end=unanswered why=syn "syns=$syns"
	says explain names=syn-unanswered names=filtered
}
tell
