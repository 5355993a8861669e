/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the numbers of a record are called: by people as in RFC 9293
 * (CLOSE-WAIT), by machines as node_exporter writes it (close_wait).
 * Numbers that have no name (yet) are called by their number.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdint.h>

#include "module/uapi/tcptrail.h"

#define STATE_NAME_MAX 12 /* NEW-SYN-RECV, FIN-WAIT-1 ... */

/** state_name() - for people: "CLOSE-WAIT"; SYN-RECEIVED is "SYN-RECV" for its length */
const char *state_name(uint8_t state);

/** state_key() - for machines: "close_wait" */
const char *state_key(uint8_t state);

/**
 * state_parse() - a state as a user writes it
 *
 * Takes both spellings, in any case, "-" and "_" alike, also without them
 * (CLOSEWAIT, FIN_WAIT1), and SYN-RECEIVED. Return: the state, or -EINVAL.
 */
int state_parse(const char *s);

/** kind_key() - "socket", "request", "timewait", "accept", "segment", "loss", "snapshot" */
const char *kind_key(uint8_t kind);

/** kind_parse() - the reverse; -EINVAL */
int kind_parse(const char *s);

/** reason_key() - "none", "established", "timeout" ...: as in enum tcptrail_reason */
const char *reason_key(uint8_t reason);

/** reset_reason_key() - "no_socket", "unread" ...: as in enum tcptrail_reset_reason */
const char *reset_reason_key(uint8_t reason);

/** cause_key() - "limited", "overwritten", "snapshot" */
const char *cause_key(uint8_t cause);

/** cause_text() - for people, why it happened and what helps */
const char *cause_text(uint8_t cause);

/** hook_key() - "state", "request_begin" ... */
const char *hook_key(unsigned int hook);

/** hook_loss() - for people: what is missing from the trail without this hook */
const char *hook_loss(unsigned int hook);

/** error_key() - "ECONNRESET"; "" for 0, NULL for a number that is no error */
const char *error_key(unsigned int error);

#define TCP_FLAGS_MAX 32

/** put_tcp_flags() - "SYN,ACK"; "-" if none is set; at most TCP_FLAGS_MAX bytes; returns the end */
char *put_tcp_flags(char *p, uint8_t flags);

#endif
