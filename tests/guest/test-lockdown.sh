#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# lab: --append lockdown=integrity --with scripts/load
#
# A kernel that is locked down refuses the module, and whoever asks is told why. In TAP.
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

says()
{
	pattern=$1
	shift
	! "$@" >"$work/out" 2>&1 || { echo "succeeds"; return 1; }
	cat "$work/out"
	grep -q "$pattern" "$work/out"
}

plan 4
[ -e /sys/kernel/security/lockdown ] || mount -t securityfs none /sys/kernel/security
check 'the kernel is locked down' grep -q '\[integrity\]' /sys/kernel/security/lockdown
check 'the module is refused' says 'Operation not permitted' insmod /tcptrail.ko
check 'scripts/load says why' says 'this kernel is locked down (integrity)' load /tcptrail.ko
check 'tcptrail status says why' says 'locked down (integrity).*LOADING' tcptrail status
