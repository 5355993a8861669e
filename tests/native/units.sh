#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The systemd units as make install leaves them: valid, and closed.
#
#	tests/native/units.sh [BUILD]	BUILD (build) holds tcptrail
# shellcheck source=tests/native/lib/cases.sh
. "${0%/*}/lib/cases.sh"

silent()
{
	"$@" >"$work/out" 2>&1 && lacks "$work/out" .
}

# systemd-analyze looks for the programs that the units name: no other DESTDIR will do.
make -s BUILD="$build" DESTDIR=/ PREFIX="$work/usr" install-tools >/dev/null 2>&1 || exit 1
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

report
