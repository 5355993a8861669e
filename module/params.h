/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The module's parameters, checked when they are given.
 */
#ifndef TCPTRAIL_PARAMS_H
#define TCPTRAIL_PARAMS_H

#include "uapi/tcptrail.h"

/** tcptrail_params_ring_kib() - size of one CPU's ring in KiB, a power of two */
unsigned int tcptrail_params_ring_kib(void);

/** tcptrail_params_syn_rate() - see limit.h; 0: no limit */
unsigned int tcptrail_params_syn_rate(void);

/** tcptrail_params_ports_init() - turn the port filter on if ports were given */
void tcptrail_params_ports_init(void);

/**
 * tcptrail_params_segments_init() - attach the segment hooks if wanted; from now on the
 *	parameter switches them
 */
void tcptrail_params_segments_init(void);

/** tcptrail_params_segments_exit() - detach them; from now on the parameter does nothing */
void tcptrail_params_segments_exit(void);

/** tcptrail_params_fill() - what @info tells of the parameters */
void tcptrail_params_fill(struct tcptrail_info *info);

#endif
