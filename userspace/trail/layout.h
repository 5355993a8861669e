/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the library: is what the module says of its rings fit to walk them by? */
#ifndef TRAIL_LAYOUT_H
#define TRAIL_LAYOUT_H

#include "module/uapi/tcptrail.h"

/**
 * layout_check() - before anything is mapped or computed from it
 *
 * Return: 0; -EPROTO if the ABI major is another; -EBADMSG if it makes no sense
 */
int layout_check(const struct tcptrail_info *info);

#endif
