# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# What is not there is not counted: ends of connections that are not like others.

situation reset-in-accept-queue 'inet_csk_accept() of a socket in CLOSE'
play()
{
	on s lazy listen sx:7000 sleep 3 accept wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 1 tx R
	sleep 10
}
expect()
{
	provoked kind=accept old_state=close new_state=close comm=lazy
	count 1 life .
	says life end=reset_in local_port=7000
	count 1 explain .
	says explain names=never-accepted 'ended before accept'
	never explain 'Nobody has accepted'
	count 0 stuck .
}
tell

situation fastopen-reset-in-accept-queue 'tcp_try_fastopen(), then as above'
play()
{
	set_sysctl s net.ipv4.tcp_fastopen=519
	set_sysctl c net.ipv4.tcp_fastopen=519
	on s lazy opt fastopen 5 listen s:7000 sleep 3 accept wait
	sleep 1
	on c hasty fastopen s:7000 hello sleep 1 abort wait
	sleep 10
}
expect()
{
	provoked kind=accept old_state=close new_state=close comm=lazy
	count 1 life .
	says life end=reset_out peer.end=reset_in
}
tell

situation kill-a-listener 'ss -K state listening; tcp_abort()'
play()
{
	on s shop listen s:7000 acceptall
	sleep 1
	kill_socket s state listening
	sleep 2
}
expect()
{
	provoked kind=socket old_state=listen new_state=close
	count 0 life .
	count 0 explain .
}
tell

situation kill-a-request 'ss -K state syn-recv; tcp_abort(), inet_csk_reqsk_queue_drop()'
play()
{
	on s shop listen sx:7000 acceptall
	sleep 1
	x 4000 sx:7000 tx S rx SA sleep 100
	sleep 1
	kill_socket s state syn-recv
	sleep 5
}
expect()
{
	provoked kind=request new_state=new_syn_recv
	provoked kind=request old_state=new_syn_recv new_state=close
	count 1 life .
	says life end=killed
	never explain 'RST'
}
tell

situation accept-queue-dies-with-listener 'inet_csk_listen_stop()'
play()
{
	on s shop listen s:7000 sleep 3 closel wait
	sleep 1
	on c buyer connect s:7000 3 wait
	sleep 10
}
expect()
{
	provoked kind=socket old_state=established new_state=close orphan=true local_port=7000
	count 3 life end=reset_in peer.end=reset_out peer.why=unaccepted peer.unaccepted=true
	count 3 explain names=never-accepted names=reset-by-server
	never explain names=aborted-linger
}
tell

situation request-without-a-listener 'a request outlives its listener for up to a second'
play()
{
	on s shop listen sx:7000 sleep 3 closel wait
	sleep 1
	x 4000 sx:7000 tx S rx SA sleep 100
	sleep 20
}
expect()
{
	provoked kind=request new_state=new_syn_recv
	provoked kind=request new_state=close
	count 1 life .
	says life end=listener_gone
	never explain 'got no answer'
}
tell

situation namespace-gone-with-time-wait 'inet_twsk_purge() when a namespace is taken down'
play()
{
	ip netns add lone
	ip -n lone link set lo up
	on lone server listen self:7000 accept sleep 1 close exit
	sleep 1
	on lone visitor connect self:7000 close exit
	sleep 3
	ip netns del lone
	sleep 3
}
expect()
{
	provoked kind=timewait reason=netns
	count 1 life .
	says life end=normal
}
tell
