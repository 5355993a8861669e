#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What comes with the exporter: alert rules, recording rules and what the manual
# tells people to type. promtool is Debian's.
#
#	tests/native/monitoring.sh [BUILD]	BUILD (build) holds tcptrail

build=$(realpath "${1:-build}")
tool=$build/tcptrail
top=$(realpath "${BASH_SOURCE[0]%/*}/../..")
kit=$top/userspace/monitoring
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

pass()
{
	passed=$((passed + 1))
}

fail()
{
	failed=$((failed + 1))
	echo "FAILED: $*" >&2
}

skip()
{
	skipped=$((skipped + 1))
	echo "skipped: $*" >&2
}

succeeds()
{
	if "$@" >"$work/out" 2>&1; then
		pass
	else
		fail "$*: $(cat "$work/out")"
	fi
}

alerts=$(sed -n 's/^  - alert: //p' "$kit/alerts.yml")

# Rules.
if command -v promtool >"$work/out"; then
	succeeds promtool check rules --lint=all --lint-fatal "$kit/alerts.yml" "$kit/recording.yml"
	succeeds promtool test rules "$top/tests/monitoring/alerts.test.yml"
else
	skip 'no promtool: scripts/packages monitoring'
fi

# Each alert has two cases, and a section of the runbook that its link leads to.
for alert in $alerts; do
	for case in fires 'is silent'; do
		if grep -q "^- name: ${alert#Tcptrail} $case" "$top/tests/monitoring/alerts.test.yml"; then
			pass
		else
			fail "$alert: no case in which it $case"
		fi
	done
	if grep -qx "## $alert" "$kit/runbook.md" &&
		grep -q "runbook_url: userspace/monitoring/runbook.md#${alert,,}\$" "$kit/alerts.yml"; then
		pass
	else
		fail "$alert: no section in the runbook, or no link to it"
	fi
done

# What the manual says is really taken: each line that begins with tcptrail. Status 2
# is a mistake in the arguments; that there is no such device comes after them.
# shellcheck disable=SC2016 # backquotes of the text
grep -hoE '^    tcptrail [^#|]*|`tcptrail [^`]*`' "$kit"/*.md "$kit/alerts.yml" | tr -d '`' |
	sed 's/^ *tcptrail //; s/ N\b/ 1/g; s/:N\b/:1/g; s/ *$//' | sort -u >"$work/commands"
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

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
