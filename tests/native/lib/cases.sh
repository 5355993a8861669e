# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034 # not unused: by those that source it
#
# Cases, for the native tests; each is called with the directory of the build:
#
#	. "${0%/*}/lib/cases.sh"
#	check 'it tells its version' "$tool" --version
#	report
#
# A test that ends without a report has failed. $work is a directory that goes then.

build=$(realpath "${1:-build}")
tool=$build/tcptrail
top=$(realpath "${0%/*}/../..")
work=$(mktemp -d)
chmod 755 "$work"
passed=0 failed=0 skipped=0
pids=
reported=

# Two that a test may have its own of: what to undo, and what to show of a failed case.
cleanup() { :; }
evidence() { :; }

finish()
{
	case_end=$?
	cleanup
	# shellcheck disable=SC2086 # they are many
	[ -z "$pids" ] || { kill $pids; wait $pids; } 2>/dev/null
	rm -rf "$work"
	[ "$reported" ] || { echo "FAILED: no report, status $case_end" >&2; exit 1; }
	exit "$case_end"
}
trap finish EXIT

# report: the last line, and the status.
report()
{
	reported=1
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

pass()
{
	passed=$((passed + 1))
}

fail()
{
	failed=$((failed + 1))
	{ echo "FAILED: $*"; evidence; } >&2
}

skip()
{
	skipped=$((skipped + 1))
	echo "skipped: $*" >&2
}

# there_is PROGRAM: one of these that the test can do without.
there_is()
{
	command -v "$1" >/dev/null
}

# needs PROGRAM…: without them nothing is tested.
needs()
{
	for program; do
		there_is "$program" && continue
		skip "no $program: scripts/packages monitoring"
		report
		exit
	done
}

# check NAME COMMAND…: it succeeds. What it says is told when it does not.
check()
{
	case_name=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		pass
	else
		fail "$case_name: $(head -c 1000 "$work/said")"
	fi
}

succeeds()
{
	check "$*" "$@"
}

# refused STATUS PATTERN COMMAND…: it ends so, and says that, in one line.
refused()
{
	case_status=$1 case_pattern=$2
	shift 2
	"$@" >"$work/out" 2>"$work/err" </dev/null
	case_got=$?
	if [ "$case_got" != "$case_status" ]; then
		fail "$*: status $case_got, not $case_status: $(cat "$work/err")"
	elif [ "$(wc -l <"$work/err")" != 1 ]; then
		fail "$*: not one line on standard error: $(cat "$work/err")"
	elif ! grep -q -e "$case_pattern" "$work/err"; then
		fail "$*: said: $(cat "$work/err")"
	else
		pass
	fi
}

is()
{
	[ "$1" = "$2" ] || { echo "'$1', not '$2'"; false; }
}

# has FILE PATTERN, lacks FILE PATTERN
has()
{
	grep -qE -e "$2" "$1"
}

lacks()
{
	grep -oE -e ".{0,60}($2).{0,60}" "$1"
	[ $? = 1 ]
}

is_ascii()
{
	LC_ALL=C lacks "$1" '[^ -~]'
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
	case_tries=$(($1 * 10))
	shift
	until "$@"; do
		case_tries=$((case_tries - 1))
		[ $case_tries -gt 0 ] || return 1
		sleep 0.1
	done
}

free_port()
{
	python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}
