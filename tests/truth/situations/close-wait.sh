# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# CLOSE-WAIT, the classic: has the end of file been read, and who has the descriptor?

situation read-and-not-closed 'Recv-Q 0: the process has read to the end'
play()
{
	on s leaky listen s:7000 accept eof wait
	sleep 1
	on c visitor connect s:7000 send hello close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck verdict=close-wait-leak comm=leaky local_port=7000
	never stuck 'stopped reading'
	says stuck@live '(has read|read to) '
	says stuck@late '(has read|read to) '
	never stuck@live 'poll set'
}
tell late

situation end-not-read 'Recv-Q 1: the FIN alone has not been read'
play()
{
	on s lost listen s:7000 accept read 5 wait
	sleep 1
	on c visitor connect s:7000 send hello sleep 1 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck verdict=close-wait.* comm=lost
	says stuck@live '(not read|has not) .*(end|file)'
	says stuck@late '(not read|has not) .*(end|file)'
	never stuck@live 'code path that reads 0 bytes'
}
tell late

situation unread-bytes 'Recv-Q 813: data and the FIN have not been read'
play()
{
	on s sleepy listen s:7000 accept wait
	sleep 1
	on c visitor connect s:7000 write 812 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait 'unread=81[23]'
	says stuck verdict=close-wait-unread comm=sleepy unread=812
	says stuck@late verdict=close-wait-unread unread=812
}
tell late

situation never-accepted-and-closed 'the peer came, waited in the queue, and went'
play()
{
	on s deaf listen s:7000 wait
	sleep 1
	on c visitor connect s:7000 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck verdict=close-wait-not-accepted deaf
	says stuck@late verdict=close-wait-not-accepted deaf
	never stuck verdict=close-wait-leak
}
tell late

situation held-by-an-exec-ed-helper 'guacamole#698: a helper has inherited the socket'
play()
{
	as logrotated
	on s daemon listen s:7000 accept 4 child exec ./logrotated wait end close wait
	sleep 1
	on c visitor connect s:7000 4 sleep 1 close wait
	sleep 30
}
expect()
{
	provoked kind=accept comm=daemon
	says stuck@live count=4 comm=logrotated
	says stuck@live logrotated '(inherit|O_CLOEXEC)'
	says stuck@live 'O_CLOEXEC.*daemon|daemon.*O_CLOEXEC'
	never stuck@live 'code path that reads 0 bytes'
}
tell late

situation inherited-and-still-open 'odpi#152: closed here, and a helper keeps it ESTABLISHED'
play()
{
	as helper
	on s daemon listen s:7000 accept 3 child exec ./helper wait end close wait
	sleep 1
	on c visitor connect s:7000 3 eof wait
	sleep 30
	look established --state ESTABLISHED
}
expect()
{
	provoked kind=accept comm=daemon
	unrecorded kind=socket new_state=fin_wait1
	says stuck@established comm=helper
}
tell

situation held-by-two 'fork() without close() in either'
play()
{
	on s prefork listen s:7000 accept child wait end wait
	sleep 1
	on c visitor connect s:7000 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	says stuck@live verdict=close-wait.* '"comm":"prefork".*"comm":"prefork"'
}
tell

situation passed-to-a-worker 'unix(7): SCM_RIGHTS, the acceptor is not the holder'
play()
{
	on s worker take sock 2 eof wait
	on s dispatcher listen s:7000 accept 2 pass sock wait
	sleep 1
	on c visitor connect s:7000 2 send hello close wait
	sleep 30
}
expect()
{
	provoked kind=accept comm=dispatcher
	says stuck@live count=2 comm=worker
	never stuck 'sentence=.*dispatcher.* has not.*'
}
tell

situation many-peers 'one leak, seven peers: one entry'
play()
{
	for i in 3 4 5 6 7 8 9; do
		ip -n c addr add "10.9.1.$i/24" dev c0
	done
	on s leaky listen s:7000 acceptall
	sleep 1
	for i in 3 4 5 6 7 8 9; do
		on c visitor bind "10.9.1.$i:0" connect s:7000 2 close wait
	done
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait remote_address=10.9.1.9
	says stuck 'verdict=close-wait-(leak|end-unread)' count=14 peers=7 comm=leaky
	count 1 stuck 'verdict=close-wait-(leak|end-unread)'
	count 14 each 'verdict=close-wait-(leak|end-unread)'
}
tell

situation workers-leak-alike 'twelve workers of one unit: one entry with a total'
play()
{
	service shop
	on s worker listen s:7000 repeat 12 child accept 2 wait end end wait
	sleep 1
	service
	on c visitor connect s:7000 24 close wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait
	count 24 each 'verdict=close-wait-(leak|end-unread)'
	count 1 stuck@live 'verdict=close-wait-(leak|end-unread)'
	says stuck@live 'verdict=close-wait-(leak|end-unread)' count=24 processes=12 unit=shop.service
}
tell

situation client-side-leak 'reactor-netty#938: the server ends idle connections, the pool keeps them'
play()
{
	on s server listen s:7000 dismiss
	sleep 1
	on c pool connect s:7000 5 wait
	sleep 30
}
expect()
{
	provoked kind=socket new_state=close_wait remote_port=7000
	says stuck verdict=close-wait.* comm=pool count=5
}
tell late
