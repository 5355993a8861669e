/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/tcptrail: gives the rings to readers. It knows no record's meaning.
 */
#ifndef TCPTRAIL_DEVICE_H
#define TCPTRAIL_DEVICE_H

/** tcptrail_device_init() - publish it; last at load. May sleep. */
int tcptrail_device_init(void);

/** tcptrail_device_exit() - first at unload; nobody has it open then. May sleep. */
void tcptrail_device_exit(void);

#endif
