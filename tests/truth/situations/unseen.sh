# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# What is not seen is not said.

situation mptcp 'RFC 8684: a subflow'\''s socket does not tell who accepted, or read'
play()
{
	on s server mptcp listen s:7000 accept wait
	sleep 1
	on c client mptcp connect s:7000 write 812 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=established
	never stuck 'before accept'
	never stuck verdict=close-wait-not-accepted
	never explain names=never-accepted
	never explain 'Nobody has accepted'
	says explain 'MPTCP'
}
tell

situation thread-with-own-table 'unshare(CLONE_FILES): the main thread has closed its descriptors'
play()
{
	on s threaded listen s:7000 accept 2 owntable
	sleep 1
	on c visitor connect s:7000 2 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck@live state=close_wait '"comm":"(threaded|keeper)"' '"fd":[0-9]+'
	never stuck@live 'no process holds'
	says stuck@late state=close_wait '"fd":[0-9]+'
}
tell late

situation main-thread-ended 'the leader is a zombie, another thread lives: /proc/PID/task/TID/fd'
play()
{
	on s headless listen s:7000 accept 2 mainexit
	sleep 1
	on c visitor connect s:7000 2 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck@live state=close_wait comm=headless '"fd":[0-9]+'
	says stuck@late state=close_wait '"fd":[0-9]+'
}
tell late

situation held-by-io-uring 'io_uring_register(2): registered files are no descriptors'
play()
{
	on s ring listen s:7000 accept 2 uring wait
	sleep 1
	on c visitor connect s:7000 2 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck@live state=close_wait '(io_uring|no descriptor)'
	says stuck@late state=close_wait '(io_uring|no descriptor)'
	never stuck@late 'its process'
}
tell late

situation held-by-a-message 'unix(7): SCM_RIGHTS, a message that nobody receives'
play()
{
	on s sender listen s:7000 accept 2 inflight wait
	sleep 1
	on c visitor connect s:7000 2 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck@live state=close_wait '(under way|no descriptor|SCM_RIGHTS)'
	never stuck@late 'its process'
}
tell late

situation never-sent-anything 'a socket that only received: when was data last sent?'
play()
{
	on s mute listen s:7000 accept wait
	sleep 1
	on c sender connect s:7000 write 10 shut wait
	sleep 60
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck@live state=close_wait comm=mute
	never stuck@live state=close_wait 'sent_seconds=.+'
	never stuck@late state=close_wait 'sent_seconds=.+'
}
tell late

situation age-is-known-better 'older than the module, but data came 22 s ago'
play()
{
	on s leaky listen s:7000 acceptall
	sleep 1
	on c visitor connect s:7000 write 10 close wait
	sleep 22
}
expect()
{
	says stuck@late state=close_wait 'age_seconds=2[0-9]\.[0-9]*'
	says stuck@without state=close_wait 'age_seconds=2[0-9]\.[0-9]*'
}
tell late

situation older-than-the-module 'its beginning is not on record, its end is'
play()
{
	rmmod tcptrail
	on s server listen s:7000 accept sleep 5 close wait
	sleep 1
	on c client connect s:7000 eof close wait
	sleep 1
	modprobe tcptrail
	sleep 70
}
expect()
{
	unrecorded kind=segment 'tcp_flags=SYN.*'
	says life end=normal role=unknown life_at_least=true
	never explain names=three-way-handshake
	never explain names=syn-cookie
	never explain names=stale-duplicate-syn
}
tell

situation window-probes-in-the-ladder 'RFC 9293 3.8.6.1: a probe is no retransmission'
play()
{
	on s sleepy listen s:7000 accept sleep 20 eof wait
	sleep 1
	on c sender connect s:7000 fill close wait
	sleep 100
}
expect()
{
	provoked kind=socket new_state=fin_wait1
	count 1 life .
	never explain 'FIN was sent'
	never explain names=fin-retransmitted
}
tell
