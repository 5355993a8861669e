/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which records a user asked for. Within one sort of filter any value will do,
 * of several sorts all must agree. Losses always pass.
 */
#ifndef TRAIL_FILTER_H
#define TRAIL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/record.h"

#define FILTER_MAX 32 /* values of one sort */

/**
 * struct filter - zero: everything passes
 * @ports: of either end
 * @addresses: of either end, with @prefixes bits that count
 * @netns: inode numbers
 * @pids: of the task that caused a transition
 * @comms: names of that task
 * @states: bit n: state n, old or new; 0 for all
 * @kinds: which of the 256 kinds pass, if @by_kind
 */
struct filter {
	uint16_t ports[FILTER_MAX];
	unsigned int nports;
	uint8_t addresses[FILTER_MAX][16];
	unsigned int prefixes[FILTER_MAX];
	unsigned int naddresses;
	uint32_t netns[FILTER_MAX];
	unsigned int nnetns;
	uint32_t pids[FILTER_MAX];
	unsigned int npids;
	char comms[FILTER_MAX][17];
	unsigned int ncomms;
	uint64_t states;
	bool kinds[256];
	bool by_kind;
};

/** filter_is_empty() - everything passes: no need to ask */
bool filter_is_empty(const struct filter *f);

bool filter_match(const struct filter *f, const struct tcptrail_record *r);

/*
 * Each adds what a user wrote: one value, or several with commas between them.
 * 0, -EINVAL if a value is none of that sort, -E2BIG if there are too many.
 */
int filter_add_port(struct filter *f, const char *s);
int filter_add_address(struct filter *f, const char *s);
int filter_add_netns(struct filter *f, const char *s);
int filter_add_pid(struct filter *f, const char *s);
int filter_add_comm(struct filter *f, const char *s);
int filter_add_state(struct filter *f, const char *s);
int filter_add_kind(struct filter *f, const char *s);

#endif
