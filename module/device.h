/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/tcptrail: gives the rings to readers. It knows no record's meaning.
 */
#ifndef TCPTRAIL_DEVICE_H
#define TCPTRAIL_DEVICE_H

/** device_init() - publish it; last at load. May sleep. */
int device_init(void);

/** device_exit() - first at unload; nobody has it open then. May sleep. */
void device_exit(void);

#endif
