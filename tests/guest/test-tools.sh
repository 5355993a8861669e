#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The commands on real traffic, in the guest: what they say of connections whose
# story is known. In TAP.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

evidence()
{
	cat "$work/out" "$work/err"
}

# run COMMAND…: output in out and err, its status in $status.
run()
{
	"$@" >"$work/out" 2>"$work/err"
	status=$?
}

says()
{
	grep -qE -- "$1" "$work/out"
}

complains()
{
	[ "$status" != 0 ] && [ "$(wc -l <"$work/err")" = 1 ] && grep -qE -- "$1" "$work/err"
}

plan 33
traffic_as "$work" web forgetful browser

# Without the module
run tcptrail watch
check 'watch without the module says so' complains 'modprobe tcptrail'
run tcptrail status
check 'status without the module says so' complains 'modprobe tcptrail'
start "$work/forgetful" serve --forget 127.0.0.1 7000
old=$last
listening self 7000
"$work/browser" fetch 127.0.0.1 7000
sleep 2
run tcptrail stuck --older 1s
check 'stuck works without the module' says 'CLOSE-WAIT .*127.0.0.1:7000'
check '… and names the process' says "forgetful\[$old\]"

# Sockets older than the module
modprobe tcptrail
run tcptrail stuck --older 1s
check 'a socket older than the module is found' says 'CLOSE-WAIT .*127.0.0.1:7000'
check '… its age is told as at least' says '(≥|>=|at least)'
run tcptrail --version
check 'the module and the program have one version' says "^tcptrail $(cat /sys/module/tcptrail/version) "
run tcptrail status
# A kernel may be without the newer ones; the first eleven every kernel has.
hooks=$(grep -cE '^[a-z_]+ +(attached|not in this kernel: .*)$' "$work/out")
check 'status tells of every hook' [ "$(grep -c ' attached$' "$work/out")" -ge 11 ]
run tcptrail status --json
check '… and in JSON, on one line' [ "$(wc -l <"$work/out")" = 1 ]
check '… the same hooks' [ "$(grep -o '"hooks":{[^}]*}' "$work/out" | tr , '\n' | wc -l)" = "$hooks" ]

# Two hosts
hosts
start on bob "$work/web" serve 10.0.0.2 80
start on bob "$work/forgetful" serve --forget 10.0.0.2 8080
listening bob 80 8080
start tcptrail record --force --duration 8 "$work/trail" 2>"$work/record"
recorder=$last
start tcptrail life --json --duration 8 >"$work/life.json"
liver=$last
start tcptrail watch --json --duration 8 >"$work/live.json"
watcher=$last
reading "$recorder" "$liver" "$watcher"
on alice "$work/browser" fetch 10.0.0.2 80
on alice "$work/browser" fetch 10.0.0.2 8080 3
sleep 3

run tcptrail explain 10.0.0.2:80
check 'explain draws the SYN' says 'SYN-SENT .*SYN seq=x .*▶'
check '… the SYN-ACK' says 'ESTABLISHED .*◀.*SYN,ACK seq=y ack=x\+1'
check '… the third step' says 'ACK ack=y\+1 .*▶ ESTABLISHED'
check '… the FIN' says 'FIN-WAIT-1 .*FIN,ACK seq=u .*▶ CLOSE-WAIT'
check '… its ACK' says 'FIN-WAIT-2 .*◀.*ACK ack=u\+1'
check '… the other FIN' says 'TIME-WAIT .*◀.*FIN,ACK seq=w .*LAST-ACK'
check '… and the last ACK' says 'ACK ack=w\+1 .*▶ CLOSED'
check '… and stays within 80 columns' [ "$(wc -L <"$work/out")" -le 80 ]

# The link takes 10 ms each way; a busy guest adds its own.
check 'the handshake took what the link takes' between 20 100 \
	"$(tr '\n' ' ' <"$work/out" | sed -n 's/.*handshake took \([0-9]*\)\.[0-9]*ms for the client.*/\1/p')"

run tcptrail stuck --older 1s --all
check 'stuck finds all three' [ "$(grep -cE 'CLOSE-WAIT .*10.0.0.2:8080' "$work/out")" = 3 ]
check '… with process and fd' says 'forgetful\[[0-9]+\] fd [0-9]+'

wait "$recorder" "$watcher" "$liver"
check 'record tells what it has written' grep -qE '[0-9,]+ records' "$work/record"

# What was recorded is what was live, but for snapshots. The time of day is each
# reader's own guess.
without_time()
{
	sed 's/"time":"[^"]*",//'
}
tcptrail watch -i "$work/trail" --json --port 80 --kind transitions,segments 2>/dev/null |
	grep -v '"kind":"snapshot"' | without_time >"$work/file.json"
grep -E '"(local|remote)_port": *80[,}]' "$work/live.json" | without_time >"$work/part.json"
run diff "$work/part.json" "$work/file.json"
check 'a file gives line for line what the device gave' \
	[ "$status" = 0 ] && [ -s "$work/file.json" ]

# TIME-WAIT lasts longer than this test: the client's end lives.
run tcptrail life --history --no-follow --open --port 80
check 'life tells of both ends in one line, and who they are' \
	says '^10.0.0.1:[0-9]+ +=> 10.0.0.2:80 .* 3 +6 +TIME-WAIT +browser\+web$'
check '… within 100 columns' [ "$(wc -L <"$work/out")" -le 100 ]
check '… and the handshake took what the link takes' between 20 100 \
	"$(sed -n 's/^10.0.0.1:.*> 10.0.0.2:80 *\([0-9]*\)ms .*/\1/p' "$work/out")"
run tcptrail life --history --no-follow --open --port 80 --ends
check '… of each by itself: who opened, who closed first, who it was' \
	says '^10.0.0.2:80 +< 10.0.0.1:.* closed by peer web\[[0-9]+\]$'
check '… and of the end that lives' \
	says '^10.0.0.1:.*> 10.0.0.2:80 .* TIME-WAIT +browser\[[0-9]+\]$'
without_time <"$work/life.json" >"$work/part.json"
tcptrail life -i "$work/trail" --json 2>/dev/null | without_time >"$work/file.json"
run diff "$work/part.json" "$work/file.json"
check '… a file gives byte for byte what the device gave' [ "$status" = 0 ]
check '… and that is something' [ -s "$work/part.json" ]

run tcptrail watch --history --no-follow --port 8080
check 'history holds what was before' says 'CLOSE-WAIT'

# Refusals
chmod 440 /dev/tcptrail
run setpriv --reuid 65534 --regid 65534 --clear-groups tcptrail watch
check 'without permission it says so' complains 'permission|root'
run rmmod tcptrail
check 'and it unloads' [ "$status" = 0 ]
