#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The manual against the programs: every metric with its type and number of series, and every
# name that explain gives. tests/unit/test_statements.c has the other statements, and
# tests/unit/test_manual.c the other words. The guides for those who work on the source:
# every name of theirs.
#
#	tests/native/manual.sh [BUILD]	BUILD (build) holds the programs and monitoring/story
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
needs python3

man=$top/userspace/man
"$build/monitoring/story" "$top/tests/monitoring/sick.story" "$work/trail" 4200 || exit 1

# As many ports and units as the manual counts with: 16 and "other", N and "other".
"$tool" export -i "$work/trail" --once --by-unit=1 \
	--by-port 80,443,1,2,3,4,5,6,7,8,9,10,11,12,13,14 >"$work/metrics" || exit 1

# metrics: "NAME TYPE SERIES" as the exporter gives them; those of the process are every
# exporter's.
metrics()
{
	awk '/^# TYPE/ { type[$3] = $4 }
	     /^tcptrail_/ {
		name = $1
		sub(/[{].*/, "", name)
		family = name
		sub(/_(bucket|sum|count)$/, "", family)
		series[type[family] == "histogram" ? family : name]++
	     }
	     END { for (name in series) print name, type[name], series[name] }' "$work/metrics" | sort
}

# The same as the manual tells it: .BR NAME { label } " (TYPE [SCALE], SERIES)"
told_metrics()
{
	sed -nE 's/^\.BR (tcptrail_[a-z0-9_]+)( [{].*)? " \((counter|gauge|histogram)( [AB])?, (.*)\)"$/\1 \3 \5/p' \
		"$man/tcptrail-metrics.5" | sort
}

# Transitions beyond those of the state machine have a series when they occur, as in the
# story; how many units there are is the user's choice.
metrics | sed -E 's/^(tcptrail_transitions_total counter) .*/\1 22/; s/^(tcptrail_unit_.*) [0-9]+$/\1 N/' >"$work/given"
told_metrics | sed -E 's/^(tcptrail_unit_[a-z_]+ [a-z]+) .*/\1 N/' >"$work/told"
check 'metrics were found' test "$(wc -l <"$work/told")" -gt 40
check 'tcptrail-metrics(5): names, types, numbers of series' diff -u "$work/told" "$work/given"

# The names that explain gives. tests/unit/test_statements.c compares the rest of the page.
page=$man/tcptrail-verdicts.7
python3 "$top/tests/native/lib/explain_names.py" "$top"/userspace/explain/narrative*.c >"$work/given"
sed 's/\\-/-/g' "$page" | awk '/^\.SH/ { names = $2 == "NAMES" }
	names && after && /^\.BR? / { gsub(/^\.BR? |[",]/, ""); gsub(/ +/, "\n"); print }
	{ after = /^\.TP/ }' | sort >"$work/told"
check 'names were found' test "$(wc -l <"$work/given")" -gt 30
check "tcptrail-verdicts(7), NAMES: add an entry" is "$(comm -23 "$work/given" "$work/told")" ''
check "tcptrail-verdicts(7), NAMES: explain gives no such name" is "$(comm -13 "$work/given" "$work/told")" ''

# The guides name what exists. The first has a mistake in each kind of name.
cd "$top" || exit
cat >"$work/wrong.md" <<-'END'
	`struct wrong`, `wrong_name()`, `WRONG_WORD`, `wrong.c`, `make wrong`, tests/unit/wrong.c
END
check 'names that do not exist are found' \
	is "$(python3 tests/native/lib/missing_names.py "$work/wrong.md" | wc -l)" 6
for guide in CONTRIBUTING.md README.md tests/*/README.md userspace/*/README.md; do
	check "$guide: names that exist" is "$(python3 tests/native/lib/missing_names.py "$guide")" ''
done

report
