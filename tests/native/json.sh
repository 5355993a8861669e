#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# All JSON is of one version of the schema, that of userspace/base/json.h: every
# line of every command that has --json, as its help tells, and the manual's pages.
#
#	tests/native/json.sh [BUILD]	BUILD (build) holds tcptrail and monitoring/story
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
needs python3

version=$(sed -nE 's/^#define JSON_VERSION ([0-9]+).*/\1/p' "$top/userspace/base/json.h")
"$build/monitoring/story" "$top/tests/monitoring/sick.story" "$work/trail" 4200 || exit 1

# of_version FILE: there are lines, each is an object, and of the version.
of_version()
{
	python3 - "$version" "$1" <<-'END'
		import json, sys
		versions = {json.loads(line)["v"] for line in open(sys.argv[2])}
		sys.exit(versions != {int(sys.argv[1])} and f"of versions {versions or 'none'}")
	END
}

# gives COMMAND…: on the trail
gives()
{
	"$tool" "$@" --json -i "$work/trail" >"$work/out" 2>"$work/err" || { cat "$work/err"; return 1; }
	of_version "$work/out"
}

# The commands, each in the forms that its lines have.
commands=$("$tool" --help | sed -nE 's/^  ([a-z]+) .*/\1/p')
for command in $commands; do
	"$tool" help "$command" | grep -q '^  --json ' || continue
	case $command in
	explain)
		check explain gives explain :80 --all ;;
	life)
		check 'life and its summary' gives life --open --summary
		check 'life --ends' gives life --ends ;;
	stuck)
		check 'stuck, in groups' gives stuck
		check 'stuck, each' gives stuck --all ;;
	*)
		check "$command" gives "$command" ;;
	esac
done
check 'commands with --json were found' test "$((passed + failed))" -ge 8

start "$tool" export -i "$work/trail" --replay --stuck --listen 127.0.0.1:0 2>"$work/log"
soon 10 grep -q /metrics "$work/log"
port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$work/log")
python3 "$top/tests/native/http.py" get "$port" /stuck >"$work/out" 2>"$work/err"
check 'the /stuck of export' of_version "$work/out"

# What the manual says: "v (2)", or for all records "(number) 2." after a v of its own.
pages=0
for page in "$top"/userspace/man/*.[15]; do
	sed -nE 's/^\.BR v " \(([0-9]+)\).*/\1/p
		/^\.B v$/ { n; s/^\(number\) ([0-9]+)\.$/\1/p }' "$page" >"$work/told"
	[ -s "$work/told" ] || continue
	pages=$((pages + 1))
	check "${page##*/}" is "$(sort -u "$work/told")" "$version"
done
check 'pages were found' test "$pages" -ge 5

report
