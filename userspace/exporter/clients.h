/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who is connected, and for how long without an answer. The HTTP library knows
 * only clients that are silent: one that sends a byte now and then, or reads one,
 * would stay for ever.
 */
#ifndef EXPORTER_CLIENTS_H
#define EXPORTER_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/time.h"

#define CLIENTS_MAX 256
#define CLIENTS_CROWD (CLIENTS_MAX / 4 * 3)

/* A request must be complete, and its answer read, within this. */
#define CLIENTS_TIMEOUT_NS (10 * SEC)

/* A connection on which something was asked before may stay for the next time. */
#define CLIENTS_KEEP_NS (2 * MINUTE)

struct clients;
struct client;

/** clients_create() - NULL without memory */
struct clients *clients_create(void);
void clients_free(struct clients *clients);

/**
 * clients_came() - a connection
 * @fd: its socket, valid until clients_went()
 *
 * Return: whose it is, for the other calls, which do nothing for NULL; NULL: too many
 */
struct client *clients_came(struct clients *clients, int fd, uint64_t now_ns);
void clients_went(struct clients *clients, struct client *client);

/** clients_mark() - an answer is under way, since a request came in whole; @idle: it was read */
void clients_mark(struct clients *clients, struct client *client, bool idle, uint64_t now_ns);

/**
 * clients_close_slow() - close what has taken too long; in a crowd the longest of them at once
 *
 * Return: was there anybody?
 */
bool clients_close_slow(struct clients *clients, uint64_t now_ns);

#endif
