// SPDX-License-Identifier: GPL-2.0
/*
 * The HTTP server: which path gives which answer, with which headers.
 *
 * An answer is made in the server's thread from a copy of the numbers, taken under the
 * reader's lock. Memory is bounded: requests (16 KiB), the kernel's send buffer (64 KiB) and
 * the number of clients are. There are no request bodies, and only GET and HEAD.
 */
#include "userspace/exporter/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <zlib.h>

#include "userspace/base/time.h"
#include "userspace/exporter/clients.h"
#include "userspace/exporter/accept_header.h"
#include "userspace/exporter/page.h"

#define STACK_BYTES (256U << 10)
#define REQUEST_BYTES (16U << 10) /* for all that a request has: more is answered with 431 */

/*
 * What the kernel takes for a client that does not read: without this it would grow
 * to 4 MiB for each.
 */
#define SEND_BYTES (64 << 10)

#define HTTP_CONTENT_TOO_LARGE 413 /* the library has had three names for it */
#define GZIP_FORMAT (15 + 16) /* the largest window, and gzip's header rather than zlib's */

#define TEXT_PLAIN "text/plain; charset=utf-8"
#define PAGE_POLICY                                                                   \
	"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; " \
	"img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "    \
	"frame-ancestors 'none'"

struct http {
	struct MHD_Daemon *daemon;
	struct clients *clients;
	const struct http_source *source;
};

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned int status,
				     const char *type, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Type", type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* @text stays where it is. */
static struct MHD_Response *response_of(const char *text, size_t size)
{
	return MHD_create_response_from_buffer(size, (void *)(uintptr_t)text,
					       MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_text(struct MHD_Connection *connection, unsigned int status,
				 const char *text)
{
	return send_response(connection, status, TEXT_PLAIN, response_of(text, strlen(text)));
}

/* In one call, at its fastest level: 39 KB of metrics become 5 KB. NULL without memory. */
static void *gzip(const void *data, size_t size, size_t *compressed)
{
	z_stream z = { 0 };
	void *out;

	if (deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, GZIP_FORMAT, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	z.avail_out = (uInt)deflateBound(&z, size);
	out = malloc(z.avail_out);
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)size;
	z.next_out = out;
	if (!out || deflate(&z, Z_FINISH) != Z_STREAM_END) {
		free(out);
		out = NULL;
	}
	*compressed = z.total_out;
	deflateEnd(&z);
	return out;
}

/* What @out holds, gzipped if that is wanted; it is given away. */
static enum MHD_Result send_buf(struct MHD_Connection *connection, const char *type,
				struct buf *out)
{
	const char *encoding = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							   MHD_HTTP_HEADER_ACCEPT_ENCODING);
	struct MHD_Response *response;
	void *data, *compressed = NULL;
	size_t size = out->len;

	if (out->error) {
		buf_free(out);
		return send_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "out of memory\n");
	}
	if (wants_gzip(encoding))
		compressed = gzip(out->data, out->len, &size);
	data = compressed ? compressed : out->data;
	if (compressed)
		buf_free(out);
	else
		size = out->len;
	response = MHD_create_response_from_buffer(size, data, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(data);
		return MHD_NO;
	}
	MHD_add_response_header(response, "Vary", "Accept, Accept-Encoding");
	if (compressed)
		MHD_add_response_header(response, "Content-Encoding", "gzip");
	return send_response(connection, MHD_HTTP_OK, type, response);
}

static enum MHD_Result send_metrics(struct http *http, struct MHD_Connection *connection)
{
	const char *accept =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	bool openmetrics = wants_openmetrics(accept);
	struct metrics metrics = { 0 };
	uint64_t begun_ns = time_now_ns();
	struct buf out;

	buf_init(&out, NULL);
	if (http->source->copy(http->source->arg, &metrics))
		out.error = ENOMEM;
	else
		metrics_text(&out, &metrics, openmetrics, begun_ns);
	metrics_free(&metrics);
	return send_buf(connection,
			openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" :
				      "text/plain; version=0.0.4; charset=utf-8",
			&out);
}

static enum MHD_Result send_health(struct http *http, struct MHD_Connection *connection)
{
	struct metrics metrics = { 0 };
	bool up = !http->source->copy(http->source->arg, &metrics) && metrics.up;

	metrics_free(&metrics);
	if (up)
		return send_text(connection, MHD_HTTP_OK, "ok\n");
	return send_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			 "the trail is not read: see tcptrail_trail_up, and the exporter's log\n");
}

static enum MHD_Result send_stuck(struct http *http, struct MHD_Connection *connection)
{
	struct buf out;

	if (!http->source->stuck)
		return send_text(connection, MHD_HTTP_NOT_FOUND,
				 "off: it names processes; start tcptrail export with --stuck\n");
	buf_init(&out, NULL);
	http->source->stuck(http->source->arg, &out);
	return send_buf(connection, "application/x-ndjson", &out);
}

static enum MHD_Result send_page(struct MHD_Connection *connection)
{
	struct MHD_Response *response = response_of(page, page_size);

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, "Content-Security-Policy", PAGE_POLICY);
	MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
	return send_response(connection, MHD_HTTP_OK, "text/html; charset=utf-8", response);
}

static enum MHD_Result refuse_method(struct MHD_Connection *connection)
{
	static const char text[] = "GET and HEAD only\n";
	struct MHD_Response *response = response_of(text, sizeof(text) - 1);

	if (response)
		MHD_add_response_header(response, "Allow", "GET, HEAD");
	return send_response(connection, MHD_HTTP_METHOD_NOT_ALLOWED, TEXT_PLAIN, response);
}

static bool has_body(struct MHD_Connection *connection)
{
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_CONTENT_LENGTH);

	return (length && strcmp(length, "0")) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					   MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

static struct client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	struct http *http = arg;

	/* The library comes twice: with the headers, and with what follows them. */
	if (!*state) {
		*state = http;
		if (strcmp(method, "GET") && strcmp(method, "HEAD"))
			return refuse_method(connection);
		if (has_body(connection))
			return send_text(connection, HTTP_CONTENT_TOO_LARGE,
					 "a request here has no body\n");
		return MHD_YES;
	}
	clients_mark(http->clients, client_of(connection), false, time_now_ns());
	if (!strcmp(url, "/metrics"))
		return send_metrics(http, connection);
	if (!strcmp(url, "/"))
		return send_page(connection);
	if (!strcmp(url, "/healthz"))
		return send_health(http, connection);
	if (!strcmp(url, "/stuck"))
		return send_stuck(http, connection);
	return send_text(connection, MHD_HTTP_NOT_FOUND,
			 "not here: try /, /metrics, /healthz or /stuck\n");
}

static void came_or_went(void *arg, struct MHD_Connection *connection, void **context,
			 enum MHD_ConnectionNotificationCode what)
{
	struct http *http = arg;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (what == MHD_CONNECTION_NOTIFY_CLOSED)
		clients_went(http->clients, *context);
	else if (info)
		*context = clients_came(http->clients, info->connect_fd, time_now_ns());
}

static void served(void *arg, struct MHD_Connection *connection, void **state,
		   enum MHD_RequestTerminationCode why)
{
	struct http *http = arg;

	clients_mark(http->clients, client_of(connection), true, time_now_ns());
}

int http_start(struct http **result, int fd, const struct http_source *source)
{
	struct http *http = calloc(1, sizeof(*http));
	sigset_t all, before;
	int room = SEND_BYTES;

	if (!http)
		return -ENOMEM;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	http->source = source;
	http->clients = clients_create();
	if (!http->clients) {
		free(http);
		return -ENOMEM;
	}
	/* Signals are the reader's: the server's thread begins with none. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	http->daemon = MHD_start_daemon(MHD_USE_POLL_INTERNAL_THREAD, 0, NULL, NULL, answer, http,
					MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
					(unsigned int)CLIENTS_MAX,
					MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_BYTES,
					MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
					MHD_OPTION_NOTIFY_CONNECTION, came_or_went, http,
					MHD_OPTION_NOTIFY_COMPLETED, served, http, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!http->daemon) {
		clients_free(http->clients);
		free(http);
		return -EIO;
	}
	*result = http;
	return 0;
}

void http_stop(struct http *http)
{
	if (!http)
		return;
	MHD_stop_daemon(http->daemon);
	clients_free(http->clients);
	free(http);
}

bool http_close_slow(struct http *http, uint64_t time_ns)
{
	return clients_close_slow(http->clients, time_ns);
}
