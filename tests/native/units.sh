#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The systemd units as make install leaves them: valid, and closed.
#
#	tests/native/units.sh [BUILD]	BUILD (build) holds tcptrail

build=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

check()
{
	local name=$1
	shift
	if "$@" >"$work/check" 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name: $(head -c 1000 "$work/check")" >&2
	fi
}

silent()
{
	"$@" >"$work/said" 2>&1 && ! grep . "$work/said"
}

make -s BUILD="$build" PREFIX="$work/usr" install-tools >/dev/null || exit 1
units=$work/usr/lib/systemd/system
for unit in tcptrail-module.service tcptrail-exporter.service tcptrail-exporter.socket; do
	check "verify $unit" silent env SYSTEMD_UNIT_PATH="$units:" \
		systemd-analyze verify --man=no "$units/$unit"
done
exposure=$(systemd-analyze security --offline=true "$units/tcptrail-exporter.service" |
	   sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p')
check "exposure: ${exposure:-none}, at most 1.5" \
	awk -v exposure="${exposure:-10}" 'BEGIN { exit !(exposure <= 1.5) }'
check 'sysusers.d' systemd-sysusers --dry-run --root="$work" \
	"$work/usr/lib/sysusers.d/tcptrail.conf"
check 'the group of the udev rule is made' grep -q '^u tcptrail ' "$work/usr/lib/sysusers.d/tcptrail.conf"
check 'no name is left to be filled in' test -z "$(grep -r '@PREFIX@' "$work/usr/lib")"

echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
