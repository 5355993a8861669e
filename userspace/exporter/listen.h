/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses to listen at. */
#ifndef EXPORTER_LISTEN_H
#define EXPORTER_LISTEN_H

#include <sys/socket.h>

#define LISTEN_DEFAULT "127.0.0.1:9714"
#define LISTEN_TEXT_MAX 56 /* [address]:port */

/**
 * listen_parse() - ADDR:PORT, IPv6 in brackets; numbers, no names
 *
 * Return: the length of the address, or -EINVAL
 */
int listen_parse(struct sockaddr_storage *address, const char *s);

/** listen_open() - a listening socket, or -errno; [::] takes IPv4, too */
int listen_open(const struct sockaddr_storage *address, socklen_t len);

/** listen_text() - where a socket listens, as listen_parse() takes it */
void listen_text(int fd, char text[LISTEN_TEXT_MAX]);

#endif
