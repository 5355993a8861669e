# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154 # not unassigned: by tests/truth/run
#
# In the guest: play situations, and keep what every command says of them. Where they
# are played are hosts, each a network namespace.
#
#	c 10.9.1.2 ---- 10.9.1.1 r 10.9.2.1 ---- 10.9.2.2 s 10.9.9.1 .... 10.9.9.2 x
#
# A segment takes 10 ms from c to r and from s to r, so that a round trip takes 20 ms. r
# forwards, and is the place for filters and for machines that meddle. x has no kernel:
# the program wire speaks for it. The names stand in /etc/hosts, sx is s as x knows it.
#
# The verbs of play():
#
#	on HOST NAME STEP...	a process of that name, in the background (act/main.c)
#	x PORT TO:PORT STEP...	what x sends and waits for (wire.c), in the background
#	forge FROM:PORT TO:PORT STEP...	the same in another's name
#	at HOST COMMAND...	a command, and its end
#	sleep S			time passes; the guest's clock makes it cheap
#	filter HOST HOOK RULE	nft: at input, output, forward or prerouting of HOST
#	unfilter HOST		without its rules
#	set_sysctl HOST NAME=VALUE...
#	kill_socket HOST FILTER	ss -K
#	look NAME [OPTION]...	what stuck says now, for says stuck@NAME
#	service [NAME]		what "on" starts from now on is of that systemd unit, or none
#	freeze NAME		the processes of that unit
#
# When the outputs are there, everybody is killed, and no socket is left: nothing may be
# counted then. All of it is done in a directory of the situation's own: the files of
# until and tell are there, the programs' errors, and the outputs, for judge.sh.
#
# Most of the time that it takes goes into starting programs: so whatever starts often is
# started by itself (act enters a host, not "ip netns exec", which mounts things and has
# fifteen libraries), and in batches.

at()
{
	host=$1
	shift
	nsenter --net="/run/netns/$host" "$@"
}

# as NAME: act by that name, for a process is called what its program is.
as()
{
	[ -e "$1" ] || ln -s /usr/bin/act "$1"
}

on()
{
	on_host=$1 on_name=$2
	shift 2
	as "$on_name"
	{
		echo 0 >"$group/cgroup.procs" # whoever writes it
		exec "./$on_name" enter "$on_host" "$@"
	} 2>>"log.$on_name" &
}

forge()
{
	act enter s exec /usr/bin/wire w0 "$@" 2>>log.x &
}

x()
{
	x_port=$1
	shift
	forge "x:$x_port" "$@"
}

filter()
{
	filtered="$filtered $1"
	at "$1" nft -f - <<-END
		add table inet truth
		add chain inet truth $2 { type filter hook $2 priority 0; }
		add rule inet truth $2 $3
	END
}

unfilter()
{
	filtered="$filtered $1"
	at "$1" nft flush ruleset
}

set_sysctl()
{
	sysctl_host=$1
	shift
	at "$sysctl_host" sysctl -qw "$@"
}

kill_socket()
{
	kill_host=$1
	shift
	at "$kill_host" ss -Htn -K "$@" >/dev/null
}

situation()
{
	name=$1
}

look()
{
	look=$1
	shift
	mkdir "$look"
	tcptrail stuck --json "$@" >"$look/stuck"
}

service()
{
	group=/sys/fs/cgroup${1:+/system.slice/$1.service}
	mkdir -p "$group"
}

freeze()
{
	echo 1 >"/sys/fs/cgroup/system.slice/$1.service/cgroup.freeze"
}

link_up()
{
	ip -n "$1" addr add "$3" dev "$2"
	ip -n "$1" link set "$2" up
}

hosts()
{
	ip -batch - <<-END
		netns add c
		netns add r
		netns add s
		link add c0 netns c type veth peer name r0 netns r
		link add s0 netns s type veth peer name r1 netns r
	END
	ip -n c -batch - <<-END
		link set lo up
		addr add 10.9.1.2/24 dev c0
		link set c0 up
		route add default via 10.9.1.1
	END
	ip -n r -batch - <<-END
		link set lo up
		addr add 10.9.1.1/24 dev r0
		addr add 10.9.2.1/24 dev r1
		link set r0 up
		link set r1 up
	END
	ip -n s -batch - <<-END
		link set lo up
		addr add 10.9.2.2/24 dev s0
		tuntap add dev w0 mode tun
		addr add 10.9.9.1/24 dev w0
		link set s0 up
		link set w0 up
		route add default via 10.9.2.1
	END
	at r sysctl -qw net.ipv4.ip_forward=1
	at c ping -c 1 -W 3 10.9.2.2 >/dev/null # ARP is no part of the story
	tc -n c qdisc add dev c0 root netem delay 10ms
	tc -n s qdisc add dev s0 root netem delay 10ms
}

names()
{
	cat >>/etc/hosts <<-END
		10.9.1.2 c
		10.9.1.1 r
		10.9.2.1 rs
		10.9.2.2 s
		10.9.9.2 x
		10.9.9.1 sx
		127.0.0.1 self
	END
}

# Everybody but this shell and PID 1; who is frozen dies, too.
kill_everybody()
{
	kill -KILL -1
	wait 2>/dev/null
}

# When everybody has been killed and nothing is filtered any more, no socket is left
# within an hour.
farewell()
{
	kill_everybody
	for host in $filtered; do
		at "$host" nft flush ruleset
	done
	act gone 3600 >after/sockets
}

# What is said when no socket is left.
ask_after()
{
	mkdir after
	farewell
	tcptrail life --history --no-follow --open --json >after/life
	tcptrail stuck --all --json >after/each
	tcptrail top --once --json >after/top
	tcptrail export --once >after/counters
}

ask_live()
{
	mkdir live
	tcptrail life --history --no-follow --open --json >live/life
	tcptrail explain --all --json ::/0 >live/explain
	tcptrail stuck --json >live/stuck
	tcptrail stuck >live/stuck.text
	tcptrail stuck --all --json >live/each
	tcptrail top --once --json >live/top
	tcptrail export --once >live/counters
	tcptrail record --history --no-follow --quiet trail.tt
}

load()
{
	busybox insmod /tcptrail.ko
}

unload()
{
	busybox rmmod tcptrail
}

clear_away()
{
	for host in /run/netns/*; do
		echo "netns del ${host##*/}"
	done | ip -batch -
}

# play_late: the situation comes first, and the module into it.
play_late()
{
	filtered='' group=/sys/fs/cgroup
	hosts
	play
	mkdir without late
	tcptrail stuck --json >without/stuck
	load
	tcptrail stuck --json >late/stuck
	farewell
	unload
	clear_away
}

# tell [late]: play the situation and keep what is said of it.
tell()
{
	wanted || return 0
	echo "$section: $name"
	work=$played/$name filtered='' group=/sys/fs/cgroup
	mkdir "$work"
	cd "$work" || exit
	{
		load
		hosts
		play
		ask_live
		ask_after
		rm -f go go2
		unload
		clear_away
		[ "${1-}" != late ] || play_late
	} 2>errors
}
