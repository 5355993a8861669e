/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What systemd and a service tell each other: sd_notify(3), sd_listen_fds(3). The
 * protocol is a datagram and two variables, fixed for good: no library for that.
 */
#ifndef EXPORTER_SERVICE_H
#define EXPORTER_SERVICE_H

#include <stdint.h>

#define SERVICE_FIRST_FD 3

/** service_open() - before privileges are dropped; without systemd the rest does nothing */
void service_open(void);

/** service_tell() - "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=..." */
void service_tell(const char *state);

/** service_watchdog_ns() - it must be told so often that we live; 0: it does not ask */
uint64_t service_watchdog_ns(void);

/** service_listening() - how many sockets it has opened for us, from SERVICE_FIRST_FD on */
int service_listening(void);

#endif
