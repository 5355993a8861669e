/* SPDX-License-Identifier: GPL-2.0 */
/* A tracker fed with a script, a scan of it, and what it found in words. */
#ifndef TEST_STUCK_TOOLS_H
#define TEST_STUCK_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "tests/unit/script.h"
#include "userspace/base/time.h"
#include "userspace/print/stuck_out.h"

#define STUCK_RECORDS_MAX 64

static inline struct tracker *stuck_tracker(uint32_t max_conns)
{
	struct tracker_config config = { .max_conns = max_conns, .join = true, .apart = true };
	struct tracker *tracker;

	assert_int_equal(tracker_create(&tracker, &config), 0);
	return tracker;
}

static inline struct tracker *stuck_script(const char *script)
{
	struct tcptrail_record records[STUCK_RECORDS_MAX];
	struct tracker *tracker = stuck_tracker(0);

	tracker_feed(tracker, records, script_records(script, records, STUCK_RECORDS_MAX));
	return tracker;
}

/** stuck_feed_as() - a record of @line for a connection of its own */
static inline void stuck_feed_as(struct tracker *tracker, const char *line, uint16_t number)
{
	struct tcptrail_record r = script_line(line);

	r.cookie = 1000 + number;
	r.lport = (uint16_t)(40000 + number);
	tracker_feed(tracker, &r, 1);
}

/** stuck_scan_all() - in one step; its result */
static inline const struct stuck_result *stuck_scan_all(struct stuck_scan **scan,
							const struct stuck_query *query)
{
	assert_int_equal(stuck_find(scan, query), 0);
	return stuck_scan_result(*scan);
}

/** stuck_in_slices() - @step connections at a time */
static inline const struct stuck_result *
stuck_in_slices(struct stuck_scan *scan, const struct stuck_query *query, size_t step)
{
	int done;

	stuck_scan_begin(scan, query);
	while (!(done = stuck_scan_step(scan, step)))
		;
	assert_int_equal(done, 1);
	return stuck_scan_result(scan);
}

/** stuck_verdict() - its name, empty for none */
static inline const char *stuck_verdict(const struct finding *f)
{
	return f->rule == FINDING_NO_RULE ? "" : verdict_name((unsigned int)f->rule);
}

/** stuck_by() - how many sockets are stuck by this verdict */
static inline uint64_t stuck_by(const struct stuck_result *result, const char *name)
{
	unsigned int rule = 0;

	while (strcmp(verdict_name(rule), name) != 0)
		rule++;
	return result->gauges.stuck[rule];
}

/** stuck_by_name() - the finding with this verdict */
static inline const struct finding *stuck_by_name(const struct stuck_result *result,
						  const char *name)
{
	size_t i;

	for (i = 0; i < result->count; i++)
		if (!strcmp(stuck_verdict(&result->findings[i]), name))
			return &result->findings[i];
	fail_msg("%s: %zu are found, none so", name, result->count);
	return NULL;
}

/** stuck_out_of() - for words on a result */
static inline struct stuck_out stuck_out_of(const struct stuck_result *result)
{
	return (struct stuck_out){
		.tracker = result->query.tracker,
		.now_ns = result->query.now_ns,
		.kernel = result->query.kernel,
	};
}

/** stuck_line() - one finding in JSON, appended */
static inline void stuck_line(const struct stuck_out *o, struct buf *out, const struct finding *f)
{
	const struct stuck_group group = stuck_group_of(&f, o->now_ns);

	stuck_json(o, out, &group);
}

/** stuck_words_of() - one finding in words */
static inline void stuck_words_of(const struct stuck_out *o, const struct finding *f,
				  struct stuck_words *words)
{
	const struct stuck_group group = stuck_group_of(&f, o->now_ns);

	stuck_words(o, &group, words);
}

/** stuck_paragraphs() - and in text */
static inline void stuck_paragraphs(const struct stuck_out *o, struct buf *out,
				    const struct finding *f)
{
	const struct stuck_group group = stuck_group_of(&f, o->now_ns);

	stuck_text(o, out, &group);
}

/** stuck_unfold() - the words of a paragraph, whatever line they are on */
static inline void stuck_unfold(char *text)
{
	char *to = text;
	bool space = false;

	for (; *text; text++) {
		if (*text == ' ' || *text == '\n') {
			space = true;
			continue;
		}
		if (space)
			*to++ = ' ';
		space = false;
		*to++ = *text;
	}
	*to = '\0';
}

/**
 * struct stuck_kernel - a kernel that knows some sockets, and one range of ports
 * @sockets: until a cookie of 0
 * @ports: the range; zero: the usual one
 */
struct stuck_kernel {
	const struct kernel_socket *sockets;
	struct source_ports ports;
};

static inline const struct kernel_socket *stuck_kernel_socket(const void *arg, uint64_t cookie)
{
	const struct stuck_kernel *kernel = arg;
	const struct kernel_socket *s = kernel->sockets;

	while (s && s->cookie && s->cookie != cookie)
		s++;
	return s && s->cookie ? s : NULL;
}

static inline struct source_ports stuck_kernel_ports(const void *arg, uint32_t netns)
{
	const struct stuck_kernel *kernel = arg;

	return kernel->ports.count ? kernel->ports : SOURCE_PORTS_DEFAULT;
}

static inline struct kernel_view stuck_kernel_view(const struct stuck_kernel *kernel,
						   uint64_t at_ns)
{
	return (struct kernel_view){ stuck_kernel_socket, stuck_kernel_ports, NULL, kernel, at_ns };
}

#endif
