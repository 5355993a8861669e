# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# The path: what arrives, what does not, and what can be known of it from here.

# Full segments from c are lost behind r, and r does not say so.
narrow_path()
{
	filter r output 'icmp type destination-unreachable drop'
	ip -n r link set r1 mtu 1200
}

situation mtu-black-hole 'hubble#1610: small segments pass, large ones vanish, no ICMP'
play()
{
	on s server listen s:7001 accept wait
	sleep 1
	on c tls connect s:7001 send hello until go write 20000 wait
	sleep 2
	narrow_path
	: >go
	sleep 30
}
expect()
{
	provoked kind=snapshot 'unacked=[1-9][0-9]*'
	says stuck@live verdict=established-unanswered comm=tls
	says stuck@live comm=tls 'MTU'
}
tell late

situation mtu-black-hole-with-heartbeat 'the same, while the peer'\''s heartbeat arrives'
play()
{
	on s server listen s:7002 accept beat 2000
	sleep 1
	on c tls connect s:7002 send hello until go write 20000 wait
	sleep 2
	narrow_path
	: >go
	sleep 30
}
expect()
{
	provoked kind=snapshot 'unacked=[1-9][0-9]*'
	says stuck@live verdict=established-unanswered comm=tls
	never stuck@live '([Nn]othing|no answer) has come'
	never stuck@live 'peer .*is gone'
	never stuck@late 'peer .*is gone'
	says stuck@live comm=tls 'MTU'
}
tell late

situation path-cut 'data is retransmitted and nothing comes back'
play()
{
	on s server listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 until go write 700 wait
	sleep 2
	filter r forward 'tcp dport 7000 drop'
	: >go
	sleep 30
}
expect()
{
	says stuck@live verdict=established-unanswered comm=client unacked=700
	says stuck@late verdict=established-unanswered unacked=700
	never stuck verdict=established-zero-window
}
tell late

situation syn-filtered 'the SYN is dropped on the way'
play()
{
	filter r forward 'tcp dport 7000 drop'
	on s server listen s:7000 acceptall
	sleep 1
	on c caller try s:7000 wait
	sleep 20
}
expect()
{
	unrecorded kind=segment direction=in tcp_flags=SYN
	says stuck verdict=syn-sent-unanswered comm=caller 'not known'
	says stuck@late verdict=syn-sent-unanswered comm=caller 'not known'
	count 1 life end=lives state=syn_sent
}
tell late

situation syn-to-nobody-elsewhere 'the peer is elsewhere and silent: a filter, or it is down'
play()
{
	x 7000 sx:5000 sleep 100
	sleep 1
	on s caller bind sx:5000 try x:7000 wait
	sleep 20
}
expect()
{
	provoked kind=segment direction=out tcp_flags=SYN
	says stuck verdict=syn-sent-unanswered comm=caller
}
tell

situation syn-ack-lost 'asymmetric routing: the SYN-ACK does not reach the client'
play()
{
	filter r forward 'tcp sport 7000 drop'
	on s server listen s:7000 acceptall
	sleep 1
	on c caller try s:7000 wait
	sleep 10
}
expect()
{
	provoked kind=segment direction=in tcp_flags=SYN
	provoked kind=request new_state=new_syn_recv
	says stuck verdict=syn-recv-unanswered local_port=7000
	never stuck verdict=syn-recv-flood
	count 1 life .
	count 1 explain .
	says explain names=syn-ack-lost 'has not arrived'
	says stuck verdict=syn-sent-answer-lost comm=caller
	never stuck state=syn_sent 'is down'
}
tell late

# The SYNs arrive, and nothing goes back: what the client's side looks like is a filter.
dropped_where_it_arrives()
{
	provoked kind=segment direction=in tcp_flags=SYN local_port=179
	unrecorded kind=request
	says stuck state=syn_sent comm=neighbour
	never stuck 'filter drops it'
	never stuck 'peer is down'
	says stuck@live state=syn_sent '(arrived|did arrive)'
}

situation md5-missing 'RFC 2385: a SYN without the signature is dropped where it arrives'
play()
{
	on s bgp md5 c:0 key listen s:179 acceptall
	sleep 1
	on c neighbour try s:179 wait
	sleep 20
}
expect()
{
	dropped_where_it_arrives
}
tell

situation md5-wrong-key 'RFC 2385: both sign, by different keys'
play()
{
	on s bgp md5 c:0 theirs listen s:179 acceptall
	sleep 1
	on c neighbour md5 s:0 ours try s:179 wait
	sleep 20
}
expect()
{
	dropped_where_it_arrives
}
tell

situation ao-wrong-key 'RFC 5925: both sign, by different keys'
play()
{
	on s bgp ao c:0 theirs listen s:179 acceptall
	sleep 1
	on c neighbour ao s:0 ours try s:179 wait
	sleep 20
}
expect()
{
	if since 6.7; then
		dropped_where_it_arrives
	else
		felt neighbour 'TCP_AO_ADD_KEY: Protocol not available'
	fi
}
tell

situation syn-ack-without-a-key 'RFC 2385: the client demands a signature, and the SYN-ACK has none'
play()
{
	x 7000 sx:5000 rx S tx SA sleep 100
	sleep 0.5
	on s neighbour bind sx:5000 md5 x:0 key try x:7000 wait
	sleep 20
}
expect()
{
	provoked kind=segment direction=in 'tcp_flags=SYN,ACK'
	says stuck verdict=syn-sent-answer-refused comm=neighbour
	says life end=lives state=syn_sent
	never explain names=syn-ack-lost
}
tell

situation rejected-syn-ack 'a firewall of the client'\''s own machine rejects the SYN-ACK by RST'
play()
{
	filter c input 'tcp sport 7000 reject with tcp reset'
	on s server listen s:7000 acceptall
	sleep 1
	on c caller try s:7000 wait
	sleep 15
}
expect()
{
	provoked kind=segment direction=out tcp_flags=RST remote_port=7000
	unrecorded kind=segment direction=in 'tcp_flags=SYN,ACK'
	says stuck verdict=syn-sent-answer-refused comm=caller 'a firewall here'
	never stuck verdict=syn-sent-answer-lost
	says life end=lives state=syn_sent peer.end=reset_in
	says explain names=reset-by-firewall
	never explain names=reset-by-client
	never explain names=syn-ack-lost
	says explain 'a firewall of the client'
}
tell

situation refusal-lost 'the RST that answers the SYN does not come back'
play()
{
	filter r forward 'tcp sport 7000 drop'
	on c caller opt syncnt 1 connect s:7000 wait
	sleep 30
}
expect()
{
	provoked kind=segment direction=out 'tcp_flags=RST,ACK' local_port=7000
	unrecorded kind=segment direction=in 'tcp_flags=RST.*'
	provoked kind=socket old_state=syn_sent new_state=close error=ETIMEDOUT
	says life end=unanswered why=syn
	says explain names=refusal-lost
	never explain 'no answer left it'
	never explain names=filtered
	never explain 'full queue'
}
tell

situation no-route 'ip-route(8): the route went, and data is never sent; no window was closed'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=4
	on s server listen s:7000 acceptall
	sleep 1
	on c client connect s:7000 until go write 812 wait
	sleep 1
	ip -n c route del default
	: >go
	sleep 100
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT unacked=812
	count 1 life .
	says life end=unanswered
	never life why=window
	never explain names=window-probes-exhausted
	never explain 'window was closed'
}
tell

situation route-lost-while-retransmitting 'the same, after data was sent: ENETUNREACH, and no ICMP came'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=5
	on s server listen s:7000 acceptall
	sleep 1
	on c client connect s:7000 until go write 812 wait
	sleep 1
	filter r forward 'tcp dport 7000 drop'
	: >go
	sleep 1
	ip -n c route del default
	sleep 100
}
expect()
{
	provoked kind=socket old_state=established new_state=close 'error=(ENETUNREACH|EHOSTUNREACH)'
	count 1 life .
	says life end=unreachable
	never explain 'ICMP'
	never explain 'a router'
}
tell

situation syn-without-a-route 'the SYN is not even sent again'
play()
{
	filter r forward 'tcp dport 7000 drop'
	on c caller try s:7000 wait
	sleep 1.5
	ip -n c route del default
	sleep 100
}
expect()
{
	provoked kind=snapshot old_state=syn_sent
	says stuck state=syn_sent comm=caller
	never stuck 'a filter drops it'
	never stuck 'sent ([3-9]|[1-9][0-9]+) times'
}
tell

situation syn-stopped-here 'a filter of the client drops the SYN at output'
play()
{
	filter c output 'tcp dport 7000 drop'
	on s server listen s:7000 acceptall
	sleep 1
	on c caller try s:7000 wait
	sleep 15
}
expect()
{
	provoked kind=socket new_state=syn_sent
	unrecorded kind=segment direction=out tcp_flags=SYN
	says stuck@live verdict=syn-sent-unanswered 'evidence=not_leaving' 'a filter of this machine'
	never stuck@live 'SYN was sent'
}
tell

situation syn-ack-stopped-there 'a filter of the server drops the SYN-ACK at output'
play()
{
	filter s output 'tcp sport 7000 drop'
	on s server listen s:7000 acceptall
	sleep 1
	on c caller try s:7000 wait
	sleep 15
}
expect()
{
	provoked kind=request new_state=new_syn_recv
	unrecorded kind=segment 'tcp_flags=SYN,ACK'
	says stuck comm=caller '(arrived|did arrive)'
	says stuck comm=caller 'a filter there'
	never stuck 'SYN-ACK was sent'
	never explain 'SYN-ACKs? sent'
	never explain server 'not on record here'
	says explain caller 'SYN was sent [0-9]* times'
}
tell

situation no-such-neighbour 'ARP is not answered: EHOSTUNREACH of this machine'\''s own making'
play()
{
	on c caller connect 10.9.1.77:7000 wait
	sleep 20
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=EHOSTUNREACH
	count 1 life .
	says life end=unreachable
	says explain names=unreachable
	never explain 'ICMP (said|came)'
}
tell

situation icmp-host-unreachable 'a router says that the host cannot be reached'
play()
{
	filter r forward 'tcp dport 7000 reject with icmp type host-unreachable'
	on c caller connect s:7000 wait
	sleep 200
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=EHOSTUNREACH
	says life end=unreachable
	says explain names=unreachable
	never explain names=filtered
}
tell

situation icmp-prohibited 'a firewall says no: administratively prohibited'
play()
{
	filter r forward 'tcp dport 7000 reject with icmp type admin-prohibited'
	on c caller connect s:7000 wait
	sleep 200
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=EHOSTUNREACH
	says life end=unreachable
	says explain names=unreachable
	never explain names=filtered
	never explain names=abandoned
}
tell

situation icmp-port-unreachable 'a firewall rejects: ECONNREFUSED without a RST'
play()
{
	filter r forward 'tcp dport 7000 reject with icmp type port-unreachable'
	on c caller connect s:7000 wait
	sleep 200
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=ECONNREFUSED
	unrecorded kind=segment direction=in 'tcp_flags=RST.*'
	says life end=refused
	says explain names=rejected-by-icmp 'no RST came'
	never explain 'Nobody listens'
}
tell

situation request-ended-by-icmp 'tcp_v4_err(): a request socket is dropped, not reset'
play()
{
	filter r forward 'tcp sport 7000 reject with icmp type host-unreachable'
	on s server listen s:7000 acceptall
	sleep 1
	on c caller opt syncnt 1 connect s:7000 wait
	sleep 20
}
expect()
{
	provoked kind=request new_state=new_syn_recv
	unrecorded kind=segment 'tcp_flags=RST.*'
	provoked kind=request old_state=new_syn_recv new_state=close
	never life end=reset_in
	never life peer.end=reset_in
	never explain 'RST'
	says life end=unanswered peer.end=unreachable
	count 1 explain .
	says explain names=syn-ack-lost '"earlier":\[\{"cookie":[0-9]*,"end":"unreachable"'
	never explain names=syn-arrived
}
tell

situation ipv6-prohibited 'ICMPv6 type 1 code 1: EACCES'
play()
{
	ip -n c addr add fd09:1::2/64 dev c0 nodad
	ip -n r addr add fd09:1::1/64 dev r0 nodad
	ip -n c route add default via fd09:1::1
	set_sysctl r net.ipv6.conf.all.forwarding=1
	ip -n r route add fd09:2::/64 dev r1
	filter r forward 'tcp dport 7000 reject with icmpv6 type admin-prohibited'
	on c caller connect '[fd09:2::2]:7000' wait
	sleep 200
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=EACCES
	says life end=unreachable
	says explain names=unreachable
	never explain names=filtered
	never explain names=abandoned
	never life end=abandoned
}
tell

situation delivered-twice 'tc-netem(8): duplicate; each segment was sent once'
play()
{
	tc -n c qdisc change dev c0 root netem delay 10ms duplicate 100%
	tc -n s qdisc change dev s0 root netem delay 10ms duplicate 100%
	on s shop listen s:7000 accept eof sleep 1 close wait
	sleep 1
	on c buyer connect s:7000 write 812 sleep 1 close wait
	sleep 5
}
expect()
{
	provoked kind=segment direction=in tcp_flags=FIN
	says life closer=us ended_by=nobody
	says explain names=four-way-teardown
	never explain names=stale-duplicate-syn
	never explain names=syn-retransmitted
	never explain names=fin-retransmitted
	never explain names=lost-last-ack
	never explain 'forged'
}
tell

situation flood 'forged senders: 70 handshakes wait for their third step'
play()
{
	on s server backlog 200 listen sx:7000 acceptall
	sleep 1
	for i in $(seq 70); do
		forge 10.9.9.$((i + 100)):4000 sx:7000 tx S
		wait $!
	done
	sleep 5
}
expect()
{
	provoked kind=request new_state=new_syn_recv remote_address=10.9.9.150
	says stuck verdict=syn-recv-flood local_port=7000
	never stuck 'asymmetric'
}
tell
