# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# States in which something moves are not stuck; and those in which nothing does.

# ---- Half-closed by design

situation half-closed-stream 'RFC 9293 3.6.1: a half-closed connection goes on; kubectl logs -f'
play()
{
	on s streamer listen s:7000 accept 3 read 3 beat 2000
	sleep 1
	on c follower connect s:7000 3 send GET shut eof wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=close_wait
	provoked kind=socket new_state=fin_wait2
	count 3 life end=lives state=fin_wait2 peer.state=close_wait
	count 0 stuck@live .
	count 0 stuck@late .
	count 0 stuck@without .
	# Only the kernel knows that data flows: of a trail alone they count as stuck.
	never counters@live 'stuck_sockets\{verdict="(close-wait-leak|fin-wait2-held)"\} [1-9]'
}
tell late

situation half-closed-and-a-leak 'the same beside a server that has forgotten its sockets'
play()
{
	on s streamer listen s:7000 accept 3 read 3 beat 2000
	on s leaky listen s:7001 acceptall
	sleep 1
	on c follower connect s:7000 3 send GET shut eof wait
	on c visitor connect s:7001 5 sleep 1 close wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=close_wait local_port=7000
	provoked kind=socket new_state=close_wait local_port=7001
	says stuck 'verdict=close-wait-(leak|end-unread)' local_port=7001 count=5
	never stuck@live local_port=7000
	never stuck@live remote_port=7000
}
tell

situation half-closed-upload 'the same the other way: FIN-WAIT-2 receives for minutes'
play()
{
	on s shop listen s:7000 accept shut sip 1000 1000
	sleep 1
	on c sender connect s:7000 beat 2000
	sleep 100
}
expect()
{
	provoked kind=socket new_state=fin_wait2 local_port=7000
	count 0 stuck@live .
	count 0 stuck@late .
}
tell late

situation idle-pool 'an idle connection is no fault'
play()
{
	on s server listen s:7000 echo
	sleep 1
	on c pool connect s:7000 20 send hi wait
	sleep 300
}
expect()
{
	provoked kind=socket new_state=established
	count 20 life end=lives state=established
	count 0 stuck .
	count 0 stuck@late .
}
tell late

situation slow-reader 'data moves, if slowly'
play()
{
	on s sipper opt rcvbuf 4096 listen s:7000 accept sip 500 1000
	sleep 1
	on c sender connect s:7000 write 200000 wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=established
	count 0 stuck@live .
	count 0 stuck@late .
}
tell late

situation slow-reader-in-close-wait 'bytes lie unread, and are read'
play()
{
	on s sipper listen s:7000 accept sip 100 1000
	sleep 1
	on c sender connect s:7000 write 30000 close wait
	sleep 40 # the sender's FIN-WAIT-2 ends after 60 s
}
expect()
{
	provoked kind=socket new_state=close_wait
	never stuck@live 'stopped reading'
	never stuck@late 'stopped reading'
}
tell late

# ---- The FIN that cannot leave, in each state

situation close-wait-window-closed 'haproxy#541: the peer shut its half, and reads no more'
play()
{
	on s sender listen s:7000 accept read 3 fillblock
	sleep 1
	on c slow connect s:7000 send GET shut wait
	sleep 65
}
expect()
{
	provoked kind=socket new_state=close_wait
	never stuck@live verdict=close-wait-leak
	never stuck@live state=close_wait 'must close'
	never stuck@live state=fin_wait2 'must close'
	says stuck@live state=close_wait '(zero-window|window)'
	says stuck@late state=close_wait '(zero-window|window)'
	says stuck@live state=close_wait slow
}
tell late

situation close-wait-unanswered 'haproxy#2520: the peer shut its half, and vanished'
play()
{
	on s sender listen s:7000 accept read 3 until go write 60000 wait
	sleep 1
	on c vanished connect s:7000 send GET shut wait
	sleep 3
	filter r forward 'tcp sport 7000 drop'
	: >go
	sleep 65
}
expect()
{
	provoked kind=socket new_state=close_wait
	never stuck@live verdict=close-wait-leak
	never stuck@live state=close_wait 'must close'
	never stuck@live state=fin_wait2 'must close'
	says stuck@live state=close_wait 'unacked=[1-9][0-9]*' '(not acknowledged|unanswered)'
	says stuck@late state=close_wait '(not acknowledged|unanswered)'
}
tell late

situation fin-wait1-window-closed 'tcp_close() with data that the peer does not take'
play()
{
	on s sleepy listen s:7000 accept wait
	sleep 1
	on c sender connect s:7000 fill close wait
	sleep 60
}
expect()
{
	provoked kind=socket new_state=fin_wait1
	unrecorded kind=segment 'tcp_flags=FIN.*'
	says stuck@live verdict=fin-wait1-zero-window
	never explain 'FIN was sent'
	says stuck@live verdict=fin-wait1-zero-window peer.comm=sleepy 'sleepy.* does not read'
}
tell late

situation fin-wait1-unanswered 'the path is cut, the FIN is lost'
play()
{
	on s shop listen s:7000 accept wait
	sleep 1
	on c sender connect s:7000 until go close wait
	sleep 2
	filter r forward 'tcp dport 7000 drop'
	: >go
	sleep 30
}
expect()
{
	provoked kind=segment direction=out tcp_flags=FIN,ACK
	says stuck verdict=fin-wait1-unanswered
	says stuck@late verdict=fin-wait1-unanswered
	says explain 'FIN'
}
tell late

situation last-ack-unanswered 'both have closed, the second FIN is lost'
play()
{
	on s shop listen s:7000 accept until go close wait
	sleep 1
	on c buyer connect s:7000 shut wait
	sleep 2
	filter r forward 'tcp sport 7000 drop'
	: >go
	sleep 30
}
expect()
{
	provoked kind=socket new_state=last_ack
	says stuck verdict=last-ack-unanswered
	never stuck verdict=fin-wait2-held
	never explain names=four-way-teardown
	never explain names=three-segment-teardown
}
tell late

situation last-ack-window-closed 'both have closed, our data and FIN wait for the window'
play()
{
	on s sender listen s:7000 accept fill close wait
	sleep 1
	on c slow connect s:7000 shut wait
	sleep 60
}
expect()
{
	provoked kind=socket new_state=last_ack
	says stuck@live verdict=last-ack-zero-window
	never explain 'FIN was sent once and never acknowledged'
}
tell late

situation closing-stuck 'RFC 9293 3.6: both FINs at once, one of them lost'
play()
{
	on s shop listen s:7000 accept until crossed close wait
	sleep 1
	on c buyer connect s:7000 until go close wait
	sleep 2
	filter r forward 'tcp dport 7000 tcp flags & fin == fin drop'
	: >go
	sleep 1
	: >crossed
	sleep 30
}
expect()
{
	provoked kind=socket new_state=closing
	says stuck verdict=closing-stuck
}
tell late

# ---- Who has to move?

situation fin-wait2-held 'we shut down our half, the peer never closes'
play()
{
	on s forgetful listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 shut wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=fin_wait2
	says stuck verdict=fin-wait2-held comm=client
	says stuck@live verdict=fin-wait2-held forgetful
	says stuck 'verdict=close-wait-(leak|end-unread)' comm=forgetful
}
tell late

situation fin-wait2-unread 'the peer has answered: it is this end that does not read'
play()
{
	on s server listen s:7000 accept read 3 write 5000 wait
	sleep 1
	on c deaf connect s:7000 send GET shut wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=fin_wait2
	never stuck@live 'peer does not close'
	says stuck@live state=fin_wait2 unread=5000 '(has to|must|does not) read'
	says stuck@late state=fin_wait2 '(has to|must|does not) read'
}
tell late

situation fin-wait2-orphan 'tcp_fin_timeout: nobody holds it, the peer does not close'
play()
{
	set_sysctl c net.ipv4.tcp_fin_timeout=300
	on s forgetful listen s:7000 accept wait
	sleep 1
	on c client connect s:7000 close wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=fin_wait2
	says stuck verdict=fin-wait2-orphan
}
tell late

situation zero-window 'the peer does not read; both ends are here'
play()
{
	on s sleepy listen s:7000 accept wait
	sleep 1
	on c sender connect s:7000 fill wait
	sleep 60
}
expect()
{
	provoked kind=socket new_state=established
	says stuck@live verdict=established-zero-window comm=sender
	says stuck@live verdict=established-zero-window sleepy
	says stuck@late verdict=established-zero-window
}
tell late

situation defer-accept 'keepalived#2271: TCP_DEFER_ACCEPT, a client that sends nothing'
play()
{
	on s web opt defer 60 listen s:80 acceptall
	sleep 1
	on c checker connect s:80 3 wait
	sleep 25
}
expect()
{
	provoked kind=request new_state=new_syn_recv
	never stuck 'SYN-ACK is not answered'
	never stuck@late 'SYN-ACK is not answered'
	never stuck 'asymmetric'
	never explain 'got no answer'
}
tell late
