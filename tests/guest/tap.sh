# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Cases in TAP, for the guest's tests:
#
#	plan 2
#	check 'the module loads' modprobe tcptrail
#	check '… and unloads' rmmod tcptrail
#
# However a test ends, it has failed if a case has, or if there were more or fewer
# of them than planned. $work is a directory that goes when it ends.

work=$(mktemp -d)
chmod 755 "$work"
planned=0 count=0 failures=0
pids=
phase=	# what the names of cases begin with, if they do

# Two that a test may have its own of: what to undo, and what to show of a failed case.
cleanup() { :; }
evidence() { :; }

# in_each_netns COMMAND…
in_each_netns()
{
	"$@"
	ip netns list | while read -r netns _; do
		ip netns exec "$netns" "$@"
	done
}

no_sockets()
{
	[ -z "$(in_each_netns ss -Htan)" ]
}

# Whatever a test did: when no socket is left, no count of live connections is above 0.
left_over()
{
	[ -e /dev/tcptrail ] || return 0
	in_each_netns ss -Kta >/dev/null
	soon 10 no_sockets || return 0
	{
		tcptrail life --history --no-follow --open --json | grep '"end":"lives"'
		tcptrail stuck --all --json
		tcptrail export --once |
			grep -E '^tcptrail_(sockets|stuck_sockets)(\{.*)? [^0]'
	} >"$work/left" 2>/dev/null
	[ -s "$work/left" ] || return 0
	echo "# no socket is left, and these are counted:"
	head -n 20 "$work/left" | cut -c 1-300 | sed 's/^/# /'
	return 1
}

finish()
{
	tap_status=$?
	cleanup 2>/dev/null
	# shellcheck disable=SC2086 # they are many
	kill $pids 2>/dev/null
	left_over >"$work/said" 2>&1 || tap_status=1
	cat "$work/said"
	rm -rf "$work"
	if [ "$count" != "$planned" ]; then
		echo "# $count cases, not $planned"
		exit 1
	fi
	[ "$failures" = 0 ] || exit 1
	exit "$tap_status"
}
trap finish EXIT

plan()
{
	planned=$1
	echo "1..$1"
}

# check NAME COMMAND…: it succeeds. What it says is told when it does not.
check()
{
	tap_name=${phase:+$phase: }$1
	shift
	count=$((count + 1))
	if "$@" >"$work/said" 2>&1; then
		echo "ok $count - $tap_name"
	else
		failures=$((failures + 1))
		echo "not ok $count - $tap_name"
		{ cat "$work/said"; evidence; } 2>&1 | head -n 100 | sed 's/^/# /'
	fi
}

# start COMMAND…: in the background, as $last, until the test ends.
start()
{
	"$@" &
	last=$!
	pids="$pids $last"
}

# soon SECONDS COMMAND…: it succeeds, within about that time.
soon()
{
	tap_tries=$(($1 * 5))
	shift
	until "$@"; do
		tap_tries=$((tap_tries - 1))
		[ $tap_tries -gt 0 ] || return 1
		sleep 0.2
	done
}

# there HOST STATE PATTERN: has a socket there that state and, in its line of ss, PATTERN?
# HOST is a network namespace, or self.
there()
{
	if [ "$1" = self ]; then
		ss -Htan state "$2"
	else
		nsenter --net="/run/netns/$1" ss -Htan state "$2"
	fi | grep -q -- "$3"
}

await()
{
	soon 60 there "$@" || echo "# no $2 with $3 on $1"
}

# listening HOST PORT…: until somebody does, on each of them.
listening()
{
	listener=$1
	shift
	for listened; do
		await "$listener" listening ":$listened "
	done
}

# reading PID…: until they have the trail of this machine.
reading()
{
	for reader; do
		soon 60 grep -qs /dev/tcptrail "/proc/$reader/maps" ||
			echo "# process $reader reads no trail"
	done
}

is()
{
	[ "$1" = "$2" ] || { echo "'$1', not '$2'"; false; }
}

# between LEAST MOST NUMBER: which may be missing.
between()
{
	echo "${3:-nothing}, to be from $1 to $2"
	[ -n "$3" ] && [ "$3" -ge "$1" ] && [ "$3" -le "$2" ]
}
