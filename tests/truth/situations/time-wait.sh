# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# TIME-WAIT: what it is there for, and what ends it.

# The server closes first: the TIME-WAIT is here. And then it serves again.
time_wait_of_x()
{
	on s server listen sx:7000 accept sleep 1 close accept wait
	sleep 1
	x 4000 sx:7000 "$@"
}

situation orderly-end 'RFC 9293 3.6: 2 MSL, and it is gone'
play()
{
	on s server listen s:7000 accept eof close wait
	sleep 1
	on c client connect s:7000 write 100 sleep 1 close wait
	sleep 70
}
expect()
{
	provoked kind=timewait new_state=close reason=timeout
	count 1 life .
	says life end=normal closer=us sent=100 peer.closer=peer peer.end=normal 'time_wait_seconds=6[0-2]\.[0-9]*'
	says explain names=three-segment-teardown
	count 0 stuck .
}
tell

situation older-timestamp 'RFC 6191, RFC 7323: a NAT'\''s next client, with an older clock'
play()
{
	time_wait_of_x tx S ts=500000 rx SA tx A ts=500001 rx FA tx A ts=500002 tx FA ts=500003 rx A \
		sleep 2 isn 3000000 tx S ts=1000 rx A sleep 1 tx S seq=-1 ts=2000 sleep 100
	sleep 10
}
expect()
{
	provoked kind=timewait new_state=time_wait
	provoked kind=segment direction=in tcp_flags=SYN tcp_seq=3000000
	provoked kind=segment direction=out tcp_flags=ACK
	unrecorded kind=timewait reason=syn
	count 1 life .
	says explain names=time-wait-holds-off 'timestamp is older'
	never explain names=time-wait-assassination
	never explain names=simultaneous-open
	never explain 'port scanner'
}
tell

situation newer-timestamp 'RFC 6191: a newer timestamp lets the SYN in'
play()
{
	time_wait_of_x tx S ts=500000 rx SA tx A ts=500001 rx FA tx A ts=500002 tx FA ts=500003 rx A \
		sleep 5 isn 500 tx S ts=900000 rx SA tx A ts=900001 sleep 100
	sleep 15
}
expect()
{
	provoked kind=timewait new_state=close reason=syn
	count 2 life .
	says life end=reused
	says life end=lives state=established
	says explain names=reuse-by-syn
	never explain names=time-wait-assassination
}
tell

situation older-number 'a fixed port after a reboot: the SYN'\''s number is old, there is no timestamp'
play()
{
	time_wait_of_x isn 800000000 tx S rx SA tx A rx FA tx A tx FA rx A \
		sleep 2 isn 1000 tx S rx A tx R seq=+799999001 sleep 1 tx S seq=-1 rx SA tx A sleep 100
	sleep 15
}
expect()
{
	provoked kind=timewait new_state=time_wait
	provoked kind=timewait new_state=close reason=reset
	provoked kind=segment direction=in tcp_flags=SYN tcp_seq=1000
	provoked kind=socket new_state=established
	count 2 life .
	never explain 'tcp_rfc1337'
	never explain names=time-wait-assassination
	never explain 'assassination'
}
tell

situation assassination 'RFC 1337: an old duplicate makes TIME-WAIT answer, the peer resets'
play()
{
	on s server listen sx:7000 accept read 50 sleep 1 close wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A tx PA len=50 rx A rx FA tx A tx FA rx A \
		sleep 2 tx PA seq=-51 len=50 rx A tx R seq=+0 sleep 100
	sleep 15
}
expect()
{
	provoked kind=timewait new_state=close reason=reset
	count 1 life .
	says life end=reset_in state=time_wait closer=us
	says explain names=time-wait-assassination
	never explain names=reset-by-client
}
tell

situation rfc1337 'net.ipv4.tcp_rfc1337: TIME-WAIT outlives the RST that has its number'
play()
{
	set_sysctl s net.ipv4.tcp_rfc1337=1
	time_wait_of_x tx S rx SA tx A rx FA tx A tx FA rx A sleep 2 tx R sleep 100
	sleep 80
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST
	provoked kind=timewait new_state=close reason=timeout
	says life end=normal closer=us
	says explain names=rst-ignored 'tcp_rfc1337'
	never explain names=time-wait-assassination
	never explain names=reset
}
tell

situation old-rst-in-time-wait 'a RST with another number ends no TIME-WAIT, whatever tcp_rfc1337 is'
play()
{
	time_wait_of_x tx S rx SA tx A rx FA tx A tx FA rx A sleep 2 tx R seq=-1 sleep 100
	sleep 80
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST
	provoked kind=timewait new_state=close reason=timeout
	says life end=normal closer=us
	says explain names=rst-ignored
	never explain 'tcp_rfc1337'
	never explain names=time-wait-assassination
}
tell

situation last-ack-lost 'TIME-WAIT is there to answer the FIN again'
play()
{
	on s server listen s:7000 accept until go close wait
	sleep 1
	on c client connect s:7000 close wait
	sleep 2
	filter r forward 'tcp dport 7000 tcp flags & (fin|syn|rst|ack) == ack drop'
	: >go
	sleep 1
	unfilter r
	sleep 10
}
expect()
{
	provoked kind=timewait reason=fin
	count 1 life .
	says explain names=lost-last-ack
	never explain names=fin-retransmitted
}
tell

situation fin-wait2-timeout 'tcp_fin_timeout: the peer never closes'
play()
{
	set_sysctl c net.ipv4.tcp_fin_timeout=5
	on s server listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 close wait
	sleep 20
}
expect()
{
	provoked kind=timewait old_state=fin_wait2 reason=timeout
	says life end=fin_timeout peer.end=lives peer.state=close_wait
	says explain names=fin-wait2-timeout
	says stuck state=close_wait comm=server
	says stuck state=close_wait '(half-open|gone|no longer)'
}
tell

situation reuse-by-connect 'net.ipv4.tcp_tw_reuse: a connect() takes the port'
play()
{
	set_sysctl c net.ipv4.tcp_tw_reuse=1 net.ipv4.ip_local_port_range='42000 42000'
	on s server listen s:7000 echo
	sleep 1
	on c client connect s:7000 close sleep 3 connect s:7000 wait
	sleep 10
}
expect()
{
	provoked kind=timewait reason=reuse
	count 2 life .
	says life end=reused
	says explain names=reuse-by-connect
}
tell

situation time-wait-killed 'ss -K state time-wait'
play()
{
	on s server listen s:7000 echo
	sleep 1
	on c client connect s:7000 close wait
	sleep 2
	kill_socket c state time-wait
	sleep 2
}
expect()
{
	provoked kind=timewait new_state=close reason=killed
	count 1 life .
	says life closer=us peer.end=normal
	never explain names=reset
}
tell
