/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records from lines of text, so that a test reads like what happened:
 *
 *	0      A socket CLOSE SYN_SENT nolport comm=curl pid=812
 *	10     A out SYN seq=1000
 *	20100  B in SYN seq=1000
 *	20110  B request CLOSE NEW_SYN_RECV
 *
 * First the time in microseconds, then whose record it is: A is the client
 * 10.0.0.1:40000 in namespace 1 with cookie 101, B the server 10.0.0.2:80 in
 * namespace 2 with cookie 202. Received segments have no cookie. The rest are
 * the kind's own words and key=value pairs. "#" begins a comment.
 */
#ifndef TEST_SCRIPT_H
#define TEST_SCRIPT_H

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "userspace/base/record.h"
#include "userspace/base/array.h"
#include "userspace/base/names.h"

static inline void script_fail(const char *word, const char *line)
{
	fprintf(stderr, "script: '%s' in '%s'\n", word, line);
	abort();
}

static inline uint8_t script_state(const char *word, const char *line)
{
	int state = word ? state_parse(word) : -1;

	if (state < 0)
		script_fail(word ? word : "no state", line);
	return (uint8_t)state;
}

static inline uint8_t script_tcp_flags(const char *word, const char *line)
{
	uint8_t flags = 0;

	if (strstr(word, "SYN"))
		flags |= TCPTRAIL_SYN;
	if (strstr(word, "ACK"))
		flags |= TCPTRAIL_ACK;
	if (strstr(word, "FIN"))
		flags |= TCPTRAIL_FIN;
	if (strstr(word, "RST"))
		flags |= TCPTRAIL_RST;
	if (!flags)
		script_fail(word, line);
	return flags;
}

static inline uint8_t script_reason(const char *word, const char *line)
{
	uint8_t reason;

	for (reason = 0; reason <= TCPTRAIL_REASON_NO_PORT; reason++)
		if (!strcmp(reason_key(reason), word))
			return reason;
	script_fail(word, line);
	return 0;
}

static inline uint8_t script_reset_reason(const char *word, const char *line)
{
	uint8_t reason;

	for (reason = 0; reason < TCPTRAIL_RESETS; reason++)
		if (!strcmp(reset_reason_key(reason), word))
			return reason;
	script_fail(word, line);
	return 0;
}

static inline uint8_t script_cause(const char *word, const char *line)
{
	if (!strcmp(word, cause_key(TCPTRAIL_LOSS_LIMITED)))
		return TCPTRAIL_LOSS_LIMITED;
	if (!strcmp(word, cause_key(TCPTRAIL_LOSS_OVERWRITTEN)))
		return TCPTRAIL_LOSS_OVERWRITTEN;
	script_fail(word, line);
	return 0;
}

static inline void script_side(struct tcptrail_record *r, char side)
{
	const uint8_t client[4] = { 10, 0, 0, 1 }, server[4] = { 10, 0, 0, 2 };

	memset(r->laddr + 10, 0xff, 2);
	memset(r->raddr + 10, 0xff, 2);
	memcpy(r->laddr + 12, side == 'A' ? client : server, 4);
	memcpy(r->raddr + 12, side == 'A' ? server : client, 4);
	r->lport = side == 'A' ? 40000 : 80;
	r->rport = side == 'A' ? 80 : 40000;
	r->netns = side == 'A' ? 1 : 2;
	r->cookie = side == 'A' ? 101 : 202;
	r->family = AF_INET;
}

static inline void script_pair(struct tcptrail_record *r, const char *key, const char *value,
			       const char *line)
{
	unsigned long n = strtoul(value, NULL, 0);
	bool segment = r->kind == TCPTRAIL_SEGMENT;

	if (!strcmp(key, "seq") && segment) {
		r->segment.seq = n;
	} else if (!strcmp(key, "ack") && segment) {
		r->segment.ack = n;
	} else if (!strcmp(key, "len") && segment) {
		r->segment.len = n;
	} else if (!strcmp(key, "state") && segment) {
		r->segment.state = script_state(value, line);
	} else if (!strcmp(key, "reset_reason") && segment) {
		r->segment.reset_reason = script_reset_reason(value, line);
	} else if (!strcmp(key, "since") && r->kind == TCPTRAIL_LOSS) {
		r->loss.since_ns = 1000000000ULL + n * 1000;
	} else if (!strcmp(key, "cause") && r->kind == TCPTRAIL_LOSS) {
		r->loss.cause = script_cause(value, line);
	} else if (!strcmp(key, "cookie")) {
		r->cookie = n;
	} else if (!strcmp(key, "netns")) {
		r->netns = n;
	} else if (!strcmp(key, "port")) {
		if (r->lport == 80)
			r->rport = n;
		else
			r->lport = n;
	} else if (!strcmp(key, "raddr")) {
		inet_pton(AF_INET, value, r->raddr + 12);
	} else if (!strcmp(key, "age_us")) {
		record_set_min_age_ns(r, n * 1000);
	} else if (!strcmp(key, "err")) {
		r->transition.error = n;
	} else if (!strcmp(key, "pid")) {
		r->transition.pid = n;
		r->flags |= TCPTRAIL_F_TASK;
	} else if (!strcmp(key, "comm")) {
		memcpy(r->transition.comm, value, strnlen(value, 16));
		r->flags |= TCPTRAIL_F_TASK;
	} else if (!strcmp(key, "inode")) {
		r->transition.inode = n;
	} else if (!strcmp(key, "unread")) {
		r->transition.unread = n;
	} else if (!strcmp(key, "unacked")) {
		r->transition.unacked = n;
	} else if (!strcmp(key, "sent")) {
		r->transition.sent = n;
		r->flags |= TCPTRAIL_F_BYTES;
	} else if (!strcmp(key, "received")) {
		r->transition.received = n;
		r->flags |= TCPTRAIL_F_BYTES;
	} else if (!strcmp(key, "cgroup")) {
		r->transition.cgroup = n;
	} else if (!strcmp(key, "uid")) {
		r->transition.uid = n;
	} else if (!strcmp(key, "retransmits")) {
		r->transition.retransmits = n;
	} else if (!strcmp(key, "retrans_total")) {
		r->transition.retrans_total = n;
	} else if (!strcmp(key, "reason")) {
		r->transition.reason = script_reason(value, line);
	} else {
		script_fail(key, line);
	}
}

static inline void script_word(struct tcptrail_record *r, const char *word, const char *line)
{
	static const struct {
		const char *word;
		uint16_t flags;
	} flags[] = {
		{ "self", TCPTRAIL_F_SELF },
		{ "child", TCPTRAIL_F_CHILD },
		{ "orphan", TCPTRAIL_F_ORPHAN },
		{ "peer_fin", TCPTRAIL_F_PEER_FIN },
		{ "user_timeout", TCPTRAIL_F_USER_TIMEOUT },
		{ "mptcp", TCPTRAIL_F_MPTCP },
		{ "acked", TCPTRAIL_F_ACKED },
		{ "nolport", TCPTRAIL_F_NO_LPORT },
		{ "listener", TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT },
		{ "unaddressed", TCPTRAIL_F_NO_LADDR | TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_LPORT |
					 TCPTRAIL_F_NO_RPORT },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(flags[i].word, word))
			continue;
		r->flags |= flags[i].flags;
		if (flags[i].flags & TCPTRAIL_F_NO_LPORT)
			r->lport = 0;
		if (flags[i].flags & TCPTRAIL_F_NO_LADDR)
			memset(r->laddr, 0, 16);
		if (flags[i].flags & TCPTRAIL_F_NO_RADDR)
			memset(r->raddr, 0, 16);
		if (flags[i].flags & TCPTRAIL_F_NO_RPORT)
			r->rport = 0;
		return;
	}
	script_fail(word, line);
}

/* The kind and the words that every record of that kind has. */
static inline void script_kind(struct tcptrail_record *r, const char *kind, char **rest,
			       const char *line)
{
	char *word = strtok_r(NULL, " \t", rest);

	if (!word)
		script_fail(kind, line);
	if (!strcmp(kind, "out") || !strcmp(kind, "in")) {
		r->kind = TCPTRAIL_SEGMENT;
		r->segment.direction = *kind == 'o' ? TCPTRAIL_OUT : TCPTRAIL_IN;
		r->segment.tcp_flags = script_tcp_flags(word, line);
		if (*kind == 'i')
			r->cookie = 0;
		return;
	}
	if (!strcmp(kind, "loss")) {
		r->kind = TCPTRAIL_LOSS;
		r->loss.cause = TCPTRAIL_LOSS_OVERWRITTEN;
		r->loss.count = strtoul(word, NULL, 0);
		return;
	}
	r->kind = (uint8_t)kind_parse(kind);
	r->transition.old_state = script_state(word, line);
	r->transition.new_state = r->transition.old_state;
	if (r->kind != TCPTRAIL_ACCEPT && r->kind != TCPTRAIL_SNAPSHOT)
		r->transition.new_state = script_state(strtok_r(NULL, " \t", rest), line);
}

static inline struct tcptrail_record script_line(const char *line)
{
	struct tcptrail_record r = { 0 };
	char copy[256], *rest, *word, *value;

	snprintf(copy, sizeof(copy), "%s", line);
	word = strtok_r(copy, " \t", &rest);
	r.time_ns = 1000000000ULL + strtoull(word, NULL, 10) * 1000;
	word = strtok_r(NULL, " \t", &rest);
	if (!word || (*word != 'A' && *word != 'B'))
		script_fail(word ? word : "no side", line);
	script_side(&r, *word);
	word = strtok_r(NULL, " \t", &rest);
	if (!word)
		script_fail("no kind", line);
	script_kind(&r, word, &rest, line);
	while ((word = strtok_r(NULL, " \t", &rest))) {
		value = strchr(word, '=');
		if (value) {
			*value = '\0';
			script_pair(&r, word, value + 1, line);
		} else {
			script_word(&r, word, line);
		}
	}
	return r;
}

/** script_records() - all lines, by time; returns how many records they made */
static inline size_t script_records(const char *text, struct tcptrail_record *records, size_t max)
{
	char line[256];
	size_t count = 0, length, i;
	struct tcptrail_record r;

	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		line[strcspn(line, "#")] = '\0';
		if (!line[strspn(line, " \t")])
			continue;
		if (count == max)
			script_fail("too many lines", line);
		r = script_line(line);
		for (i = count++; i && records[i - 1].time_ns > r.time_ns; i--)
			records[i] = records[i - 1];
		records[i] = r;
	}
	return count;
}

#endif
