#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What comes with the exporter, by itself: rules, configurations, the dashboard, and what
# the manual tells people to type. The programs are Debian's. What needs an exporter is in
# prometheus.sh and page.sh.
#
#	tests/native/monitoring.sh [BUILD]	BUILD (build) holds tcptrail and monitoring/story
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"
kit=$top/userspace/monitoring
alerts=$(sed -n 's/^  - alert: //p' "$kit/alerts.yml")

# Rules.
if there_is promtool; then
	succeeds promtool check rules --lint=all --lint-fatal "$kit/alerts.yml" "$kit/recording.yml"
	succeeds promtool test rules "$top/tests/monitoring/alerts.test.yml"
	succeeds promtool check config "$kit/prometheus.yml"
	succeeds promtool check config "$kit/prometheus-global.yml"
else
	skip 'no promtool: scripts/packages monitoring'
fi

# Each alert has two cases, and a section of the runbook that its link leads to.
for alert in $alerts; do
	for case in fires 'is silent'; do
		check "$alert: a case in which it $case" \
			has "$top/tests/monitoring/alerts.test.yml" "^- name: ${alert#Tcptrail} $case"
	done
	check "$alert: a section in the runbook" has "$kit/runbook.md" "^## $alert\$"
	check "$alert: a link to it" \
		has "$kit/alerts.yml" "runbook_url: userspace/monitoring/runbook.md#${alert,,}\$"
done

# What the manual says is really taken: each line that begins with tcptrail. Status 2
# is a mistake in the arguments; that there is no such device comes after them. Those that
# read a file are run below.
# shellcheck disable=SC2016 # backquotes of the text
grep -hoE '^    tcptrail [^#|]*|`tcptrail [^`]*`' "$kit"/*.md "$kit/alerts.yml" | tr -d '`' |
	grep -v ' -i ' | sed 's/^ *tcptrail //; s/ N\b/ 1/g; s/:N\b/:1/g; s# DIR\b# .#; s/ *$//' | sort -u >"$work/commands"
[ "$(wc -l <"$work/commands")" -gt 10 ] || fail 'no commands in the runbook'
while read -r -a words; do
	[ ${#words[@]} -gt 1 ] || words=(help "${words[@]}")
	[ "${words[0]}" = help ] || words+=(--device "$work/none")
	"$tool" "${words[@]}" >"$work/out" 2>&1 </dev/null
	if [ $? = 2 ]; then
		fail "tcptrail ${words[*]}: $(cat "$work/out")"
	else
		pass
	fi
done <"$work/commands"

# The dashboard is what its source makes, and Grafana can take it: panels with an id of
# their own, a unit, words and queries, none over another.
if there_is python3; then
	succeeds cmp "$kit/dashboard.json" <(python3 "$kit/dashboard.py")
else
	skip 'no python3 to make the dashboard: scripts/packages monitoring'
fi
if there_is jq; then
	panels='.panels[] | select(.type != "row")'
	succeeds jq -e "[$panels] | length > 20" "$kit/dashboard.json"
	succeeds jq -e '[.panels[].id] | length == (unique | length)' "$kit/dashboard.json"
	succeeds jq -e "[$panels | .fieldConfig.defaults.unit, .title, .description,
		(.targets | length > 0), .targets[].expr, .datasource.uid == \"\${datasource}\"] |
		all(. != null and . != \"\" and . != false)" "$kit/dashboard.json"
	# shellcheck disable=SC2016 # jq's variables
	succeeds jq -e '[.panels[] | .id as $id | .gridPos | range(.x; .x + .w) as $x |
		range(.y; .y + .h) as $y | "\($x) \($y)"] | length == (unique | length)' \
		"$kit/dashboard.json"
	# shellcheck disable=SC2016
	succeeds jq -e '[.panels[].targets[]?.expr | test("job=~\"\\$job\", instance=~\"\\$instance\"")] |
		all' "$kit/dashboard.json"
	succeeds jq -e '[.templating.list[].name] == ["datasource", "job", "instance"]' \
		"$kit/dashboard.json"
else
	skip 'no jq to read the dashboard: scripts/packages monitoring'
fi

# JSON Lines into a log pipeline: the examples of README.md give something, and rsyslog
# sorts out what ended badly.
"$build/monitoring/story" "$top/tests/monitoring/sick.story" "$work/trail.tt" 600 || exit 1
"$tool" life -i "$work/trail.tt" --json >"$work/life.jsonl" 2>"$work/err"
bad=$(grep -cvE '"end":"(normal|reused)"' "$work/life.jsonl")
[ "$bad" -gt 0 ] || fail 'no life in the trail that ended badly'
if there_is jq; then
	examples=0
	while read -r line; do
		examples=$((examples + 1))
		if (cd "$work" && PATH=$build:$PATH bash -e -o pipefail -c "$line" >out 2>err) &&
			[ -s "$work/out" ]; then
			pass
		else
			fail "README.md: $line: $(cat "$work/err")"
		fi
	done < <(grep -E '^    tcptrail .* \| jq' "$kit/README.md")
	[ $examples -gt 2 ] || fail 'no examples in README.md'
fi
if rsyslogd=$(PATH=$PATH:/usr/sbin command -v rsyslogd); then
	{
		echo "global(workDirectory=\"$work\")"
		sed "s#/var/log/tcptrail#$work#" "$kit/rsyslog.conf"
	} >"$work/rsyslog.conf"
	start "$rsyslogd" -n -f "$work/rsyslog.conf" -i "$work/rsyslog.pid" >"$work/err" 2>&1
	pid=$last
	all_are_written() { [ "$(wc -l <"$work/bad.jsonl")" -ge "$bad" ]; } 2>/dev/null
	soon 10 all_are_written
	kill "$pid"
	wait "$pid"
	check "rsyslog: $(cat "$work/err")" \
		diff <(grep -vE '"end":"(normal|reused)"' "$work/life.jsonl") "$work/bad.jsonl"
	check "rsyslog: $(head -3 "$work/bad.log")" \
		is "$(grep -cE '^[0-9TZ:.-]+ unanswered: 10\.0\.[0-9.]+:[0-9]+ - 10\.' "$work/bad.log")" "$bad"
else
	skip 'no rsyslogd: scripts/packages monitoring'
fi

report
