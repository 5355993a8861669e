/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the live tests stand on. They run as root in a guest (scripts/lab),
 * with the module loaded, and provoke each case with real sockets or, where
 * those cannot, with a peer of our own making behind a TUN device.
 */
#ifndef LIVE_H
#define LIVE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "userspace/trail/tcptrail.h"

/*
 * events.c: what was recorded since events_start(), as text: one event a line,
 * the records of one end of a connection only, in order.
 *
 *	S SYN_SENT>ESTABLISHED		full socket
 *	R NEW_SYN_RECV>CLOSE timeout	request socket
 *	T TIME_WAIT>TIME_WAIT fin	timewait minisocket
 *	A CLOSE_WAIT			accept()
 *	> SYN,ACK			sent
 *	< SYN,ACK			received
 */

/** events_start() - forget what was recorded so far */
void events_start(void);

/** events_start_history() - the same, with what the rings still hold */
void events_start_history(void);

/** events_stop() - close the trail */
void events_stop(void);

/**
 * expect_events() - fail unless just these events come, in this order
 * @netns: inode of the namespace, 0 for ours
 * @lport: this end's port
 * @rport: the other end's, 0 for whatever it is
 * @expected: "event\nevent\n..."; a line that begins with "?" may be missing
 *
 * Waits some seconds for them, and then for more that should not come.
 */
void expect_events(uint32_t netns, uint16_t lport, uint16_t rport, const char *expected);

/* As rport: the listening socket on lport itself. */
#define THE_LISTENER 65535

/** expect_apart() - the same, with transitions and segments told apart:
 * the segments of a kind are one sequence, all others another; what is in which
 * order between them depends on timing */
void expect_apart(uint32_t netns, uint16_t lport, uint16_t rport, const char *others,
		  const char *segments);

/** find_event() - the first record that is told as @event (wait for it), or fail */
struct tcptrail_record find_event(uint16_t lport, uint16_t rport, const char *event);

/** has_event() - is there one, up to now? */
bool has_event(uint16_t lport, uint16_t rport, const char *event);

/** all_records() - everything since events_start() up to now */
size_t all_records(const struct tcptrail_record **records);

uint32_t netns_inode(void);

/* sockets.c: both ends of a connection on this machine */

/**
 * struct pair - a connection over loopback
 * @listener: server's listening socket
 * @client: connecting end
 * @server: accepted end
 * @cport: client's port
 * @sport: server's port
 */
struct pair {
	int listener;
	int client;
	int server;
	uint16_t cport;
	uint16_t sport;
};

/** pair_listen() - only the listener, on a port of its own, on every address */
void pair_listen(struct pair *p, int family);

/** pair_connect() - listen, connect and accept */
void pair_connect(struct pair *p, int family);

/** pair_connect_more() - connect to the listener and accept */
void pair_connect_more(struct pair *p, int family);

/** pair_end() - close what is open */
void pair_end(struct pair *p);

/** close_now() - close with RST (SO_LINGER 0); sets *fd to -1 */
void close_now(int *fd);

/** close_fd() - close; sets *fd to -1 */
void close_fd(int *fd);

/** local_port() - of a socket */
uint16_t local_port(int fd);

void sleep_ms(unsigned int ms);

/** open_device() - for reading, nonblocking; fails the test if it cannot */
int open_device(void);

/** kernel_is_at_least() - this one's version */
bool kernel_is_at_least(int major, int minor);

/** info_of() - what the module says of itself */
struct tcptrail_info info_of(int fd);

/** write_file() - a sysctl or so; fails the test if it cannot */
void write_file(const char *path, const char *text);

/** run() - a shell command; fails the test unless its status is 0 */
void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* peer.c: a TCP peer of our own making, 10.99.0.2, behind a TUN device */

#define PEER_ADDRESS "10.99.0.2"
#define HOST_ADDRESS "10.99.0.1"

/**
 * struct peer - one connection with the host, seen from the peer
 * @port: the peer's
 * @host_port: the host's
 * @seq: next to send
 * @ack: next expected
 */
struct peer {
	uint16_t port;
	uint16_t host_port;
	uint32_t seq;
	uint32_t ack;
};

void peer_start(void);
void peer_stop(void);

/** peer_send() - a segment with @flags; seq advances over SYN, FIN and payload */
void peer_send(struct peer *peer, uint8_t flags, unsigned int payload);

/** peer_send_at() - the same with other numbers; nothing advances */
void peer_send_at(const struct peer *peer, uint8_t flags, uint32_t seq, uint32_t ack,
		  unsigned int payload);

/**
 * peer_expect() - wait for a segment with just these flags (PSH not counted)
 *
 * ack advances over it, and host_port is learned, unless it is a
 * retransmission. Others are skipped. Fails after some seconds.
 */
void peer_expect(struct peer *peer, uint8_t flags);

/** peer_send_unreachable() - ICMP: host unreachable, for the host's segment number @seq */
void peer_send_unreachable(const struct peer *peer, uint32_t seq);

/** peer_connect_to() - three-way handshake with a listener of the host */
void peer_connect_to(struct peer *peer, uint16_t host_port);

/** peer_half_open() - SYN and SYN-ACK only */
void peer_half_open(struct peer *peer, uint16_t host_port);

/** peer_new() - a peer with a port of its own and a fixed initial number */
struct peer peer_new(void);

/** socket_to_peer() - a TCP socket of the host that starts to connect to @peer (nonblocking) */
int socket_to_peer(const struct peer *peer);

/* The groups of tests, one per file. */
int group_open(void);
int group_request(void);
int group_bytes(void);
int group_close(void);
int group_reset(void);
int group_timewait(void);
int group_identity(void);
int group_netns(void);
int group_vrf(void);
int group_complete(void);
int group_device(void);
int group_access(void);
int group_map(void);
int group_random(void);
int group_params(void);
int group_cpus(void);
int group_unload(void);

#endif
