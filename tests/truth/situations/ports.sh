# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Source ports, as connect() and bind() see them.

situation ports-taken-by-live-connections 'a pool without an upper bound: no TIME-WAIT at all'
play()
{
	set_sysctl c net.ipv4.ip_local_port_range='40000 40049'
	on s back listen s:9001 acceptall
	sleep 1
	on c hoarder connect s:9001 60 wait
	sleep 12
}
expect()
{
	felt hoarder 'connect: Cannot assign requested address'
	unrecorded kind=timewait
	says stuck@live verdict=source-ports-out remote_port=9001 ports_used=50 ports=50 hoarder
	never stuck verdict=time-wait-ports-out
	never life end=abandoned
	count 10 life end=no_port
	count 10 explain names=no-source-port
	says stuck@live '(EADDRNOTAVAIL|source port)'
	says top@live port_share=1.000
	says counters@live '^tcptrail_ephemeral_ports_used_ratio (0\.9[0-9]*|1\.0)'
}
tell

situation ports-taken-by-time-wait 'a client that closes first, again and again'
play()
{
	set_sysctl c net.ipv4.ip_local_port_range='41000 41049' net.ipv4.tcp_tw_reuse=0
	on s back listen s:9001 echo
	sleep 1
	on c churner visit s:9001 60 0
	sleep 5
}
expect()
{
	felt churner 'connect: Cannot assign requested address'
	provoked kind=timewait new_state=time_wait
	says stuck@live verdict=time-wait-ports-out remote_port=9001 ports_used=50 ports=50
}
tell

situation ports-of-two-sources 'two source addresses are two budgets'
play()
{
	ip -n c addr add 10.9.1.3/24 dev c0
	set_sysctl c net.ipv4.ip_local_port_range='42000 42049' net.ipv4.tcp_tw_reuse=0
	on s back listen s:9001 echo
	sleep 1
	on c one opt noport 1 bind 10.9.1.2:0 visit s:9001 20 0
	on c two opt noport 1 bind 10.9.1.3:0 visit s:9001 20 0
	sleep 5
}
expect()
{
	provoked kind=timewait new_state=time_wait local_address=10.9.1.2
	provoked kind=timewait new_state=time_wait local_address=10.9.1.3
	never stuck verdict=time-wait-ports-out
	never stuck ports_used=40
	never top 'port_share=0.8.*'
	never counters '^tcptrail_ephemeral_ports_used_ratio 0\.[5-9]'
}
tell

situation bind-before-connect 'ip(7): IP_BIND_ADDRESS_NO_PORT; a port bound is taken everywhere'
play()
{
	set_sysctl c net.ipv4.ip_local_port_range='43000 43049'
	on s back1 listen s:9001 acceptall
	on s back2 listen s:9002 acceptall
	sleep 1
	on c binder bind c:0 connect s:9001 40 connect s:9002 20 wait
	sleep 12
}
expect()
{
	felt binder 'bind: Address already in use'
	says stuck@live binder '(bind|IP_BIND_ADDRESS_NO_PORT)'
	says stuck@live verdict=source-ports-bound ports_bound=50 ports=50
	never stuck remote_port=9001
}
tell

situation server-closes-first 'TIME-WAITs at a port of our own do no harm'
play()
{
	on s closer listen s:7023 dismiss
	sleep 1
	on c visitor repeat 12 connect s:7023 eof close end
	sleep 5
}
expect()
{
	provoked kind=timewait new_state=time_wait local_port=7023
	unrecorded kind=timewait new_state=time_wait remote_port=7023
	never stuck verdict=time-wait-ports-out
	never stuck verdict=time-wait-churn
}
tell
