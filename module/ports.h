/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The parameter `ports`: record only connections with one of these ports at
 * either end. Without it the test costs nothing: the branch is patched out.
 */
#ifndef TCPTRAIL_PORTS_H
#define TCPTRAIL_PORTS_H

#include <linux/bitops.h>
#include <linux/jump_label.h>
#include <linux/types.h>

#define PORTS 65536

extern unsigned long tcptrail_ports_bitmap[];
DECLARE_STATIC_KEY_FALSE(tcptrail_ports_filtered);

static inline bool tcptrail_ports_wanted(u16 lport, u16 rport)
{
	if (!static_branch_unlikely(&tcptrail_ports_filtered))
		return true;
	return test_bit(lport, tcptrail_ports_bitmap) || test_bit(rport, tcptrail_ports_bitmap);
}

#endif
