/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For scenes between alice and bob: sockets in either namespace, their sequence
 * numbers, rules that drop segments on the way, and forged segments.
 */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/tcp.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ALICE "10.0.0.1"
#define BOB "10.0.0.2"
#define ALICE_PORT 40000

#define FIN 0x01
#define SYN 0x02
#define RST 0x04
#define ACK 0x10

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

static inline void must(long result, const char *what)
{
	if (result < 0)
		die(what);
}

static inline void pause_ms(unsigned int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&t, NULL);
}

static inline void __attribute__((format(printf, 1, 2))) run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command)) {
		fprintf(stderr, "scene: %s: failed\n", command);
		exit(1);
	}
}

/* What follows is done at that host, and in its name. */
static inline void be(const char *host)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", host);
	fd = open(path, O_RDONLY);
	must(fd, path);
	must(setns(fd, CLONE_NEWNET), "setns");
	close(fd);
	prctl(PR_SET_NAME, host);
}

static inline void set(int fd, int level, int option, int value)
{
	must(setsockopt(fd, level, option, &value, sizeof(value)), "setsockopt");
}

static inline struct sockaddr_in at(const char *address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &a.sin_addr);
	return a;
}

/* A socket of @host, bound to its @port if that is not 0. */
static inline int socket_at(const char *host, uint16_t port)
{
	struct sockaddr_in a = at(strcmp(host, "alice") ? BOB : ALICE, port);
	int fd;

	be(host);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	must(fd, "socket");
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (port)
		must(bind(fd, (struct sockaddr *)&a, sizeof(a)), "bind");
	return fd;
}

static inline int listen_at(uint16_t port)
{
	int fd = socket_at("bob", port);

	must(listen(fd, 16), "listen");
	return fd;
}

/* Its errno, or 0. */
static inline int connect_to(int fd, const char *address, uint16_t port)
{
	struct sockaddr_in a = at(address, port);

	return connect(fd, (struct sockaddr *)&a, sizeof(a)) ? errno : 0;
}

/* Does not wait for an answer. */
static inline void begin_to_connect(int fd, const char *address, uint16_t port)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	connect_to(fd, address, port);
	fcntl(fd, F_SETFL, 0);
}

static inline void send_bytes(int fd, unsigned int count)
{
	static const char bytes[4096];

	must(send(fd, bytes, count, MSG_NOSIGNAL), "send");
}

static inline void read_some(int fd, size_t count)
{
	char bytes[4096];

	must(recv(fd, bytes, count, MSG_WAITALL), "recv");
}

/* Reads until the other end closes. */
static inline void read_all(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
}

/* Waits for something to read, the other's FIN included. */
static inline void wait_for(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };

	if (poll(&p, 1, 20000) != 1)
		die("scene: nothing came");
}

/* With linger 0. */
static inline void abort_now(int fd)
{
	const struct linger now = { 1, 0 };

	must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), "SO_LINGER");
	close(fd);
}

/* What an established socket sends, or is sent, next. */
static inline uint32_t sequence(int fd, int queue)
{
	uint32_t seq;
	socklen_t length = sizeof(seq);

	set(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_ON);
	set(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, queue);
	must(getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq, &length), "TCP_QUEUE_SEQ");
	set(fd, IPPROTO_TCP, TCP_REPAIR, TCP_REPAIR_OFF_NO_WP);
	return seq;
}

/* Segments that @host receives and @match are lost, and so the first if @once. */
static inline void lose(const char *host, const char *match, bool once)
{
	run("ip netns exec %s nft 'add rule ip wire in %s %s drop'", host, match,
	    once ? "limit rate 1/hour burst 1 packets" : "");
}

static inline void reject(const char *host, const char *match, const char *how)
{
	run("ip netns exec %s nft 'add rule ip wire in %s reject with icmp %s'", host, match, how);
}

static inline void lose_no_more(const char *host)
{
	run("ip netns exec %s nft flush chain ip wire in", host);
}

static inline void set_sysctl(const char *host, const char *name, const char *value)
{
	char path[128];
	int fd;

	be(host);
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die(path);
	close(fd);
}

static inline uint16_t checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* A segment as the wire has it. */
struct segment {
	const char *from;
	const char *to;
	uint16_t from_port;
	uint16_t to_port;
	uint8_t flags;
	uint32_t seq;
	uint32_t ack;
	unsigned int payload;
};

/* Puts it on the wire behind @host's back, and past the link's delay. */
static inline void forge(const char *host, const struct segment *s)
{
	struct {
		struct {
			uint8_t version, tos;
			uint16_t length, id, fragment;
			uint8_t ttl, protocol;
			uint16_t sum;
			struct in_addr from, to;
		} ip;
		struct tcphdr tcp;
		uint8_t payload[256];
	} p = { .ip = { 0x45, .ttl = 64, .protocol = IPPROTO_TCP } };
	struct sockaddr_ll link = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_IP),
				    .sll_halen = ETH_ALEN };
	struct ifreq request = { .ifr_name = "veth0" };
	size_t tcp_length = sizeof(p.tcp) + s->payload;
	size_t length = sizeof(p.ip) + tcp_length;
	int fd;

	inet_pton(AF_INET, s->from, &p.ip.from);
	inet_pton(AF_INET, s->to, &p.ip.to);
	p.ip.length = htons((uint16_t)length);
	p.ip.sum = checksum((uint8_t *)&p.ip, sizeof(p.ip), 0);
	p.tcp.source = htons(s->from_port);
	p.tcp.dest = htons(s->to_port);
	p.tcp.seq = htonl(s->seq);
	p.tcp.ack_seq = htonl(s->ack);
	p.tcp.doff = sizeof(p.tcp) / 4;
	((uint8_t *)&p.tcp)[13] = s->flags;
	p.tcp.window = htons(65535);
	p.tcp.check = checksum((uint8_t *)&p.tcp, tcp_length,
			       IPPROTO_TCP + (uint32_t)tcp_length +
				       ntohs((uint16_t)~checksum((uint8_t *)&p.ip.from, 8, 0)));

	/* the other host's address on the link */
	be(strcmp(host, "alice") ? "alice" : "bob");
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	must(ioctl(fd, SIOCGIFHWADDR, &request), "SIOCGIFHWADDR");
	memcpy(link.sll_addr, request.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);

	be(host);
	link.sll_ifindex = (int)if_nametoindex("veth0");
	fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	must(fd, "AF_PACKET");
	set(fd, SOL_PACKET, PACKET_QDISC_BYPASS, 1);
	must(sendto(fd, &p, length, 0, (struct sockaddr *)&link, sizeof(link)), "sendto");
	close(fd);
}

#endif
