/* SPDX-License-Identifier: GPL-2.0 */
/* A trail made by hand: short connections as a busy server records them. */
#ifndef TCPTRAIL_GENERATE_H
#define TCPTRAIL_GENERATE_H

#include <stdint.h>

#include "module/uapi/tcptrail.h"

/* Records of one life. */
#define GENERATE_STEPS 12

/** generate_step() - record @step of @connection's life, but for its time and number */
void generate_step(struct tcptrail_record *r, uint64_t connection, unsigned int step);

/**
 * struct generator - connections that take their steps in turn; zero but for what is said here
 * @live: so many connections are open at a time
 * @time_ns: of the last record
 * @made: records made
 */
struct generator {
	uint64_t live;
	uint64_t time_ns;
	uint64_t made;
};

/** generate() - the next records; @live, from 1, never changes */
void generate(struct generator *g, struct tcptrail_record *records, size_t count);

#endif
