#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# life, explain, stuck, top and the exporter give one answer to one question, on every
# recorded trail of tests/recordings: agree.py says which questions.
#
#	tests/native/agree.sh [BUILD]	BUILD (build) holds tcptrail and monitoring/story
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
needs python3

python3 "$top/tests/native/agree.py" "$tool" "$top"/tests/recordings/*/*.tt >"$work/differences" ||
	fail 'agree.py did not come to its end'

# agrees RECORDING
agrees()
{
	! grep -F "$1 " "$work/differences"
}

recordings=0
for file in "$top"/tests/recordings/*/*.tt; do
	recording=${file#"$top/tests/recordings/"}
	check "${recording%.tt}" agrees "${recording%.tt}"
	recordings=$((recordings + 1))
done
check 'there are recordings' test $recordings -ge 20

# Hosts with much that is stuck: how many sockets that are is one number. In the first the
# source ports run out, in the second they have come free again; the third has a burst of
# TIME-WAITs that does no harm, and is shown without being counted.
cp "$top/tests/monitoring/churn.script" "$work"
echo '0	0.05	1100	churn.script' >"$work/burst.story"
for story in sick:4170 sick:4300 burst:60; do
	name=${story%:*}
	[ "$name" = burst ] && from=$work || from=$top/tests/monitoring
	"$build/monitoring/story" "$from/$name.story" "$work/host.tt" "${story#*:}" || fail "$story: no recording"
	python3 "$top/tests/native/agree.py" --stuck "$tool" "$work/host.tt" >"$work/differences" ||
		fail "$story: agree.py did not come to its end"
	check "$story: $(cat "$work/differences")" test ! -s "$work/differences"
	"$tool" stuck -i "$work/host.tt" | grep -E 'stuck(\.|, .*)$' >>"$work/totals"
done
"$tool" stuck --json -i "$work/host.tt" >"$work/burst"
check 'a burst that does no harm is shown' has "$work/burst" time-wait-churn
check "so many are stuck: $(tr '\n' ' ' <"$work/totals")" \
	is "$(tr '\n' ' ' <"$work/totals")" '10121 stuck. 141 stuck. Nothing is stuck, as far as records tell. '
report
