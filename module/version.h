/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The version of tcptrail as a whole: module, programs, manual pages. What a reader and
 * a module have to agree on is another number, TCPTRAIL_ABI_MAJOR in uapi/tcptrail.h.
 */
#ifndef TCPTRAIL_VERSION_H
#define TCPTRAIL_VERSION_H

#define TCPTRAIL_VERSION "0.2.0"

#endif
