#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# tcptrail top in a real terminal (tmux): keys are typed, the screen is looked at;
# and as text and JSON, without one. The trail is made by hand.
#
#	tests/native/top.sh [BUILD]	BUILD (build) holds tcptrail and bench/compose
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
server=0
export LC_ALL=C.UTF-8 TMUX=

tmux()
{
	command tmux -S "$work/tmux.$server" -f /dev/null "$@" 2>>"$work/tmux.err"
}

cleanup()
{
	tmux kill-server
}

evidence()
{
	cat "$work/screen"
}
: >"$work/screen"

# Two clients a second for a minute, one server; some are forgotten by it, some
# are refused, and one process has a name that a terminal would obey.
script()
{
	awk 'BEGIN {
		for (i = 0; i < 120; i++) {
			t = i * 500000; p = 41000 + i; c = 1000 + 2 * i
			d = 5000 + i % 50 * 400
			cl = "port=" p " cookie=" c
			sv = "port=" p " cookie=" c + 1
			print t, "A socket CLOSE SYN_SENT nolport cookie=" c " comm=curl pid=812"
			print t + 10, "A out SYN seq=1 " cl
			print t + d, "B in SYN seq=1 port=" p
			print t + d + 10, "B request CLOSE NEW_SYN_RECV " sv
			print t + d + 20, "B out SYN,ACK seq=9 ack=2 " sv
			print t + 2 * d, "A in SYN,ACK seq=9 ack=2 port=" p
			print t + 2 * d + 5, "A socket SYN_SENT ESTABLISHED " cl
			print t + 3 * d, "B socket LISTEN SYN_RECV child unaddressed cookie=" c + 1
			print t + 3 * d + 1, "B request NEW_SYN_RECV CLOSE reason=established " sv
			print t + 3 * d + 2, "B socket SYN_RECV ESTABLISHED " sv
			comm = i == 1 ? "ev\033[2Jil" : "nginx"
			print t + 3 * d + 400, "B accept ESTABLISHED comm=" comm " pid=99 inode=" 5000 + i, sv
			if (i % 3 == 0)
				continue
			u = t + 200000
			print u, "A socket ESTABLISHED FIN_WAIT1 comm=curl pid=812 " cl
			print u + 5, "A out FIN,ACK seq=2 ack=10 " cl
			print u + d, "B in FIN,ACK seq=2 ack=10 port=" p
			print u + d + 2, "B socket ESTABLISHED CLOSE_WAIT inode=" 5000 + i (i % 16 == 1 ? " unread=17 " : " ") sv
			print u + 2 * d, "A socket FIN_WAIT1 FIN_WAIT2 " cl
			if (i % 8 == 1)
				continue
			print u + 3 * d, "B socket CLOSE_WAIT LAST_ACK comm=nginx pid=99 " sv
			print u + 3 * d + 3, "B out FIN,ACK seq=10 ack=3 " sv
			print u + 4 * d, "A in FIN,ACK seq=10 ack=3 port=" p
			print u + 4 * d + 2, "A timewait FIN_WAIT2 TIME_WAIT reason=fin " cl
			print u + 4 * d + 3, "A out ACK seq=3 ack=11 " cl
			print u + 5 * d, "B socket LAST_ACK CLOSE " sv
		}
		print 30000000, "A loss 17"
	}'
}
script | "$build/bench/compose" "$work/trail" || exit 1

# Without a terminal.
refused 1 'needs a terminal.*--once.*--batch.*--json' "$tool" top -i "$work/trail"
refused 2 '--interval 5x: has to be a time from 100ms' "$tool" top --interval 5x
refused 2 '--interval 1ms: has to be' "$tool" top --interval 1ms
refused 2 '--speed 0: has to be' "$tool" top -i "$work/trail" --speed 0
refused 2 '--speed nan: has to be' "$tool" top -i "$work/trail" --speed nan
refused 2 'only a file' "$tool" top --speed 2
refused 2 'as fast as they can' "$tool" top -i "$work/trail" --json --speed 2
refused 2 '--count: only with' "$tool" top --count 2
refused 2 'a file has no --device' "$tool" top -i "$work/trail" --device /dev/null
refused 2 'needs standard input for its keys' "$tool" top -i -
refused 2 'extra: takes options only' "$tool" top extra
refused 2 '--port 0: has to be' "$tool" top --port 0
refused 1 'no such file' "$tool" top --once -i "$work/none"
refused 1 'not a trail' "$tool" top --once -i /etc/passwd
refused 1 'no tcptrail device' "$tool" top --once --device /dev/null
head -c 1000 "$work/trail" >"$work/cut"
refused 1 'cut off or damaged' "$tool" top --once -i "$work/cut"
refused 1 'standard output: No space left' sh -c "$tool top --json -i $work/trail >/dev/full"

# all_in FILE PATTERN…: each of them is there.
all_in()
{
	file=$1
	shift
	for pattern; do
		check "$pattern" has "$file" "$pattern"
	done
}

# Counted by hand from the script: 120 connections, 40 of them stay; of 80 closed
# ones the server has forgotten 10.
"$tool" top --once -i "$work/trail" >"$work/out" 2>"$work/err" || fail "--once: $(cat "$work/err")"
all_in "$work/out" '^170 sockets .* 9 stuck .*17 records lost' '^ESTABLISHED +80 ' '^CLOSE-WAIT +10 ' \
	'^FIN-WAIT-2 +10 ' '^TIME-WAIT +70 ' 'client +25ms +45ms +49ms +49ms$' \
	'records lost +0 +17$' '^curl\[812\] +10.0.0.2:80 .* 120 +50 +70 +0.4%$' \
	'^nginx\[99\] +\*:80 .* 119 +49 +0 +-$' '^close-wait-unread +4 +51.0s :80 +10.0.0.1 +nginx\[99\]$' \
	'^close-wait-unread +1 +59.0s :80 +10.0.0.1:41001'
check '--once: 80 columns' [ "$(wc -L <"$work/out")" -le 80 ]
check '--once: 24 lines' [ "$(wc -l <"$work/out")" = 24 ]
check '--once: no escape' lacks "$work/out" "$(printf '\033')"

LC_ALL=C "$tool" top --once -i "$work/trail" >"$work/out"
check 'ASCII in the C locale' is_ascii "$work/out"
COLUMNS=150 LINES=50 "$tool" top --once -i "$work/trail" --comm curl >"$work/out"
all_in "$work/out" 'only: comm=curl' '^120 sockets' '^ESTABLISHED +40 '
check 'LINES=50: another height' [ "$(wc -l <"$work/out")" = 50 ]

"$tool" top --json -i "$work/trail" >"$work/out"
n=$(wc -l <"$work/out")
check "--json: $n lines for a minute" [ "${n#6[0-3]}" = "" ]
check '--interval 10s' [ "$("$tool" top --json --interval 10s -i "$work/trail" | wc -l)" = 7 ]
check '--count 3 -i -' [ "$("$tool" top --json --count 3 -i - <"$work/trail" | wc -l)" = 3 ]
check '--json --once' [ "$("$tool" top --json --once -i "$work/trail" | wc -l)" = 1 ]
if there_is python3; then
	cat >"$work/judge" <<-'END'
import json, sys
lines = [json.loads(line) for line in sys.stdin]
last = lines[-1]
assert last["kind"] == "top" and last["trail"]
assert last["sockets"] == 170 == sum(s["now"] for s in last["states"].values())
assert last["states"]["established"] ["entered"]["total"] == 240 == last["opened"]["total"]
assert last["states"]["syn_recv"]["entered"]["total"] == 120
assert last["states"]["time_wait"]["entered"]["total"] == 70 == last["ended"]["total"]
assert last["lost"]["total"] == 17
assert last["handshake"]["client"]["count"] == 120
assert abs(last["handshake"]["server"]["max_seconds"] - 0.0492) < 0.0005
assert last["stuck_total"] == 9 == sum(s["count"] for s in last["stuck"])
assert last["stuck_groups"] == 3 == len(last["stuck"])
assert last["stuck"][2]["remote"] == "10.0.0.1:41001"
assert [(f["owner"], f["port_share"]) for f in last["churn"] if not f["passive"]] == [("curl[812]", 0.004)]
for a, b in zip(lines, lines[1:]):
    assert a["opened"]["total"] <= b["opened"]["total"] and a["mono_ns"] < b["mono_ns"]
# Verdicts, groups and order are those of tcptrail stuck.
told = [json.loads(line) for line in open(sys.argv[1])]
assert [(s["verdict"], s.get("count", 1), s["sentence"], s["age_seconds"]) for s in told] == \
    [(s["verdict"], s["count"], s["sentence"], s["age_seconds"]) for s in last["stuck"]]
# Each counted once, at whichever look: the rates sum up to the totals.
assert abs(sum(l["opened"].get("per_second", 0) for l in lines) - 240) <= 4
	END
	"$tool" stuck --json -i "$work/trail" >"$work/stuck"
	check '--json: the numbers' python3 "$work/judge" "$work/stuck" <"$work/out"
else
	skip 'JSON read by python3: there is none'
fi

if ! there_is tmux; then
	skip 'the screen: there is no tmux'
	report
	exit
fi

# A server of its own: the one before may take its time to go.
anew()
{
	tmux kill-server
	server=$((server + 1))
}

# screen WIDTH HEIGHT ARGUMENT…: start it; when it ends its status is shown.
screen()
{
	width=$1 height=$2
	shift 2
	anew
	tmux new-session -d -x "$width" -y "$height" \
		"echo BEFORE; $* $tool top -i $work/trail $more; echo status \$?; stty -a | grep -o -e '-\\?echo\\b' | head -n 1; exec cat"
}

keys()
{
	tmux send-keys "$@"
}

on_screen()
{
	tmux capture-pane -p >"$work/screen"
	has "$work/screen" "$1"
}

# Within five seconds.
shows()
{
	check "to be on the screen: $1" soon 5 on_screen "$1"
}

# Once that is so.
shows_no()
{
	tmux capture-pane -p >"$work/screen"
	check "not to be on the screen" lacks "$work/screen" "$1"
}

first_stuck()
{
	tmux capture-pane -p | sed -n '/3 STUCK/{n;p;q}' >"$work/row"
	check "first of those that are stuck: $1" has "$work/row" "$1"
}

more='--speed 1000'
screen 80 24
shows '1 STATE'
keys e
shows '^tcptrail top .* END .*20[0-9][0-9]-'
shows '^ESTABLISHED +80 '
shows '^q quit'
shows_no BEFORE
check 'more than 80 columns' [ "$(tmux capture-pane -p | wc -L)" -le 80 ]

# Order: the most severe, then by verdict, by age, the other way round.
shows 'SEVERITY▼'
first_stuck 'unread +4 '
keys s
shows 'VERDICT▼'
first_stuck leak
keys s s
shows 'AGE▼'
first_stuck 41001
keys a
shows 'Each stuck socket'
shows_no ' 0 opened/s'
shows 'close-wait-unread +1 .*:41017'
keys r
shows 'AGE▲'
first_stuck 41097
keys r
shows 'AGE▼'

# All about one, its ladder, and back.
keys Down Enter
shows 'netns 2, uid 0, cookie 1035'
shows_no '1 STATE'
keys l
shows '── SYN seq=x ─'
keys Escape
shows '1 STATE'

# Filters: one that is wrong can be mended.
keys /
keys -l 'port=x'
keys Enter
shows 'port x: has to be a port'
keys C-u
keys -l 'curl :41003'
keys Enter
shows 'only: curl :41003'
shows '^1 sockets'
keys /
keys C-u Enter
shows '^170 sockets'

# Panes, sizes.
keys 4 4
shows '^4 FLOWS'
shows_no '1 STATE'
keys Escape
shows '1 STATE'
tmux resize-window -x 40 -y 8
shows '^4 FLOWS'
tmux resize-window -x 2 -y 1
tmux resize-window -x 12 -y 3
shows '^tcptrail'
tmux resize-window -x 180 -y 50
shows '3 STUCK.*PORT.*4 FLOWS'
tmux resize-window -x 80 -y 24
shows '^3 STUCK .*REMOTE'
keys '?'
shows '^Help'
keys Escape

# Leaving it, and how the terminal is left.
keys q
shows '^status 0'
shows '^echo'
shows '^BEFORE'

for signal in INT TERM HUP QUIT; do
	screen 80 24
	shows '1 STATE'
	shell=$(tmux list-panes -F '#{pane_pid}')
	kill -$signal "$(tr -d ' ' <"/proc/$shell/task/$shell/children")"
	shows '^status 0'
	shows '^echo'
	shows '^BEFORE'
done

# Stopped and continued (Ctrl-Z), by a shell that knows jobs.
anew
tmux new-session -d -x 80 -y 24 "bash --norc -i"
keys "PS1='ready> '; $tool top -i $work/trail" Enter
shows '1 STATE'
keys C-z
shows 'Stopped'
shows 'ready>$'
keys fg Enter
shows '1 STATE'
keys q
shows 'ready>$'

# Its own time: pause, faster.
more=
screen 80 24
shows '^tcptrail top .* 20[0-9-]+ [0-9:]+$'
keys p
shows 'PAUSED'
tmux capture-pane -p >"$work/one"
sleep 1.5
tmux capture-pane -p >"$work/two"
check 'it stands still while paused' cmp -s "$work/one" "$work/two"
keys +
shows '2x '
keys p e
shows ' END '

# Colours where there are some, unless NO_COLOR; what a process is called stays text.
keys Home
shows 'ev\\x1b\[2Jil'
tmux capture-pane -p -e >"$work/screen"
check 'colours' has "$work/screen" "$(printf '\033')\[3[0-9]m"
screen 80 24 NO_COLOR=1
keys e
shows ' END '
tmux capture-pane -p -e >"$work/screen"
check 'no colours with NO_COLOR' lacks "$work/screen" "$(printf '\033')\[[0-9;]*3[0-7]m"

# Terminals.
for term in linux xterm-256color vt100; do
	screen 80 24 TERM=$term
	keys e
	shows '^ESTABLISHED +80 '
	keys q
	shows '^status 0'
done
screen 80 24 TERM=dumb
shows 'TERM=dumb: this terminal cannot move its cursor'
shows '^status 1'
screen 80 24 TERM=nonesuch
shows 'TERM=nonesuch: not a terminal that is known here'
screen 80 24 LC_ALL=C
keys e
shows 'SEVERITYv'
check 'ASCII in the C locale' is_ascii "$work/screen"

report
