// SPDX-License-Identifier: GPL-2.0
/*
 * The list of connected clients and their times, behind a lock of its own: the server's
 * thread adds and removes clients, the reader's thread closes those that take too long. A
 * client is closed by shutdown(): the library then sees its end and frees it.
 */
#include "userspace/exporter/clients.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

/* In a crowd, too, everybody has this long. */
#define CROWD_TIMEOUT_NS SEC

/**
 * struct client - a connection, or a free place
 * @fd: its socket, -1 for a free place
 * @idle: it was served, and nothing is known of a new request
 * @since_ns: when that was; else when it came, or asked
 */
struct client {
	int fd;
	bool idle;
	uint64_t since_ns;
};

struct clients {
	pthread_mutex_t lock;
	unsigned int count;
	struct client list[CLIENTS_MAX];
};

struct clients *clients_create(void)
{
	struct clients *c = calloc(1, sizeof(*c));
	unsigned int i;

	if (!c)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	for (i = 0; i < CLIENTS_MAX; i++)
		c->list[i].fd = -1;
	return c;
}

void clients_free(struct clients *c)
{
	if (!c)
		return;
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* With the lock held. */
static void weed(struct clients *c, uint64_t now_ns)
{
	const struct linger at_once = { .l_onoff = 1 };
	bool crowded = c->count >= CLIENTS_CROWD;
	uint64_t timeout_ns;
	unsigned int i;

	for (i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &c->list[i];

		timeout_ns = crowded	  ? CROWD_TIMEOUT_NS :
			     client->idle ? CLIENTS_KEEP_NS :
					    CLIENTS_TIMEOUT_NS;
		if (client->fd == -1 || now_ns < client->since_ns + timeout_ns)
			continue;
		/*
		 * The library sees its end, and closes it; what it did not read goes with
		 * it, rather than wait in the kernel.
		 */
		setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		shutdown(client->fd, SHUT_RDWR);
	}
}

struct client *clients_came(struct clients *c, int fd, uint64_t now_ns)
{
	struct client *client = c->list;

	pthread_mutex_lock(&c->lock);
	while (client < c->list + CLIENTS_MAX && client->fd != -1)
		client++;
	if (client < c->list + CLIENTS_MAX) {
		*client = (struct client){ .fd = fd, .since_ns = now_ns };
		c->count++;
	}
	if (c->count >= CLIENTS_CROWD)
		weed(c, now_ns);
	pthread_mutex_unlock(&c->lock);
	return client < c->list + CLIENTS_MAX ? client : NULL;
}

void clients_went(struct clients *c, struct client *client)
{
	if (!client)
		return;
	pthread_mutex_lock(&c->lock);
	client->fd = -1;
	c->count--;
	pthread_mutex_unlock(&c->lock);
}

void clients_mark(struct clients *c, struct client *client, bool idle, uint64_t now_ns)
{
	if (!client)
		return;
	pthread_mutex_lock(&c->lock);
	client->idle = idle;
	client->since_ns = now_ns;
	pthread_mutex_unlock(&c->lock);
}

bool clients_close_slow(struct clients *c, uint64_t now_ns)
{
	bool any;

	pthread_mutex_lock(&c->lock);
	any = c->count;
	if (any)
		weed(c, now_ns);
	pthread_mutex_unlock(&c->lock);
	return any;
}
