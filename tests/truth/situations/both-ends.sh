# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Both ends are on this machine, and so are both legs of a relay.

situation write-write-deadlock 'both write and neither reads: one deadlock, not two slow peers'
play()
{
	on s left listen s:7000 accept fillblock
	sleep 1
	on c right connect s:7000 fillblock
	sleep 60
}
expect()
{
	provoked kind=socket new_state=established
	says each@live comm=left verdict=established-deadlock peer.comm=right
	says each@live comm=right verdict=established-deadlock peer.comm=left
	count 1 stuck@live .
	says stuck@live verdict=established-deadlock '(deadlock|both)' left right
}
tell late

situation half-open-peer-gone 'its power failed: this end is ESTABLISHED for ever'
play()
{
	on s webdis listen s:7379 acceptall
	sleep 1
	on c doomed connect s:7379 3 send hi sleep 1 repairclose wait
	sleep 300
	look established --state ESTABLISHED
}
expect()
{
	provoked kind=socket old_state=established new_state=close comm=doomed
	count 3 each@live state=established local_port=7379
	says stuck@live state=established verdict=established-half-open '(half-open|gone)'
	says stuck@established state=established local_port=7379
}
tell

situation half-open-elsewhere 'webdis#54: the peer is elsewhere; since when has nothing moved?'
play()
{
	on s webdis listen sx:7379 acceptall
	sleep 1
	x 4000 sx:7379 tx S rx SA tx A tx PA len=2 rx A sleep 1000
	sleep 300
	look established --state ESTABLISHED
}
expect()
{
	provoked kind=socket new_state=established
	count 0 stuck .
	says stuck@established state=established local_port=7379 'received_seconds=(29|30)[0-9.]*'
	says stuck@established keepalive=false
}
tell

situation relay-pair 'kubernetes#18354, haproxy#541: the proxy has handed the end on'
play()
{
	on s backend listen s:9090 acceptall
	on r proxy listen r:8080 accept 5 connect s:9090 5 only 0 5 eof only 5 5 shut wait
	sleep 1
	on c curl connect r:8080 5 send GET sleep 1 close wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=8080
	provoked kind=socket new_state=fin_wait2 remote_port=9090
	says each@live state=close_wait comm=proxy local_port=8080
	says each state=fin_wait2 verdict=fin-wait2-relay remote_port=9090
	count 1 stuck comm=proxy
	says stuck comm=proxy verdict=close-wait-relay 'hands the end on.*:9090 .backend'
	says stuck@live comm=proxy 'See what backend'
	never stuck comm=proxy local_port=8080 'code path that reads 0 bytes'
}
tell late

situation same-addresses-twice 'two pairs of namespaces with the same addresses and ports'
play()
{
	for pair in 1 2; do
		ip netns add "east$pair"
		ip netns add "west$pair"
		ip link add e0 netns "east$pair" type veth peer name w1 netns "west$pair"
		link_up "east$pair" e0 10.8.0.1/24
		link_up "west$pair" w1 10.8.0.2/24
		on "west$pair" "server$pair" listen 10.8.0.2:7016 accept eof close wait
	done
	sleep 1
	on east1 client1 bind 10.8.0.1:45000 connect 10.8.0.2:7016 write 11 close wait
	on east2 client2 bind 10.8.0.1:45000 connect 10.8.0.2:7016 write 22 close wait
	sleep 70
}
expect()
{
	provoked kind=timewait new_state=time_wait
	count 2 life .
	count 1 life sent=11 peer.received=11 comm=client1 peer.comm=server1
	count 1 life sent=22 peer.received=22 comm=client2 peer.comm=server2
	count 2 explain .
	count 1 explain client1 server1
	count 1 explain client2 server2
}
tell

situation same-names-in-two-vrfs 'vrf.rst: two sockets of one namespace have the same addresses and ports'
play()
{
	modprobe vrf
	ip netns add host
	for vrf in 1 2; do
		ip netns add "west$vrf"
		ip -n host link add "red$vrf" index "10$vrf" type vrf table "10$vrf"
		ip -n host link set "red$vrf" up
		ip link add "e$vrf" netns host type veth peer name w0 netns "west$vrf"
		ip -n host link set "e$vrf" master "red$vrf"
		link_up host "e$vrf" 10.8.0.1/24
		link_up "west$vrf" w0 10.8.0.2/24
		on "west$vrf" "server$vrf" listen 10.8.0.2:7016 accept eof close wait
	done
	sleep 1
	on host client1 opt device 101 bind 10.8.0.1:45000 connect 10.8.0.2:7016 write 11 sleep 1 close wait
	on host client2 opt device 102 bind 10.8.0.1:45000 connect 10.8.0.2:7016 write 22 sleep 2 close wait
	sleep 70
}
expect()
{
	provoked kind=timewait new_state=time_wait
	count 2 life .
	count 1 life end=normal sent=11 peer.received=11 comm=client1 peer.comm=server1
	count 1 life end=normal sent=22 peer.received=22 comm=client2 peer.comm=server2
	count 2 explain .
	count 1 explain client1 server1 'names=(four-way|three-segment)-teardown'
	count 1 explain client2 server2 'names=(four-way|three-segment)-teardown'
}
tell

situation dnat-on-the-client 'the address that the client knows is not the server'\''s'
play()
{
	at c nft -f - <<-END
		add table ip nat
		add chain ip nat out { type nat hook output priority -100; }
		add rule ip nat out ip daddr 10.9.2.50 tcp dport 7017 dnat to 10.9.2.2
	END
	on s server listen s:7017 accept eof close wait
	sleep 1
	on c client connect 10.9.2.50:7017 write 11 close wait
	sleep 70
}
expect()
{
	provoked kind=segment remote_address=10.9.2.50 'tcp_flags=SYN,ACK'
	count 1 life .
	says life end=normal comm=client peer.comm=server remote_address=10.9.2.50
	count 1 explain .
	says explain client server 'names=(four-way|three-segment)-teardown'
	never explain 'the client did not'
}
tell

situation redirect-to-a-local-proxy 'REDIRECT: who is the other end?'
play()
{
	at c nft -f - <<-END
		add table ip nat
		add chain ip nat out { type nat hook output priority -100; }
		add rule ip nat out ip daddr 10.9.2.50 tcp dport 80 redirect to 15001
	END
	on c envoy listen 0.0.0.0:15001 accept eof close wait
	sleep 1
	on c client connect 10.9.2.50:80 write 11 close wait
	sleep 70
}
expect()
{
	provoked kind=segment 'tcp_flags=SYN,ACK' local_port=15001
	count 1 life .
	says life end=normal comm=client peer.comm=envoy peer.local_port=15001
	count 1 explain .
	says explain client envoy
}
tell

situation masquerade-between 'r hides c: the server sees another client'
play()
{
	modprobe nft_masq
	at r nft -f - <<-END
		add table ip nat
		add chain ip nat post { type nat hook postrouting priority 100; }
		add rule ip nat post oifname r1 masquerade
	END
	on s server listen s:7000 accept eof close wait
	sleep 1
	on c client connect s:7000 write 11 close wait
	sleep 70
}
expect()
{
	provoked kind=segment remote_address=10.9.2.1 tcp_flags=SYN
	count 1 life .
	says life end=normal comm=client peer.comm=server peer.remote_address=10.9.2.1
	count 1 explain .
}
tell

situation reset-whose-sender-is-here 'the end that was reset is told who did it'
play()
{
	on s shop listen s:7000 accept sleep 1 abort wait
	sleep 1
	on c buyer connect s:7000 wait
	sleep 3
}
expect()
{
	provoked kind=segment direction=in 'tcp_flags=RST.*' remote_port=7000
	says life end=reset_in peer.end=reset_out peer.why=linger
	says explain names=aborted-linger '[Rr]eset by the server'
}
tell

situation self-connect 'connect() to one'\''s own port: RFC 9293 simultaneous open with oneself'
play()
{
	on c narcissus bind c:45000 connect c:45000 send hello wait
	sleep 20
}
expect()
{
	provoked kind=socket new_state=established local_port=45000 remote_port=45000
	count 1 life .
	says stuck verdict=established-self comm=narcissus '45000' 'connected to itself'
	count 1 stuck .
	count 1 explain .
	says explain '(itself|self-connect|own port)'
	never explain 'two active openers'
}
tell
