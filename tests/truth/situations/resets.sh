# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2317 # not unreachable: called by tell
#
# Resets: who sent this one, why, and did it matter?

# ---- Why we sent it

situation close-with-unread-bytes 'RFC 2525 2.17; tcp_close(): TCPAbortOnClose'
play()
{
	on s shop listen s:7000 accept sleep 1 close wait
	sleep 1
	on c buyer connect s:7000 write 812 wait
	sleep 3
}
expect()
{
	provoked kind=socket old_state=established new_state=close unread=812 comm=shop
	provoked kind=segment direction=out 'tcp_flags=RST,ACK'
	count 1 life .
	says life end=reset_in peer.end=reset_out peer.why=unread peer.unread=812
	says explain names=aborted-unread names=reset-by-server 'closed with 812 bytes unread'
	never explain names=aborted-linger
	never explain SO_LINGER
	count 0 stuck .
}
tell

situation unread-bytes-after-shutdown 'the same, in FIN-WAIT-2'
play()
{
	on s shop listen s:7000 accept shut sleep 2 close wait
	sleep 1
	on c buyer connect s:7000 sleep 1 write 812 wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=fin_wait2 new_state=close unread=812 comm=shop
	says life end=reset_in peer.end=reset_out peer.why=unread peer.unread=812
	says explain names=aborted-unread 'with 812 bytes unread'
	never explain names=data-after-close
	never explain '[Tt]he client still sent'
}
tell

situation unread-bytes-in-close-wait 'the same, after the peer has closed'
play()
{
	on s shop listen s:7000 accept sleep 2 close wait
	sleep 1
	on c buyer connect s:7000 write 812 sleep 0.5 shut wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=close_wait new_state=close 'unread=81[23]' comm=shop
	says life end=reset_in peer.end=reset_out peer.why=unread peer.unread=812
	says explain names=aborted-unread 'with 812 bytes unread'
	never explain names=data-after-close
}
tell

situation linger-0 'socket(7): SO_LINGER with a timeout of 0'
play()
{
	on s shop listen s:7000 accept sleep 1 abort wait
	sleep 1
	on c buyer connect s:7000 wait
	sleep 3
}
expect()
{
	provoked kind=socket old_state=established new_state=close unread=0 comm=shop
	says life end=reset_in peer.end=reset_out peer.why=linger
	says explain names=aborted-linger SO_LINGER
	never explain names=aborted-unread
}
tell

situation linger-0-throws-data-away 'tcp_disconnect(): what was not acknowledged is gone'
play()
{
	on s sleepy listen s:7000 accept wait
	sleep 1
	on c hasty connect s:7000 fill abort wait
	sleep 10
}
expect()
{
	provoked kind=socket old_state=established new_state=close 'unacked=[1-9][0-9]+' comm=hasty
	says life end=reset_out why=linger
	says explain names=aborted-linger '[0-9]+ bytes .*(never acknowledged|not acknowledged|thrown away|discarded)'
}
tell

situation connect-af-unspec 'connect(2): AF_UNSPEC dissolves the association; tcp_disconnect()'
play()
{
	on s shop listen s:7000 accept wait
	sleep 1
	on c fickle connect s:7000 sleep 1 disconnect wait
	sleep 3
}
expect()
{
	provoked kind=socket old_state=established new_state=close comm=fickle
	provoked kind=segment direction=out 'tcp_flags=RST,ACK'
	says life end=reset_out why=disconnect peer.end=reset_in
	says explain AF_UNSPEC
	never explain names=killed
}
tell

situation data-after-close-minisocket 'RFC 1122 4.2.2.13; tcp_timewait_state_process()'
play()
{
	on s shop listen s:7000 accept sleep 1 close wait
	sleep 1
	on c talker connect s:7000 sleep 2 write 100 wait
	sleep 5
}
expect()
{
	provoked kind=timewait old_state=fin_wait2 reason=data
	says life end=reset_in peer.end=reset_out peer.why=late_data
	says explain names=data-after-close names=reset-by-server '[Tt]he client still sent'
	never explain names=aborted-unread
}
tell

situation data-after-close-fin-wait2 'tcp_rcv_state_process(): TCPAbortOnData, a full socket'
play()
{
	set_sysctl s net.ipv4.tcp_fin_timeout=120
	on s shop listen s:7000 accept sleep 1 close wait
	sleep 1
	on c talker connect s:7000 sleep 2 write 100 wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=fin_wait2 new_state=close error=ECONNRESET
	says life end=reset_in peer.end=reset_out peer.why=late_data
	says explain names=data-after-close names=reset-by-server
	never explain names=reset-by-client
}
tell

situation data-after-close-fin-wait1 'the same while the FIN is not yet acknowledged'
play()
{
	on s shop listen s:7000 accept sleep 1 close wait
	sleep 1
	on c talker connect s:7000 sleep 2 write 100 wait
	filter r forward 'tcp sport 7000 tcp flags & fin == fin drop'
	sleep 5
}
expect()
{
	provoked kind=socket old_state=fin_wait1 new_state=close error=ECONNRESET
	says life end=reset_in peer.end=reset_out peer.why=late_data
	says explain names=data-after-close names=reset-by-server
	never explain names=reset-by-client
}
tell

situation data-after-shutdown 'the same of a socket that its process holds: shutdown(SHUT_RDWR)'
play()
{
	on s shop listen s:7000 accept sleep 1 shutboth sleep 5 close wait
	sleep 1
	on c talker connect s:7000 sleep 2 write 100 wait
	sleep 8
}
expect()
{
	provoked kind=socket old_state=fin_wait2 new_state=close error=ECONNRESET
	says life end=reset_in peer.end=reset_out peer.why=late_data ended_by=server
	says explain names=data-after-close names=reset-by-server
	never explain names=reset-by-client
	never explain names=reset-from-network
}
tell

situation too-many-orphans 'i2pd#825; tcp_check_oom(): TCPAbortOnMemory'
play()
{
	sysctl -qw net.ipv4.tcp_max_orphans=4
	on s sleepy listen s:7000 acceptall
	sleep 1
	on c closer connect s:7000 8 fill close wait
	sleep 40
	sysctl -qw net.ipv4.tcp_max_orphans=4096
}
expect()
{
	provoked kind=socket old_state=fin_wait1 new_state=close
	says life end=reset_out peer.end=reset_in
	says explain '(orphan|tcp_max_orphans)'
	never explain SO_LINGER
	never explain names=data-after-close
	never life why=linger
	never life why=late_data
}
tell

# Memory is counted by the MiB on each processor: what these 8 have queued is more.
hoarder()
{
	on s sleepy listen s:7000 acceptall
	sleep 1
	on c closer connect s:7000 8 fill "$@" wait
	sleep 30
}

# What is queued is too much from now on.
memory_ends()
{
	sysctl -qw net.ipv4.tcp_mem='0 0 0'
}

situation no-memory 'tcp_check_oom(): close() with data queued, tcp_mem is used up'
play()
{
	tcp_mem=$(sysctl -n net.ipv4.tcp_mem)
	hoarder until go close
	memory_ends
	: >go
	sleep 5
	sysctl -qw net.ipv4.tcp_mem="$tcp_mem"
}
expect()
{
	provoked kind=socket old_state=fin_wait1 new_state=close orphan=true
	says life end=reset_out why=memory
	says explain 'no memory'
	never explain SO_LINGER
	never explain names=data-after-close
	never explain names=timed-out
}
tell

situation no-memory-for-an-orphan 'tcp_out_of_resources(): the same, by its timer'
play()
{
	tcp_mem=$(sysctl -n net.ipv4.tcp_mem)
	hoarder close
	memory_ends
	sleep 100
	sysctl -qw net.ipv4.tcp_mem="$tcp_mem"
}
expect()
{
	provoked kind=socket old_state=fin_wait1 new_state=close orphan=true
	says life end=reset_out why=memory
	never explain names=timed-out
	never explain SO_LINGER
	never explain names=data-after-close
}
tell

situation linger2-negative 'tcp(7): TCP_LINGER2; tcp_close(): TCPAbortOnLinger'
play()
{
	on s shop opt linger2 -1 listen s:7000 accept shut sleep 1 close wait
	sleep 1
	on c buyer connect s:7000 wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=fin_wait2 new_state=close comm=shop
	provoked kind=segment direction=out tcp_flags=RST
	says life end=reset_in peer.end=reset_out
	says explain names=reset-by-server TCP_LINGER2
	never explain SO_LINGER
	never explain names=data-after-close
}
tell

situation shutdown-with-unread-bytes-on-the-loopback 'the last ACK comes in shutdown() itself'
play()
{
	on s shop listen self:7000 accept write 812 shut wait
	sleep 1
	on s buyer connect self:7000 sleep 1 shut wait
	sleep 70
}
expect()
{
	provoked kind=socket old_state=last_ack new_state=close unread=812 comm=buyer
	unrecorded kind=segment tcp_flags=RST
	says life end=normal peer.end=normal ended_by=nobody
	says explain names=four-way-teardown
	never explain names=aborted-unread
	never explain names=reset
}
tell

situation linger2-negative-at-close 'the same in tcp_rcv_state_process(): TCPAbortOnData'
play()
{
	on s shop opt linger2 -1 listen s:7000 accept sleep 1 close wait
	sleep 1
	on c buyer connect s:7000 wait
	sleep 5
}
expect()
{
	provoked kind=socket old_state=fin_wait2 new_state=close reason=linger2
	provoked kind=segment direction=out tcp_flags=RST
	says life end=reset_in peer.end=reset_out peer.why=linger2
	says explain names=reset-by-server TCP_LINGER2
	never explain names=data-after-close
	never explain 'still sent data'
}
tell

situation no-time-wait-bucket 'tcp_time_wait(): TCPTimeWaitOverflow'
play()
{
	set_sysctl s net.ipv4.tcp_max_tw_buckets=0
	on s shop listen s:7000 accept sleep 1 close wait
	sleep 1
	on c buyer connect s:7000 eof close wait
	sleep 3
}
expect()
{
	provoked kind=socket old_state=fin_wait2 new_state=close
	unrecorded kind=timewait
	says life end=normal peer.end=normal closer=peer
	never explain names=reset
}
tell

situation no-time-wait-bucket-lost-ack 'the same; the last ACK is lost, RST answers the FIN'
play()
{
	set_sysctl s net.ipv4.tcp_max_tw_buckets=0
	on s shop listen s:7000 accept sleep 1 close wait
	sleep 1
	on c buyer connect s:7000 eof sleep 1 close wait
	sleep 1.5
	filter c input 'tcp sport 7000 tcp flags & (fin|syn|rst|ack) == ack drop'
	sleep 5
	unfilter c
	sleep 5
}
expect()
{
	unrecorded kind=timewait new_state=time_wait
	provoked kind=segment direction=in tcp_flags=RST
	provoked kind=socket old_state=last_ack new_state=close error=ECONNRESET
	says life closer=peer end=reset_in
	never explain names=data-after-close
	never explain names=aborted-linger
	says explain 'TIME-WAIT'
}
tell

situation abort-on-overflow 'tcp(7): tcp_abort_on_overflow'
play()
{
	set_sysctl s net.ipv4.tcp_abort_on_overflow=1
	on s busy backlog 4 listen s:7000 wait
	sleep 1
	on c caller connect s:7000 4 try s:7000 4 sleep 1 send GET wait
	sleep 8
}
expect()
{
	provoked kind=request old_state=new_syn_recv new_state=close 'reason=(reset|listener|timeout|overflow)'
	says life end=reset_in peer.end=reset_out
	says explain '(accept )?queue .*full'
	never explain 'SO_LINGER'
	never explain 'still sent data'
}
tell

situation half-open-found 'RFC 9293 3.5.1: an old ACK answers a SYN'
play()
{
	x 7000 sx:5000 rx S tx A seq=+5000 ack=-100000 rx R rx S tx SA rx A sleep 100
	sleep 0.5
	on s caller bind sx:5000 connect x:7000 wait
	sleep 10
}
expect()
{
	provoked kind=segment direction=out tcp_flags=RST
	provoked old_state=syn_sent new_state=established
	count 1 life .
	says life end=lives
	says explain 'half-open'
	never explain names=data-after-close
	never explain 'had closed'
}
tell

situation peer-restarted 'RFC 9293 3.5.1: its SYN comes into the old connection'
play()
{
	on s shop listen sx:7000 acceptall
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 2 isn 5000000 tx S rx A tx R seq=-4000000 sleep 1 tx S seq=-1 rx SA tx A sleep 100
	sleep 10
}
expect()
{
	provoked kind=segment direction=in tcp_flags=SYN tcp_seq=5000000
	provoked kind=socket old_state=established new_state=close error=ECONNRESET
	count 2 life .
	count 1 life end=reset_in
	never explain names=simultaneous-open
	never explain SO_LINGER
	says explain '(restart|reboot|half-open|does not know)'
}
tell

situation syn-ack-after-giving-up 'a SYN-ACK for a connect() that was given up'
play()
{
	x 7000 sx:5000 rx S sleep 2 tx SA rx R
	sleep 0.5
	on s hasty bind sx:5000 try x:7000 sleep 1 close wait
	sleep 5
}
expect()
{
	provoked kind=segment direction=in 'tcp_flags=SYN,ACK'
	provoked kind=segment direction=out tcp_flags=RST
	count 1 life .
	says life end=abandoned
	count 1 explain .
	says explain names=abandoned
	never explain 'port scanner'
	never explain forged
}
tell

situation repair-close 'CRIU: TCP_REPAIR, a close that sends nothing'
play()
{
	on s shop listen s:7000 accept wait
	sleep 1
	on c frozen connect s:7000 sleep 1 repairclose wait
	sleep 3
}
expect()
{
	provoked kind=socket old_state=established new_state=close comm=frozen
	unrecorded kind=segment 'tcp_flags=[A-Z,]*(RST|FIN)[A-Z,]*'
	says life peer.end=lives
	never life end=reset_out
	never explain names=reset
	never explain SO_LINGER
}
tell

situation killed-from-outside 'ss -K; tcp_abort()'
play()
{
	on s shop listen s:7000 accept wait
	sleep 1
	on c buyer connect s:7000 wait
	sleep 2
	kill_socket c dport = :7000
	sleep 3
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ECONNABORTED comm=ss
	says life end=killed peer.end=reset_in
	says explain names=killed
	never explain names=aborted-linger
}
tell

# ---- Did it matter?

situation forged-rst-outside-window 'RFC 5961 3.2: dropped'
play()
{
	on s shop listen sx:7000 accept sleep 3 close wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 1 tx R seq=+1000000 rx FA tx A tx FA rx A
	sleep 10
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST
	provoked kind=timewait new_state=time_wait
	count 1 life .
	says life closer=us
	never life end=reset_in
	never explain names=reset
	never explain names=data-after-close
	says explain names=four-way-teardown
	says explain '(ignored|not taken|took no notice|dropped)'
}
tell

situation forged-rst-inside-window 'RFC 5961 3.2: a challenge ACK answers'
play()
{
	on s shop listen sx:7000 accept sleep 3 close wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 1 tx R seq=+1000 rx A rx FA tx A tx FA rx A
	sleep 10
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST
	provoked kind=timewait new_state=time_wait
	says life closer=us
	never life end=reset_in
	never explain names=reset
	says explain '(ignored|not taken|challenge)'
}
tell

situation forged-rst-then-real-rst 'the one that was taken is the one that ended it'
play()
{
	on s shop listen sx:7000 accept wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 1 tx R seq=+1000000 sleep 5 tx R
	sleep 10
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST
	provoked kind=socket old_state=established new_state=close error=ECONNRESET
	says life end=reset_in closer=none 'life_seconds=([5-9]|1[0-9])\.[0-9]*'
	says explain names=reset-from-network
	never explain names=reset-by-client
	never explain 'SO_LINGER'
}
tell

situation forged-rst-both-here 'the same between two sockets of this machine'
play()
{
	on s shop listen s:7000 accept sleep 3 eof close wait
	sleep 1
	on c buyer bind c:4000 connect s:7000 sleep 4 close wait
	sleep 1
	forge c:4000 s:7000 tx R
	sleep 70
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST remote_port=4000
	unrecorded kind=segment direction=out 'tcp_flags=RST.*'
	count 1 life .
	says life end=normal peer.end=normal
	never explain names=reset
	never explain names=data-after-close
	never explain 'nobody is there to read it'
}
tell

# ---- Who sent it?

situation reset-by-remote-peer 'the peer is elsewhere: why it did so is not known here'
play()
{
	on s shop listen sx:7000 accept wait
	sleep 1
	x 4000 sx:7000 tx S rx SA tx A sleep 1 tx R
	sleep 5
}
expect()
{
	provoked kind=socket old_state=established new_state=close error=ECONNRESET
	says life end=reset_in ended_by=network
	says explain names=reset-from-network 'in the name of the client'
	never explain names=reset-by-client
	never explain names=aborted-linger
	never explain names=aborted-unread
	never explain names=data-after-close
}
tell

situation rst-from-netfilter-here 'a firewall of this machine rejects: in no socket'\''s name'
play()
{
	on s shop listen s:7000 accept wait
	sleep 1
	on c buyer connect s:7000 until go send hello sleep 1 send more wait
	sleep 2
	filter r forward 'tcp dport 7000 tcp flags & (syn|rst) == 0 reject with tcp reset'
	: >go
	sleep 5
}
expect()
{
	provoked kind=segment direction=out 'tcp_flags=RST.*' local_port=7000
	provoked kind=socket old_state=established new_state=close error=ECONNRESET
	says life end=reset_in peer.end=lives
	never explain names=reset-by-server
	never explain names=reset-by-client
	count 1 explain .
	never explain names=data-after-close
	never explain names=aborted-linger
	says explain '(not sent by|did not send|no socket|netfilter|firewall)'
}
tell

situation rst-from-between 'a balancer, a NAT, a firewall resets in the name of an end'
play()
{
	on s shop listen s:7000 accept wait
	sleep 1
	on c buyer connect s:7000 until go send hello wait
	sleep 2
	filter r forward 'tcp dport 7000 tcp flags & (syn|rst) == 0 @th,104,8 set 0x04'
	filter r forward 'tcp sport 7000 drop'
	: >go
	sleep 5
}
expect()
{
	provoked kind=segment direction=in tcp_flags=RST local_port=7000
	provoked kind=socket old_state=established new_state=close error=ECONNRESET local_port=7000
	unrecorded kind=segment direction=out 'tcp_flags=RST.*' remote_port=7000
	never explain names=reset-by-client
	never explain 'buyer(\[[0-9]*\])?,? (ended|aborted|closed|reset)'
	says explain '"tcp_flags":"RST".*"stray":true'
	says explain '(between|did not send|not from)'
}
tell

situation rst-from-a-bridge 'a firewall on the way that no host sees: nft_reject_bridge'
play()
{
	ip -n r link add br0 type bridge
	ip link add c1 netns c type veth peer name r2 netns r
	ip link add s1 netns s type veth peer name r3 netns r
	for port in r2 r3; do
		ip -n r link set "$port" master br0 up
	done
	ip -n r link set br0 up
	link_up c c1 10.9.3.1/24
	link_up s s1 10.9.3.2/24
	at c ping -c 1 -W 3 10.9.3.2 >/dev/null
	on s shop listen 10.9.3.2:7000 accept wait
	sleep 1
	on c buyer connect 10.9.3.2:7000 send hello until go send more wait
	sleep 8
	filtered="$filtered r"
	at r nft -f - <<-END
		add table bridge truth
		add chain bridge truth wall { type filter hook prerouting priority 0; }
		add rule bridge truth wall ip daddr 10.9.3.2 tcp dport 7000 tcp flags & (syn|rst) == 0 reject with tcp reset
	END
	: >go
	sleep 70
}
expect()
{
	provoked kind=segment direction=in 'tcp_flags=RST.*' remote_port=7000
	provoked kind=socket old_state=established new_state=close error=ECONNRESET
	unrecorded kind=segment direction=out 'tcp_flags=RST.*'
	says life end=reset_in peer.end=lives
	count 1 explain .
	says explain names=reset-between
	says explain 'the server did not send'
	never explain names=reset-by-server
	never explain names=data-after-close
	never explain names=aborted-linger
	says stuck@live verdict=established-half-open comm=shop
}
tell

situation refused 'RFC 9293 3.10.7.1: no socket listens'
play()
{
	on c caller connect s:7000 wait
	sleep 3
}
expect()
{
	provoked kind=segment direction=out 'tcp_flags=RST,ACK'
	provoked kind=socket old_state=syn_sent new_state=close error=ECONNREFUSED
	count 1 life .
	says life end=refused
	says explain names=refused 'Nobody listens'
	never explain names=reset-by-server
}
tell

situation refused-elsewhere 'a RST answers the SYN, from a host that is not this one'
play()
{
	x 7000 sx:5000 rx S tx RA
	sleep 0.5
	on s caller bind sx:5000 connect x:7000 wait
	sleep 3
}
expect()
{
	provoked kind=socket old_state=syn_sent new_state=close error=ECONNREFUSED
	says life end=refused
	says explain names=refused
}
tell
