# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Given up: who waited for what, and how long.

# From now on nothing gets from c to s.
cut_path()
{
	filter r forward 'tcp dport 7000 drop'
	: >go
}

situation keepalive-timeout 'tcp(7): TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT'
play()
{
	on s keeper opt keepalive 1 opt keepidle 4 opt keepintvl 2 opt keepcnt 3 listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 wait
	sleep 2
	cut_path
	sleep 30
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT local_port=7000
	says life peer.end=unanswered peer.why=keepalive
	says explain names=keepalive-timeout
	never explain names=retransmissions-exhausted
	never explain names=user-timeout
}
tell

situation user-timeout 'RFC 5482: TCP_USER_TIMEOUT is over'
play()
{
	on s server listen s:7000 accept wait
	sleep 1
	on c client opt usertimeout 5000 connect s:7000 until go write 812 wait
	sleep 2
	cut_path
	sleep 30
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT user_timeout=true
	says life end=unanswered why=user_timeout
	says explain names=user-timeout
	never explain names=retransmissions-exhausted
}
tell

situation user-timeout-and-keepalive 'both are set: which of them ended it?'
play()
{
	on s keeper opt usertimeout 6000 opt keepalive 1 opt keepidle 4 opt keepintvl 2 opt keepcnt 9 listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 wait
	sleep 2
	cut_path
	sleep 60
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT local_port=7000
	says life 'peer.end=unanswered' 'peer.why=(keepalive|user_timeout)'
	never explain names=retransmissions-exhausted
	never explain 'bytes were never acknowledged'
}
tell

situation retransmissions-exhausted 'net.ipv4.tcp_retries2'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=4
	on s server listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 until go write 812 wait
	sleep 2
	cut_path
	sleep 100
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT
	says life end=unanswered why=data
	says explain names=retransmissions-exhausted '812 bytes'
	never explain names=keepalive-timeout
}
tell

situation window-probes-exhausted 'tcp_probe_timer(): a closed window, and then silence'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=4
	on s sleepy listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 fill tell full wait
	sleep 5
	cut_path
	sleep 200
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT
	says life end=unanswered
	never life why=data
	says explain names=window-probes-exhausted
	never explain names=retransmissions-exhausted
}
tell

situation fin-unanswered 'net.ipv4.tcp_orphan_retries'
play()
{
	set_sysctl c net.ipv4.tcp_orphan_retries=2
	on s server listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 until go close wait
	sleep 2
	cut_path
	sleep 30
}
expect()
{
	provoked kind=socket old_state=fin_wait1 new_state=close
	says life end=unanswered why=fin state=fin_wait1
	says explain names=fin-unanswered
	never explain names=four-way-teardown
}
tell

situation fin-unanswered-held 'shutdown() by a process that keeps the socket: net.ipv4.tcp_retries2'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=4
	on s server listen s:7000 acceptall
	sleep 1
	on c client connect s:7000 until go shut wait
	sleep 1
	filter r forward 'tcp dport 7000 drop'
	: >go
	sleep 100
}
expect()
{
	provoked kind=socket old_state=fin_wait1 new_state=close error=ETIMEDOUT
	unrecorded kind=socket old_state=fin_wait1 orphan=true
	says life end=unanswered why=fin
	says explain names=fin-unanswered 'tcp_retries2'
	never explain 'nobody held'
	never explain 'tcp_orphan_retries'
}
tell

situation icmp-then-timeout 'a router says no route, and the retransmissions run out'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=4
	on s server listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 until go write 812 wait
	sleep 2
	filter r forward 'tcp dport 7000 reject with icmp type host-unreachable'
	: >go
	sleep 100
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=EHOSTUNREACH
	says life end=unreachable
	never explain names=filtered
	never explain 'reset'
}
tell

situation rejected-while-established 'iptables -j REJECT: ICMP port unreachable on a connection that stands'
play()
{
	set_sysctl c net.ipv4.tcp_retries2=4
	on s server listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 until go write 812 wait
	sleep 2
	filter r forward 'tcp dport 7000 reject with icmp type port-unreachable'
	: >go
	sleep 100
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ECONNREFUSED
	says life end=unreachable why=data
	never life end=refused
	never explain 'refused'
	never explain names=refused
}
tell

situation data-after-peer-keepalive-timeout 'one end gave up, the other then writes'
play()
{
	on s keeper opt keepalive 1 opt keepidle 4 opt keepintvl 2 opt keepcnt 2 listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 until go2 write 100 wait
	sleep 2
	cut_path
	sleep 20
	unfilter r
	: >go2
	sleep 5
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ETIMEDOUT local_port=7000
	provoked kind=socket old_state=established new_state=close error=ECONNRESET remote_port=7000
	count 1 life .
	says life peer.end=unanswered peer.why=keepalive
	count 1 explain .
	says explain names=keepalive-timeout
	never explain names=data-after-close
	never explain names=aborted-linger
}
tell
