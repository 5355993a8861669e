#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the kernel tells of the module, and with it those who watch over a host: its taint, the
# functions that it has ftrace call back for, no probe of another sort; and nothing when the
# module is gone. SECURITY.md has the same names. In TAP.
# shellcheck source=tests/guest/tap.sh
. tcptrail-tap

# Functions that somebody has ftrace call back for.
hooked()
{
	awk '{ print $1 }' /sys/kernel/tracing/enabled_functions | LC_ALL=C sort
}

# Those that the module may hook. Some kernels lack some.
named()
{
	cat <<-'END'
	__inet_csk_reqsk_queue_drop
	__inet_twsk_schedule
	inet_csk_reqsk_queue_hash_add
	inet_twsk_hashdance
	inet_twsk_hashdance_schedule
	inet_twsk_kill
	security_sock_graft
	tcp_abort
	tcp_req_err
	tcp_send_active_reset
	tcp_timewait_state_process
	tcp_twsk_unique
	tw_timer_handler
	END
}

no_other()
{
	hooked >"$work/hooked"
	named | LC_ALL=C sort | LC_ALL=C comm -13 - "$work/hooked" >"$work/other"
	cat "$work/other"
	[ -s "$work/hooked" ] && [ ! -s "$work/other" ]
}

# Each line names the module as the one to call.
all_ours()
{
	! grep -v 'dispatch+.*\[tcptrail\]' /sys/kernel/tracing/enabled_functions
}

plan 9
mount -t tracefs none /sys/kernel/tracing 2>/dev/null
mount -t debugfs none /sys/kernel/debug 2>/dev/null
check 'nothing is hooked at first' is "$(hooked)" ''
modprobe tcptrail
check 'only functions that SECURITY.md names are hooked' no_other
check '… 11 of them, or 12' between 11 12 "$(hooked | wc -l)"
check '… by the module' all_ours
check 'no kprobe is there' is "$(cat /sys/kernel/debug/kprobes/list)" ''
check 'its taint: out of tree, not signed' is "$(cat /sys/module/tcptrail/taint)" OE
check "the kernel's taint: the same" is "$(cat /proc/sys/kernel/tainted)" $((1 << 12 | 1 << 13))
rmmod tcptrail
check 'unloaded, nothing is hooked' is "$(hooked)" ''
check '… and the module is not listed' test -z "$(grep tcptrail /proc/modules)"
