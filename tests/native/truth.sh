#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What has to be said of the situations of tests/truth, of their recorded trails alone:
# what needs the machine on which they are is judged by tests/truth/run in a guest.
#
#	tests/native/truth.sh [BUILD]	BUILD (build) holds tcptrail
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

for recordings in "$top"/tests/recordings/*; do
	BUILD=$build "$top/tests/truth/run" --recordings "$recordings" >"$work/tap" 2>"$work/err"
	passed=$((passed + $(grep -c '^ok ' "$work/tap")))
	failed=$((failed + $(grep -c '^not ok ' "$work/tap")))
	sed -n '/^not ok /,/^ok /p' "$work/tap" >&2
	cat "$work/err" >&2
	check "${recordings##*/}: all were judged" grep -q '^# [0-9]* told rightly' "$work/tap"
	echo "${recordings##*/}: $(sed -n 's/^# \(.*told rightly.*\)/\1/p' "$work/tap")"
done
report
