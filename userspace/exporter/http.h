/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The exporter's web server: one thread of its own for each address. It is never
 * in the reader's way: all it takes from there are copies.
 *
 * libmicrohttpd does HTTP: parsing what a network sends should not be written anew.
 */
#ifndef EXPORTER_HTTP_H
#define EXPORTER_HTTP_H

#include "userspace/exporter/metrics.h"

/**
 * struct http_source - where answers come from; called in the server's thread
 * @copy: fill in the numbers; metrics_free() is the caller's. 0 or -ENOMEM
 * @stuck: append what /stuck shows; NULL if it is not offered
 * @arg: for both
 */
struct http_source {
	int (*copy)(void *arg, struct metrics *metrics);
	void (*stuck)(void *arg, struct buf *out);
	void *arg;
};

struct http;

/**
 * http_start() - serve
 * @http: set on success
 * @fd: a listening socket; http_stop() closes it
 * @source: must stay
 *
 * Return: 0, -ENOMEM, or -EIO if there can be no thread
 */
int http_start(struct http **http, int fd, const struct http_source *source);
void http_stop(struct http *http);

/**
 * http_close_slow() - close connections that take too long
 *
 * Return: are there clients? Then call it again in a second
 */
bool http_close_slow(struct http *http, uint64_t now_ns);

#endif
