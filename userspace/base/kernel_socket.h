/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel knows of a socket now and no record has: its timer, its queues,
 * when data last moved. It stands beside the snapshot's records, by cookie.
 */
#ifndef BASE_KERNEL_SOCKET_H
#define BASE_KERNEL_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

/** enum kernel_timer - which timer runs, as sock_diag numbers them */
enum kernel_timer {
	KERNEL_TIMER_NONE = 0,
	KERNEL_TIMER_RETRANSMIT = 1,
	KERNEL_TIMER_KEEPALIVE = 2,
	KERNEL_TIMER_MINISOCKET = 3,
	KERNEL_TIMER_PROBE = 4, /* the peer's window is closed: ask whether it still is */
};

/**
 * struct kernel_socket - one socket
 * @cookie: its name
 * @timer: enum kernel_timer; of a request socket its SYN-ACK's, as RETRANSMIT
 * @retransmits: how often in a row the timer has repeated something, or probed
 * @backoff: how often the timer's time was doubled
 * @has_info: the fields that follow are known
 * @end_unread: the peer's FIN has come, and no read() has got so far. One that took the
 *	last byte may have taken the FIN with it, and not told the end of file
 * @sent_ms: milliseconds since data was last sent, or sent again; KERNEL_NEVER_MS
 * @received_ms: likewise, received
 * @acked_ms: since the peer last acknowledged anything
 * @unsent: bytes written that were never sent
 * @mss: payload bytes of a full segment; 0: not known, as are the next two
 * @pmtu: bytes of the largest packet that the path is believed to take
 * @acked_bytes: payload bytes that the peer has acknowledged in all, at most UINT32_MAX
 * @resent: how many segments were sent again in all, this machine's own failures left out
 * @repeated_ms: for how long at the least the timer has repeated one segment in vain
 * @window: bytes that the peer has room for; UINT32_MAX: this kernel does not tell
 * @expires_ms: until the timer is due
 * @queued: of a listener: how many connections wait to be accepted
 * @backlog: of a listener: how many may
 */
struct kernel_socket {
	uint64_t cookie;
	uint8_t timer;
	uint8_t retransmits;
	uint8_t backoff;
	bool has_info;
	bool end_unread;
	uint32_t sent_ms;
	uint32_t received_ms;
	uint32_t acked_ms;
	uint32_t unsent;
	uint32_t mss;
	uint32_t pmtu;
	uint32_t acked_bytes;
	uint32_t resent;
	uint32_t repeated_ms;
	uint32_t window;
	uint32_t expires_ms;
	uint32_t queued;
	uint32_t backlog;
};

#define KERNEL_NEVER_MS UINT32_MAX

#define KERNEL_PROBES_LOST 3 /* so many in a row without an answer are no accident */

/** kernel_socket_has_room() - has the peer room for what would be sent next? False if not known */
static inline bool kernel_socket_has_room(const struct kernel_socket *s)
{
	return s->has_info && s->mss && s->unsent && s->window != UINT32_MAX &&
	       s->window >= (s->unsent < s->mss ? s->unsent : s->mss);
}

/**
 * kernel_socket_not_leaving() - does what it repeats not leave this machine?
 *
 * The retransmission timer counts each time that it goes off, @resent what was handed on: a
 * route that is gone, or a device that does not send, makes the difference. If not even the
 * first segment left, the kernel probes a window that has room.
 */
static inline bool kernel_socket_not_leaving(const struct kernel_socket *s)
{
	if (s->timer == KERNEL_TIMER_PROBE)
		return s->retransmits > 1 && kernel_socket_has_room(s);
	return s->timer == KERNEL_TIMER_RETRANSMIT && s->mss && s->retransmits > s->resent;
}

/**
 * kernel_socket_zero_window() - does the peer keep its window closed, while we have data for it?
 *
 * Then it answers our probes. A peer that does not answer them may have closed its window
 * before, but now it cannot be reached.
 */
static inline bool kernel_socket_zero_window(const struct kernel_socket *s)
{
	return s->timer == KERNEL_TIMER_PROBE && s->retransmits < KERNEL_PROBES_LOST &&
	       !kernel_socket_has_room(s);
}

/** kernel_socket_heard_ms() - for how many milliseconds nothing has come from the peer */
static inline uint64_t kernel_socket_heard_ms(const struct kernel_socket *s)
{
	return s->acked_ms < s->received_ms ? s->acked_ms : s->received_ms;
}

/**
 * kernel_socket_still_ms() - for how many milliseconds no data has been acknowledged
 *
 * The answer to a window probe acknowledges nothing new, but it counts as an
 * acknowledgement in @acked_ms: while the window is closed, @sent_ms tells. What is
 * repeated was not acknowledged since then; it may have been sent long after the last
 * acknowledgement.
 */
static inline uint64_t kernel_socket_still_ms(const struct kernel_socket *s)
{
	if (s->timer == KERNEL_TIMER_RETRANSMIT && s->repeated_ms)
		return s->repeated_ms;
	return kernel_socket_zero_window(s) && s->sent_ms != KERNEL_NEVER_MS ? s->sent_ms :
									       s->acked_ms;
}

/** kernel_socket_quiet_ms() - for how many milliseconds no data has gone either way */
static inline uint64_t kernel_socket_quiet_ms(const struct kernel_socket *s)
{
	return s->sent_ms < s->received_ms ? s->sent_ms : s->received_ms;
}

/** enum kernel_keepalive - does the kernel ask an idle peer whether it lives (SO_KEEPALIVE)? */
enum kernel_keepalive {
	KERNEL_KEEPALIVE_UNKNOWN = 0, /* another timer runs, which hides it */
	KERNEL_KEEPALIVE_ON,
	KERNEL_KEEPALIVE_OFF,
};

/** kernel_socket_keepalive() - of an ESTABLISHED or CLOSE-WAIT socket */
static inline enum kernel_keepalive kernel_socket_keepalive(const struct kernel_socket *s)
{
	return s->timer == KERNEL_TIMER_NONE	  ? KERNEL_KEEPALIVE_OFF :
	       s->timer == KERNEL_TIMER_KEEPALIVE ? KERNEL_KEEPALIVE_ON :
						    KERNEL_KEEPALIVE_UNKNOWN;
}

/** kernel_socket_queue_full() - of a listener: is its accept queue full? */
static inline bool kernel_socket_queue_full(const struct kernel_socket *s)
{
	return s->queued > s->backlog;
}

#endif
