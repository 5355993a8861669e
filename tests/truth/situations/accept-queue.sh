# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Connections that nobody accepts: since when, of whom, and why not?

situation wedged-proxy 'efs-utils#374, libmill#182: 12 wait, the queue is far from full'
play()
{
	on s wedged listen s:8080 accept wait
	sleep 1
	on c client connect s:8080 12 send GET wait
	sleep 20
}
expect()
{
	provoked kind=socket new_state=established orphan=true
	count 1 life peer.accepted=true
	says stuck local_port=8080 verdict=accept-queue-waiting waiting=11
	says stuck@live comm=wedged '11 '
	says stuck@late comm=wedged '11 '
	says stuck@without comm=wedged '11 '
	never stuck 'queue is full'
}
tell late

situation queue-full 'listen(2): the backlog is used up'
play()
{
	on s narrow backlog 3 listen s:7000 wait
	sleep 1
	on c client connect s:7000 8 wait
	sleep 20
}
expect()
{
	provoked kind=snapshot old_state=syn_sent
	says stuck@live verdict=accept-queue-full comm=narrow queued=4 backlog=3
	says stuck@late verdict=accept-queue-full queued=4 backlog=3
	never stuck@live 'filter'
	never stuck@live 'host is down'
}
tell late

situation syn-sent-to-a-full-queue 'the SYNs did arrive: they are on record'
play()
{
	on s narrow backlog 1 listen s:7000 wait
	sleep 1
	on c first connect s:7000 2 wait
	sleep 1
	on c crowded try s:7000 1 wait
	sleep 20
}
expect()
{
	provoked kind=segment direction=in tcp_flags=SYN
	provoked kind=snapshot old_state=syn_sent
	says stuck@live state=syn_sent comm=crowded
	never stuck 'filter drops'
	never stuck 'drops it'
	never stuck 'peer is down'
	says stuck@live state=syn_sent narrow
	never explain names=filtered
}
tell late

situation handshake-stuck-at-a-full-queue 'the third step is dropped: SYN-RECV stays'
play()
{
	on s narrow backlog 4 listen s:7000 wait
	sleep 1
	on c crowded try s:7000 4 wait
	sleep 1
	on c crowded try s:7000 4 wait
	sleep 20
}
expect()
{
	provoked kind=request new_state=new_syn_recv
	says each@live verdict=syn-recv-queue-full local_port=7000
	says each@live verdict=accept-queue-full comm=narrow
	never stuck@live 'asymmetric'
	never stuck@live 'forged'
}
tell late

situation no-descriptor-left 'accept(2): EMFILE'
play()
{
	on s hoarder limit 12 listen s:7000 acceptall
	sleep 1
	on c client connect s:7000 14 wait
	sleep 20
}
expect()
{
	felt hoarder 'Too many open files'
	says stuck@live comm=hoarder local_port=7000
	says stuck@live comm=hoarder '(12 of 12|EMFILE|descriptor)'
	says stuck@late comm=hoarder '(12 of 12|EMFILE|descriptor)'
}
tell late

situation acceptor-stopped 'signal(7): SIGSTOP, a debugger that was left'
play()
{
	on s frozen listen s:7000 accept stop acceptall
	sleep 1
	on c client connect s:7000 5 wait
	sleep 20
}
expect()
{
	provoked kind=socket new_state=established orphan=true
	says stuck@live comm=frozen local_port=7000
	says stuck@live comm=frozen '(stopped|SIGSTOP|SIGCONT)'
	says stuck@late comm=frozen '(stopped|SIGSTOP|SIGCONT)'
}
tell late

situation acceptor-in-a-frozen-cgroup 'cgroup.freeze, docker pause'
play()
{
	service web
	on s paused listen s:7000 acceptall
	sleep 1
	freeze web
	service
	on c client connect s:7000 5 wait
	sleep 20
}
expect()
{
	provoked kind=socket new_state=established orphan=true
	says stuck@live comm=paused local_port=7000
	says stuck@live comm=paused '(frozen|freeze|paused)'
}
tell

situation acceptor-blocked-in-the-kernel 'state D: an NFS that does not answer'
play()
{
	on s hung listen s:7000 accept blocked
	sleep 1
	on c client connect s:7000 5 wait
	sleep 20
}
expect()
{
	provoked kind=socket new_state=established orphan=true
	says stuck@live comm=hung local_port=7000
	says stuck@live comm=hung '(blocked in the kernel|state D|wchan)'
}
tell

situation prefork-master 'the one that accepts is not the one with the lowest pid'
play()
{
	on s master listen s:7000 child accept 2 stop acceptall end wait
	sleep 1
	on c client connect s:7000 8 wait
	sleep 20
}
expect()
{
	provoked kind=accept comm=master
	says stuck@live local_port=7000 '"comm":"master".*"comm":"master"'
	says stuck@live local_port=7000 'accepted last'
}
tell

situation listener-held-by-a-helper 'rinetd#10: the server died, its helper holds the listener'
play()
{
	as backup-job
	on s app listen s:7003 child exec ./backup-job wait end sleep 2 exit
	sleep 4
	on s app-new listen s:7003 wait
	on c client connect s:7003 3 send hello wait
	sleep 20
}
expect()
{
	felt app-new 'Address already in use'
	provoked kind=socket new_state=established orphan=true
	says stuck@live comm=backup-job local_port=7003
	says stuck@late comm=backup-job local_port=7003
}
tell late

situation reuseport-dead-worker 'SO_REUSEPORT: one of two listeners does not accept'
play()
{
	on s good opt reuseport 1 listen s:7000 acceptall
	on s dead opt reuseport 1 listen s:7000 wait
	sleep 1
	on c client connect s:7000 12 wait
	sleep 20
}
expect()
{
	provoked kind=accept comm=good
	provoked kind=socket new_state=established orphan=true
	says stuck@live comm=dead local_port=7000
	never stuck@live holders=good
	never stuck@live 'sentence=.*good.*'
}
tell late

situation slow-but-accepting 'one is accepted every 4 s: that queue moves'
play()
{
	on s slow listen s:7000 repeat 100 accept 1 sleep 1 end wait
	sleep 1
	on c client connect s:7000 60 wait
	sleep 20
}
expect()
{
	provoked kind=accept comm=slow
	never stuck@live verdict=accept-queue-full
	never stuck@live 'does not take them'
}
tell

situation nobody-waits 'an idle listener is no fault'
play()
{
	on s idle listen s:7000 wait
	sleep 300
	look listen --state LISTEN
}
expect()
{
	provoked kind=snapshot old_state=listen
	count 0 stuck .
	never stuck@listen 'verdict=[a-z-]+'
}
tell late
