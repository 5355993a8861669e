// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes to the exporter's web server, over a real connection, and as the headers
 * and addresses that it reads for itself.
 */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "userspace/exporter/http.h"
#include "userspace/exporter/listen.h"
#include "userspace/exporter/accept_header.h"

#define ANSWER_MAX (1 << 20)

static struct http *http;
static struct sockaddr_storage address;
static socklen_t address_size = sizeof(address);

static int copy(void *arg, struct metrics *metrics)
{
	*metrics = (struct metrics){ .up = true, .version = "0" };
	return 0;
}

static void stuck(void *arg, struct buf *out)
{
	buf_str(out, "{}\n");
}

static void start(void)
{
	static const struct http_source source = { .copy = copy, .stuck = stuck };
	struct sockaddr_storage any;
	int length = listen_parse(&any, "127.0.0.1:0");
	int fd = length < 0 ? -1 : listen_open(&any, (socklen_t)length);

	if (fd < 0 || getsockname(fd, (struct sockaddr *)&address, &address_size) ||
	    http_start(&http, fd, &source))
		abort();
}

/* All that comes until it closes; a server that does neither for so long hangs. */
static void receive(int fd)
{
	static char answer[ANSWER_MAX];
	const struct timeval patience = { .tv_sec = 5 };
	size_t length = 0;
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	while ((n = recv(fd, answer + length, sizeof(answer) - length, 0)) > 0)
		length += (size_t)n;
	if (n < 0 && errno != ECONNRESET)
		abort();
	if (length && (length < 12 || memcmp(answer, "HTTP/1.", 7)))
		abort();
}

static void converse(const uint8_t *data, size_t size)
{
	const struct linger at_once = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, address_size))
		abort();
	/* It may have closed before all is sent. */
	if (size && send(fd, data, size, MSG_NOSIGNAL) < 0 && errno != EPIPE && errno != ECONNRESET)
		abort();
	shutdown(fd, SHUT_WR);
	receive(fd);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)); /* no TIME-WAIT */
	close(fd);
}

static void read_words(const uint8_t *data, size_t size)
{
	struct sockaddr_storage parsed;
	char *word = malloc(size + 1);

	if (!word)
		abort();
	if (size)
		memcpy(word, data, size);
	word[size] = '\0';
	wants_openmetrics(word);
	wants_gzip(word);
	if (listen_parse(&parsed, word) > (int)sizeof(parsed))
		abort();
	free(word);
}

/* libFuzzer's clock ticks by SIGALRM: it would interrupt connect() and recv(). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	sigset_t alarm;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	if (!http)
		start();
	read_words(data, size);
	pthread_sigmask(SIG_BLOCK, &alarm, NULL);
	converse(data, size);
	pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
	return 0;
}
