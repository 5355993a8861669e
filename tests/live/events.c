// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "live.h"

#define WAIT_MS 8000
#define QUIET_MS 150 /* nothing more may come for so long */
#define TEXT 16384

static struct tcptrail *trail;
static struct tcptrail_record *records;
static size_t count, room;

uint32_t netns_inode(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/net", &st), 0);
	return (uint32_t)st.st_ino;
}

void events_stop(void)
{
	tcptrail_close(trail);
	trail = NULL;
}

static void start(enum tcptrail_from from)
{
	events_stop();
	count = 0;
	assert_int_equal(tcptrail_open_device(&trail, TCPTRAIL_DEVICE, from), 0);
}

void events_start(void)
{
	start(TCPTRAIL_FROM_NOW);
}

void events_start_history(void)
{
	start(TCPTRAIL_FROM_HISTORY);
}

/* Read what there is after up to @ms; false if nothing came. */
static bool gather(int ms)
{
	const struct tcptrail_record *batch;
	int n;

	if (tcptrail_wait(trail, ms) == 0)
		return false;
	n = tcptrail_read(trail, &batch);
	assert_true(n >= 0);
	if (count + (size_t)n > room) {
		room = (count + (size_t)n) * 2;
		struct tcptrail_record *more = realloc(records, room * sizeof(*records));

		assert_non_null(more);
		records = more;
	}
	memcpy(records + count, batch, (size_t)n * sizeof(*batch));
	count += (size_t)n;
	return true;
}

size_t all_records(const struct tcptrail_record **all)
{
	while (gather(QUIET_MS))
		;
	*all = records;
	return count;
}

static const char *state(uint8_t s)
{
	static const char *const names[] = {
		[TCPTRAIL_ESTABLISHED] = "ESTABLISHED",
		[TCPTRAIL_SYN_SENT] = "SYN_SENT",
		[TCPTRAIL_SYN_RECV] = "SYN_RECV",
		[TCPTRAIL_FIN_WAIT1] = "FIN_WAIT1",
		[TCPTRAIL_FIN_WAIT2] = "FIN_WAIT2",
		[TCPTRAIL_TIME_WAIT] = "TIME_WAIT",
		[TCPTRAIL_CLOSE] = "CLOSE",
		[TCPTRAIL_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCPTRAIL_LAST_ACK] = "LAST_ACK",
		[TCPTRAIL_LISTEN] = "LISTEN",
		[TCPTRAIL_CLOSING] = "CLOSING",
		[TCPTRAIL_NEW_SYN_RECV] = "NEW_SYN_RECV",
	};

	return s < sizeof(names) / sizeof(*names) && names[s] ? names[s] : "?";
}

static const char *reason(uint8_t r)
{
	static const char *const names[] = {
		"",	   " established", " timeout",	  " reset",  " listener",  " netns",
		" fin",	   " segment",	   " syn",	  " reuse",  " data",	   " killed",
		" icmp",   " repair",	   " disconnect", " linger", " duplicate", " linger2",
		" closed", " unsent",	   " no_port"
	};

	return r < sizeof(names) / sizeof(*names) ? names[r] : " ?";
}

static void tell_segment(char *text, size_t size, const struct tcptrail_segment *s)
{
	static const struct {
		uint8_t flag;
		const char *name;
	} flags[] = { { TCPTRAIL_SYN, "SYN" },
		      { TCPTRAIL_FIN, "FIN" },
		      { TCPTRAIL_RST, "RST" },
		      { TCPTRAIL_ACK, "ACK" } };
	size_t n = (size_t)snprintf(text, size, "%c ", s->direction == TCPTRAIL_OUT ? '>' : '<');
	const char *comma = "";

	for (size_t i = 0; i < 4; i++) {
		if (s->tcp_flags & flags[i].flag) {
			n += (size_t)snprintf(text + n, size - n, "%s%s", comma, flags[i].name);
			comma = ",";
		}
	}
}

static void tell(char *text, size_t size, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	char kind = r->kind == TCPTRAIL_SOCKET ? 'S' : r->kind == TCPTRAIL_REQUEST ? 'R' : 'T';

	if (r->kind == TCPTRAIL_SEGMENT)
		tell_segment(text, size, &r->segment);
	else if (r->kind == TCPTRAIL_ACCEPT)
		snprintf(text, size, "A %s", state(t->new_state));
	else if (r->kind == TCPTRAIL_LOSS)
		snprintf(text, size, "LOSS cause %u", r->loss.cause);
	else
		snprintf(text, size, "%c %s>%s%s", kind, state(t->old_state), state(t->new_state),
			 reason(t->reason));
}

/*
 * A record without a remote port belongs to the end with that local port if it
 * is a child at its birth, and to a listener otherwise. One without a local
 * port is a connect() that has none yet.
 */
static bool belongs(const struct tcptrail_record *r, uint32_t netns, uint16_t lport, uint16_t rport)
{
	if (r->kind == TCPTRAIL_LOSS)
		return true;
	if (r->netns != netns)
		return false;
	if (r->flags & TCPTRAIL_F_NO_LPORT)
		return rport && r->rport == rport;
	if (r->lport != lport)
		return false;
	if (r->flags & TCPTRAIL_F_NO_RPORT && !(r->flags & TCPTRAIL_F_CHILD))
		return rport == THE_LISTENER;
	return !rport || r->flags & TCPTRAIL_F_NO_RPORT || r->rport == rport;
}

enum which { ALL, SEGMENTS, OTHERS };

static void tell_all(char *text, uint32_t netns, uint16_t lport, uint16_t rport, enum which which)
{
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < count && n < TEXT - 64; i++) {
		bool is_segment = records[i].kind == TCPTRAIL_SEGMENT;

		if (!belongs(&records[i], netns, lport, rport) ||
		    (which == SEGMENTS && !is_segment) || (which == OTHERS && is_segment))
			continue;
		tell(text + n, TEXT - n - 1, &records[i]);
		n += strlen(text + n);
		text[n++] = '\n';
		text[n] = 0;
	}
}

/* Lines of @expected that begin with "?" may be missing in @got. */
static bool matches(const char *got, const char *expected)
{
	while (*expected) {
		bool optional = *expected == '?';
		const char *line = expected + optional;
		size_t len = strcspn(line, "\n") + 1;

		if (!strncmp(got, line, len))
			got += len;
		else if (!optional)
			return false;
		expected = line + len;
	}
	return !*got;
}

static void expect(uint32_t netns, uint16_t lport, uint16_t rport, enum which which,
		   const char *expected)
{
	static char got[TEXT];
	int waited = 0;

	if (!netns)
		netns = netns_inode();
	for (;;) {
		bool more = gather(QUIET_MS);

		tell_all(got, netns, lport, rport, which);
		if (more)
			continue;
		if (matches(got, expected))
			return;
		waited += QUIET_MS;
		if (waited > WAIT_MS)
			break;
	}
	fail_msg("end %u (peer %u): expected\n%sbut the trail has\n%s", lport, rport, expected,
		 got);
}

void expect_events(uint32_t netns, uint16_t lport, uint16_t rport, const char *expected)
{
	expect(netns, lport, rport, ALL, expected);
}

void expect_apart(uint32_t netns, uint16_t lport, uint16_t rport, const char *others,
		  const char *segments)
{
	expect(netns, lport, rport, OTHERS, others);
	expect(netns, lport, rport, SEGMENTS, segments);
}

/* From record *i on; *i is where it was found, or where to look next time. */
static bool find(size_t *i, uint16_t lport, uint16_t rport, const char *event)
{
	uint32_t netns = netns_inode();
	char text[128];

	for (; *i < count; ++*i) {
		tell(text, sizeof(text), &records[*i]);
		if (records[*i].kind != TCPTRAIL_LOSS && !strcmp(text, event) &&
		    belongs(&records[*i], netns, lport, rport))
			return true;
	}
	return false;
}

bool has_event(uint16_t lport, uint16_t rport, const char *event)
{
	size_t i = 0;

	gather(QUIET_MS);
	return find(&i, lport, rport, event);
}

struct tcptrail_record find_event(uint16_t lport, uint16_t rport, const char *event)
{
	static char got[TEXT];
	size_t i = 0;

	for (int waited = 0; waited <= WAIT_MS; waited += QUIET_MS) {
		gather(waited ? QUIET_MS : 0);
		if (find(&i, lport, rport, event))
			return records[i];
	}
	tell_all(got, netns_inode(), lport, rport, ALL);
	fail_msg("end %u (peer %u): no %s, but the trail has\n%s", lport, rport, event, got);
	abort();
}
