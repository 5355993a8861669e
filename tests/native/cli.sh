#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The command line, without a module: what goes wrong gives one clear line on
# standard error and a status that is not 0; what is recorded reads back.
#
#	tests/native/cli.sh [BUILD]	BUILD (build) holds tcptrail and bench/drain
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

# Succeeds, silent on standard error, and standard output has PATTERN.
prints()
{
	pattern=$1
	shift
	if ! "$@" > "$work/out" 2> "$work/err" < /dev/null; then
		fail "$*: did not succeed: $(cat "$work/err")"
	elif [ -s "$work/err" ]; then
		fail "$*: said: $(cat "$work/err")"
	elif ! grep -q -e "$pattern" "$work/out"; then
		fail "$*: no '$pattern' on standard output"
	else
		pass
	fi
}

# After midnight a line tells what day the records are of: it is none of theirs.
lines()
{
	expected=$1
	shift
	got=$("$@" 2> "$work/err" | grep -vc '^-- ....-..-.. --$')
	if [ "$got" = "$expected" ]; then
		pass
	else
		fail "$*: $got lines, not $expected: $(cat "$work/err")"
	fi
}

"$build/bench/drain" --generate "$work/trail" 2400 10 || exit 1
head -c 1000 "$work/trail" > "$work/cut"
head -c 100 "$work/trail" > "$work/short"
cp "$work/trail" "$work/other-abi"
printf '\377' | dd of="$work/other-abi" bs=1 seek=200 conv=notrunc 2> "$work/err"
cp "$work/trail" "$work/other-version"
printf '\377' | dd of="$work/other-version" bs=1 seek=12 conv=notrunc 2> "$work/err"
: > "$work/empty"

# The program.
refused 2 'frob: no such command.*tcptrail --help' "$tool" frob
refused 2 'no such option' "$tool" --frob
refused 2 'frob: no such command' "$tool" help frob
prints 'watch' "$tool" --help
prints 'watch' "$tool" help
prints 'ABI 2' "$tool" --version
for command in watch life explain stuck top record status; do
	prints "Usage: tcptrail $command" "$tool" help $command
	prints "Usage: tcptrail $command" "$tool" $command --help
	refused 2 "'--frob': not known.*tcptrail help $command" "$tool" $command --frob
	refused 2 "'-z': not known" "$tool" $command -z
	refused 2 "'--device': needs a value" "$tool" $command --device
done

# The other two programs: run as commands, by their own names, and not there.
for program in top exporter; do
	command=${program%er}
	prints "Usage: tcptrail $command" "$build/tcptrail-$program" --help
	prints 'ABI 2' "$build/tcptrail-$program" --version
	prints 'ABI 2' "$tool" "$command" --version
	refused 2 "^tcptrail $command: option '--frob'" "$build/tcptrail-$program" --frob
done
mkdir "$work/alone"
cp "$tool" "$work/alone"
for command in top export 'help top' 'help export'; do
	# shellcheck disable=SC2086 # two words
	refused 1 'tcptrail [a-z]*: tcptrail-[a-z]* is not installed: .*package' \
		env PATH="$work/alone" "$work/alone/tcptrail" $command
done
prints 'CLOSE' env PATH="$work/alone" "$work/alone/tcptrail" watch -i "$work/trail"

# What is built without any library's headers, and what is said of the rest.
make -n -C "$top" BUILD="$work/none" CPPFLAGS=-nostdinc tools >"$work/make" 2>&1
check 'without headers tcptrail is built' has "$work/make" '-o [^ ]*/none/tcptrail '
check '… and nothing else' lacks "$work/make" '-o [^ ]*/tcptrail-|-lncurses|-lmicrohttpd'
check '… and top is told to be missing' has "$work/make" 'tcptrail-top: not built, .*install'
check '… and the exporter' has "$work/make" 'tcptrail-exporter: not built, .*install'

# Options.
refused 2 "'-i': needs a value" "$tool" watch -i
refused 2 "'--json=1': takes no value" "$tool" watch --json=1
refused 2 'extra: takes options only' "$tool" watch extra
refused 2 'extra: takes options only' "$tool" status extra
refused 2 '--port 0: has to be' "$tool" watch --port 0
refused 2 '--port 80,: has to be' "$tool" watch --port 80,
refused 2 '--port 65536: has to be' "$tool" record --port 65536 "$work/new"
refused 2 '--addr 10.0.0.0/33: has to be' "$tool" watch --addr 10.0.0.0/33
refused 2 '--addr localhost: has to be' "$tool" watch --addr localhost
refused 2 '--state OPEN: has to be.*CLOSE-WAIT' "$tool" watch --state OPEN
refused 2 '--netns x: has to be' "$tool" watch --netns x
refused 2 '--pid 0: has to be' "$tool" watch --pid 0
refused 2 '--comm .*: has to be.*16 bytes' "$tool" watch --comm 12345678901234567
refused 2 '--kind all: has to be.*transitions' "$tool" watch --kind all
refused 2 '--count 0: has to be' "$tool" watch --count 0
refused 2 '--count 1x: has to be' "$tool" watch --count 1x
refused 2 '--duration 0: has to be' "$tool" watch --duration 0
refused 2 '--duration -1: has to be' "$tool" watch --duration=-1
refused 2 '--color red: has to be' "$tool" watch --color red
refused 2 'a file has no --history' "$tool" watch -i "$work/trail" --history
refused 2 'a file has no --device' "$tool" watch -i "$work/trail" --device /dev/null
refused 2 'a file has no --device' "$tool" status -i "$work/trail" --device /dev/null
refused 2 'FILE is missing' "$tool" record
refused 2 'one FILE only' "$tool" record "$work/a" "$work/b"

refused 2 'needs a SELECTOR' "$tool" explain
refused 2 ':80x: has to be :PORT' "$tool" explain :80x
refused 2 'cookie:0: has to be' "$tool" explain cookie:0
refused 2 ':82: one connection at a time' "$tool" explain :80 :81 :82
refused 2 ':80-:81-:82: has to be' "$tool" explain :80 :81-:82
refused 2 '--state OPEN: has to be a TCP state.*CLOSE-WAIT' "$tool" stuck --state OPEN
refused 2 '--older soon: has to be a time: 10s' "$tool" stuck --older soon
refused 2 'extra: takes options only' "$tool" stuck extra
refused 2 'a file has no --device' "$tool" stuck -i "$work/trail" --device /dev/null
refused 2 'a file has no --device' "$tool" explain :80 -i "$work/trail" --device /dev/null

refused 2 'extra: takes options only' "$tool" life extra
refused 2 '--state OPEN: has to be.*CLOSE-WAIT' "$tool" life --state OPEN
refused 2 "'--kind': not known" "$tool" life --kind segments
refused 2 '--count 0: has to be' "$tool" life --count 0
refused 2 'a file has no --history' "$tool" life -i "$work/trail" --history

# The device.
refused 1 'not there' "$tool" life --device "$work/none"
refused 1 'not there' "$tool" explain :80 --device "$work/none"
refused 1 'not there' "$tool" stuck --device "$work/none"
refused 1 'no tcptrail device' "$tool" stuck --device /dev/null
refused 1 'not there: is the module loaded? Try: modprobe tcptrail' "$tool" watch --device "$work/none"
refused 1 'not there' "$tool" status --device "$work/none"
refused 1 'not there' "$tool" record --device "$work/none" "$work/new"
refused 1 'no tcptrail device' "$tool" watch --device /dev/null
refused 1 'no tcptrail device' "$tool" watch --device "$work/trail"
refused 1 'exists: .*--force' "$tool" record "$work/trail"
check 'record leaves no file if there is no device' test ! -e "$work/new"
if [ "$(id -u)" = 0 ] && there_is setpriv; then
	: > "$work/locked"
	chmod 0 "$work/locked"
	cp "$tool" "$work/tool"
	refused 1 'no permission: it takes root' setpriv --reuid 65534 --clear-groups "$work/tool" \
		watch --device "$work/locked"
else
	skip 'permission: takes root and setpriv'
fi

# Files.
refused 1 'no such file' "$tool" watch -i "$work/none"
refused 1 'not a trail' "$tool" watch -i /etc/passwd
refused 1 'not a trail' "$tool" watch -i "$work/empty"
refused 1 'not a trail' "$tool" watch -i "$work/short"
refused 1 'not a trail' "$tool" watch -i -
refused 1 'Is a directory' "$tool" watch -i "$work"
refused 1 'another version' "$tool" watch -i "$work/other-version"
refused 1 'another version' "$tool" status -i "$work/other-abi"
cp "$work/trail" "$work/newer"
printf '\377' | dd of="$work/newer" bs=1 seek=12 conv=notrunc 2> "$work/err" # version_major
refused 1 'another version' "$tool" watch -i "$work/newer"
refused 1 'cut off or damaged' "$tool" watch -i "$work/cut"
lines 4 "$tool" watch -i "$work/cut" --relative # no date, a header and all whole records

lines 2401 "$tool" watch -i "$work/trail" --relative
lines 2400 "$tool" watch -i "$work/trail" --relative --no-header
lines 2400 "$tool" watch -i "$work/trail" --json
lines 5 "$tool" watch -i "$work/trail" --json --count 5
lines 2400 "$tool" watch -i "$work/trail" --json --port 80
lines 12 "$tool" watch -i "$work/trail" --json --port 1024
lines 400 "$tool" watch -i "$work/trail" --json --state close_wait
lines 800 "$tool" watch -i "$work/trail" --json --kind segments
lines 0 "$tool" watch -i "$work/trail" --json --addr 192.0.2.0/24
prints 'CLOSE-WAIT   > LAST-ACK     10.0.0.1:80        10.1.0.0:1033      nginx\[1234\]' \
	env LC_ALL=C "$tool" watch -i "$work/trail"
printf '0 A socket CLOSE SYN_SENT comm=caf\303\251 pid=7\n' | "$build/bench/compose" "$work/named"
prints "$(printf 'caf\303\251\[7\]')" env LC_ALL=C.UTF-8 "$tool" watch -i "$work/named"
prints 'caf\\xc3\\xa9\[7\]' env LC_ALL=C "$tool" watch -i "$work/named"
prints 'caf\\xc3\\xa9\[7\]' env LC_ALL=C.UTF-8 "$tool" watch --ascii -i "$work/named"
prints '\[32m' "$tool" watch -i "$work/trail" --color always
prints 'ABI' "$tool" status -i "$work/trail"
cp "$work/trail" "$work/not-unique" # the accept hook's status: -ENOTUNIQ
printf '\264\377\377\377' | dd of="$work/not-unique" bs=1 seek=332 conv=notrunc 2> "$work/err"
prints '^accept .*several functions of its name (ENOTUNIQ)' "$tool" status -i "$work/not-unique"
prints '"abi_major":2' "$tool" status -i "$work/trail" --json
"$tool" watch -i "$work/trail" > "$work/out"
check 'no colours where there is no terminal' lacks "$work/out" "$(printf '\033')"
check 'a trail from standard input' is "$("$tool" watch -i - --json < "$work/trail" | wc -l)" 2400

# One connection, and those that are stuck.
prints 'SYN seq=x.*SYN-RECV' env LC_ALL=C "$tool" explain :1024 -i "$work/trail"
prints '<svg .*role="img"' "$tool" explain 10.1.0.0:1024 -i "$work/trail" --svg -
check 'explain --svg FILE says nothing' \
	is "$("$tool" explain 10.1.0.0:1024 -i "$work/trail" --svg "$work/picture" 2>&1)" ''
check '… and draws' has "$work/picture" '</svg>'
refused 2 'not with --all' "$tool" explain :80 --all --svg "$work/picture" -i "$work/trail"
refused 2 'not with --json' "$tool" explain :80 --json --svg "$work/picture" -i "$work/trail"
refused 1 'No space left' "$tool" explain 10.1.0.0:1024 --svg /dev/full -i "$work/trail"
for ends in '10.1.0.0:1024 10.0.0.1:80' '10.0.0.1:80 10.1.0.0:1024' '1024 80' 1024; do
	# shellcheck disable=SC2086 # two words
	prints '"local_port":1024\|"port":1024' "$tool" explain $ends -i "$work/trail" --json
done
prints '"kind":"connection"' "$tool" explain 10.1.0.0:1024 -i "$work/trail" --json
lines 200 "$tool" explain :80 --all --json -i "$work/trail"
refused 0 '199 other connections match :80: --all' "$tool" explain :80 -i "$work/trail"
refused 1 ':9: no connection on record matches.*watch -i' "$tool" explain :9 -i "$work/trail"
refused 1 'no such file' "$tool" explain :80 -i "$work/none"
refused 1 'not a trail' "$tool" stuck -i /etc/passwd
refused 1 'cut off or damaged' "$tool" stuck -i "$work/cut"
prints 'Nothing is stuck' "$tool" stuck -i "$work/trail"
"$build/bench/drain" --generate "$work/open" 90 10
lines 9 "$tool" stuck -i "$work/open" --state close_wait --older 0 --json --all
lines 1 "$tool" stuck -i "$work/open" --state close_wait --older 0 --json
prints '"kind":"group".*"count":9,' "$tool" stuck -i "$work/open" --state close_wait --older 0 --json
prints 'close-wait-leak' "$tool" stuck -i "$work/open" --state CLOSE-WAIT --older 0 --json

# Lives.
lines 201 "$tool" life -i "$work/trail"
lines 200 "$tool" life -i "$work/trail" --no-header --port 80
lines 1 "$tool" life -i "$work/trail" --no-header --port 1024
lines 5 "$tool" life -i "$work/trail" --json --count 5
lines 200 "$tool" life -i "$work/trail" --json --comm nginx --state last_ack
lines 0 "$tool" life -i "$work/trail" --json --comm apache
lines 0 "$tool" life -i "$work/open" --json
lines 10 "$tool" life -i "$work/open" --json --open
prints '10.0.0.1:80            < 10.1.0.0:1024         40us  100us  -     -     closed by peer nginx\[1234\]' \
	"$tool" life -i "$work/trail"
prints 'CLOSE-WAIT' "$tool" life -i "$work/open" --open
prints 'opened  SYN in, SYN-ACK out 10us, ACK in 30us, accept() 10us' "$tool" life -i "$work/trail" -v
prints 'closed  FIN in, FIN,ACK out 20us, ACK in 20us; half-closed 10us' "$tool" life -i "$work/trail" --verbose
lines 200 "$tool" life -i "$work/trail" --ends --json
prints 'half-close  *200 ' "$tool" life -i "$work/trail" --summary
prints '"kind":"life_summary","ends":{"normal":200}' "$tool" life -i "$work/trail" --summary --json
refused 1 'cut off or damaged' "$tool" life -i "$work/cut"
refused 1 'standard output: No space left' sh -c "$tool life -i $work/trail > /dev/full"

refused 1 'standard output: No space left' sh -c "$tool explain :1024 -i $work/trail > /dev/full"

refused 1 'standard output: No space left' sh -c "$tool watch -i $work/trail > /dev/full"
refused 0 '' sh -c "$tool watch -i $work/trail | head -1 > $work/out; echo >&2"
refused 1 'standard output: No space left' sh -c "$tool help life > /dev/full"
refused 1 'standard output: No space left' sh -c "$tool --version > /dev/full"

# A pipe that is closed early ends each in peace: more is written than it has room for.
mkfifo "$work/closed"
for words in "watch -i $work/trail" "life -v -i $work/trail" "explain --all :80 -i $work/trail" \
	"stuck --all --older 0 -i $work/open" 'help watch' '--version'; do
	head -c 1 < "$work/closed" > "$work/out" &
	# shellcheck disable=SC2086 # the command's words
	if "$tool" $words > "$work/closed" 2> "$work/err" && [ ! -s "$work/err" ]; then
		pass
	else
		fail "$words, into a closed pipe: status $?, $(cat "$work/err")"
	fi
	wait $!
done

# SIGTERM ends a reader that waits for its input, cleanly.
mkfifo "$work/pipe"
writes()
{
	exec > "$work/pipe"
	cat "$work/trail"
	exec sleep 60
}
start writes
writer=$last
start "$tool" watch -i "$work/pipe" --json > "$work/out" 2> "$work/err"
reader=$last
all_are_out()
{
	[ "$(wc -l < "$work/out")" = 2400 ]
}
check 'what a pipe brought is told before its writer ends' soon 2 all_are_out
kill -TERM "$reader"
check 'SIGTERM ends it well' wait "$reader"
check '… with all that there was' all_are_out
check '… and nothing said' is "$(cat "$work/err")" ''
kill "$writer"

report
