#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# kernels: 6.1 7
#
# The live screen on real traffic, in the guest, in a real terminal (tmux): keys are
# typed, the screen is looked at. In TAP.
#
#	alice 10.0.0.1 ---- 10 ms each way ---- 10.0.0.2 bob
# shellcheck source=tests/guest/hosts.sh
. tcptrail-hosts
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap
export LC_ALL=C.UTF-8

cleanup()
{
	tmux kill-server
}

evidence()
{
	cat "$work/screen"
}

on_screen()
{
	tmux capture-pane -p >"$work/screen"
	grep -qE -e "$1" "$work/screen"
}

# Until the screen has PATTERN, or half a minute is over: the host may be busy.
shows()
{
	soon 30 on_screen "$1"
}

# once PATTERN ARGUMENT…: text without a terminal has it.
once()
{
	pattern=$1
	shift
	tcptrail top --once "$@" >"$work/screen" 2>"$work/err"
	grep -qE -e "$pattern" "$work/screen"
}

keys()
{
	tmux send-keys "$@"
}

open_screen()
{
	tmux -f /dev/null new-session -d -x 80 -y 24 "tcptrail top; echo status \$?; exec cat"
}

plan 26
traffic_as "$work" web forgetful browser

# Without the module: what exists, and that this is all.
start "$work/forgetful" serve --forget 127.0.0.1 7000
listening self 7000
"$work/browser" fetch 127.0.0.1 7000
check 'without the module it counts what exists' once '^CLOSE-WAIT +1 +- '
check '… and says what is missing' grep -q 'modprobe tcptrail' "$work/err"
open_screen
check '… on the screen, too' shows '^LISTEN +1 +- '
check '… with the reason' shows 'module is not loaded'
keys q
check '… and ends' shows '^status 0'
tmux kill-server

modprobe tcptrail
hosts
start on bob "$work/web" serve 10.0.0.2 80
start on bob "$work/forgetful" serve --forget 10.0.0.2 8080
listening bob 80 8080
on alice "$work/browser" fetch 10.0.0.2 8080 2
open_screen
check 'a socket older than the module is there' shows '^close-wait-.* :7000 '
check '… its age is at least so long' shows '^close-wait-.* ≥.* :7000 .*forgetful\[[0-9]+\] fd '
check 'two on record, too, as one group' \
	shows '^close-wait-leak +2 +[0-9.ms]+ :8080 +10.0.0.1 +forgetful\[[0-9]+\]$'
check '… and all are counted' shows '^CLOSE-WAIT +3 '

# Live: what begins now.
start on alice "$work/browser" fetch 10.0.0.2 80 100
visits=$last
check 'rates are live' shows '^ESTABLISHED +[0-9]+ +[1-9][0-9.]* '
check 'who opens to whom' shows '^browser\[[0-9]+\] +10.0.0.2:80 +[1-9][0-9.]* '
check 'TIME-WAITs are counted' shows '^TIME-WAIT +[1-9]'
check 'the handshake takes what the link takes' shows 'client +[2-9][0-9]ms '

# What a filter drops.
on bob nft -f - <<'END'
table inet quiet {
	chain in {
		type filter hook input priority 0;
		tcp dport 81 drop
	}
}
END
start on alice "$work/browser" fetch 10.0.0.2 81
check 'an unanswered SYN is sent again' shows ' SYN +[0-9.]+ +[1-9]'
check '… and is stuck' shows '^syn-sent-unanswered '

# What no record tells: a window that was closed, bytes that were read, since top began.
start on bob stick listen 10.0.0.2 7005 16 hold
start on bob stick listen 10.0.0.2 7002 16 accept until "$work/read" eof wait
listening bob 7005 7002
start on alice stick connect 10.0.0.2 7005 fill wait
start on alice stick connect 10.0.0.2 7002 write 812 close wait
keys 3
check 'where nothing moves any more' shows '^established-zero-window +1 .* 10.0.0.2:7005 +stick\['
check 'bytes that lie unread' shows '^close-wait-unread +1 .* :7002 '
: >"$work/read"
check '… and lie there no more' shows '^close-wait-leak +1 .* :7002 '
keys 3

# Keys.
keys /
keys -l ':8080 forgetful'
keys Enter
check 'a filter' shows 'only: :8080 forgetful'
check '… leaves what it names, the listener too' shows '^3 sockets'
keys /
keys C-u Enter
keys Home Enter
check 'all about one' shows 'The close is missing'
keys Escape
keys /
keys -l ':8080 close-wait'
keys Enter
shows '^2 sockets'
keys Home Enter l
check 'its ladder, from the live trail' shows 'SYN seq=x'
keys Escape Escape
keys q
check 'it ends' shows '^status 0'

# The numbers for machines, against those of the kernel, when everything rests: the
# server closes a moment after its client.
wait "$visits"
sleep 2
keys Enter
kernel=$(on bob ss -Htan state close-wait | wc -l)
tcptrail top --json --once --netns "$(ip netns exec bob stat -Lc %i /proc/self/ns/net)" >"$work/screen"
check 'JSON counts what ss counts' grep -q "\"close_wait\":{\"now\":$kernel," "$work/screen"
check '… and that is something' [ "$kernel" = 3 ]
tmux kill-server
check 'and it unloads' rmmod tcptrail
