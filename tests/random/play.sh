# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2094 # play.sh of tests/truth has the rest
#
# In the guest: play each batch of drawn connections (draw.py) that is in the share, on the
# hosts of tests/truth, and keep what the commands say.
#
# A batch is two processes, one on either host, with a child for each end of a connection.
# The children keep one clock: so nothing depends on who is scheduled when.

# The ports of draw.py.
paths()
{
	set_sysctl s net.ipv4.tcp_fin_timeout=120
	set_sysctl c net.ipv4.tcp_retries2=5
	filter s input 'tcp dport 40000-44999 drop'
	filter s input 'tcp dport 45000-46999 reject with icmp port-unreachable'
	filter s input 'tcp dport 47000-49999 reject with tcp reset'
}

dark()
{
	filter r forward 'tcp dport 30000-34999 drop'
	filter r forward 'tcp sport 30000-34999 drop'
	filter r forward 'tcp dport 35000-39999 reject with tcp reset'
	filter r forward 'tcp sport 35000-39999 reject with tcp reset'
}

# What the network does with segments.
delivers()
{
	:
}

repeats()
{
	tc -n c qdisc change dev c0 root netem delay 10ms duplicate 10%
	tc -n s qdisc change dev s0 root netem delay 10ms duplicate 10%
}

loses()
{
	filter r forward 'tcp flags & rst == 0 numgen random mod 100 < 5 drop'
}

# Wait until that time after the begin.
until_time()
{
	rest=$(rest_until "$1")
	case $rest in -*) ;; *) sleep "$rest" ;; esac
}

rest_until()
{
	awk -v begin="$begin" -v at="$1" '{ print begin + at - $1 }' /proc/uptime
}

# As act does, when it is done: both may take as long as draw.py says.
tell_if_late()
{
	case $2 in
	look*)	may_last=3 ;;
	*)	may_last=1 ;;
	esac
	rest_until "$1" | awk -v what="$2" -v may="$may_last" \
		'$1 < -may { printf "late %s %.2f\n", what, -$1 }' >&2
}

look()
{
	tcptrail stuck --all --json >"look.$1"
}

actors()
{
	# shellcheck disable=SC2046 # words are meant
	on "$1" "$2" clock "$begin" $(cat "$batch/steps.$2") wait
}

play()
{
	paths
	begin=$(awk '{ print $1 + 5 }' /proc/uptime)
	actors s server
	actors c client
	while read -r at command; do
		until_time "$at"
		eval "$command"
		tell_if_late "$at" "$command"
	done <"$batch/schedule"
}

ask()
{
	tcptrail record --history --no-follow --quiet trail.tt
	look 330
	tell_if_late 330 'look 330'
	tcptrail life --history --no-follow --open --json >life
	tcptrail export --once >counters
	tcptrail top --once --json >top
	tcptrail status >status
}

ask_after()
{
	mkdir after
	farewell
	tcptrail life --history --no-follow --open --json | grep '"end":"lives"' >after/life
	tcptrail stuck --all --json >after/stuck
}

play_batch()
{
	work=$played/${batch##*/} filtered='' group=/sys/fs/cgroup
	mkdir -p "$work"
	cd "$work" || exit
	{
		load
		hosts
		play
		ask
		ask_after
		unload
		clear_away
	} 2>errors
}

names
modprobe tun
played=$(mktemp -d)
# A guest that waits for its host (and each look at the share is that) has its clock run on to
# the next timer.
drawn=$(mktemp -d)
cp -r /share/batch/* "$drawn"
for batch in "$drawn"/*; do
	echo "${batch##*/}: $(cut -d ' ' -f 1 /proc/uptime)"
	play_batch
done
cd "$played" && tar cf /share/played.tar . 2>/dev/null
