// SPDX-License-Identifier: GPL-2.0
/*
 * wire DEVICE FROM:PORT TO:PORT STEP...
 *
 * A host without a kernel: it speaks TCP, as its script says, through the TUN device
 * DEVICE, from FROM, to the kernel at TO. For what no kernel sends: a RST with a wrong
 * number, a SYN inside a connection, an ACK for a connection that never was. Addresses
 * are IPv4, numeric or from /etc/hosts.
 *
 *	tx FLAGS [KEY=VALUE]...	send a segment. FLAGS are of S F R P A. It has the
 *				next sequence number and acknowledges all that came;
 *				KEY is one of
 *				  seq, ack	so much more, or less (seq=-1)
 *				  len		bytes of payload
 *				  win		the window (65535)
 *				  ts		a timestamp option with this TSval
 *				What has a "seq" moves no number of the script's own.
 *	rx FLAGS		wait for a segment with exactly these flags (P does not
 *				count), up to 100 s; others that come first are passed over
 *	ack S			for S seconds acknowledge all that comes
 *	drop			forget what has come and was not looked at
 *	port N			speak from another port: a new connection
 *	isn N			the next sequence number is N: as after a restart
 *	sleep S  until FILE  tell FILE
 *
 * It ends with status 1 if what rx waits for does not come.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define RX_WAIT_MS 100000

static const char flag_letters[] = "FSRPA"; /* bit 0 is FIN */
#define FIN 0x01
#define SYN 0x02
#define PSH 0x08
#define ACK 0x10

/* What stands before the options, as on the wire. */
struct packet {
	struct {
		uint8_t version, tos;
		uint16_t length, id, fragment;
		uint8_t ttl, protocol;
		uint16_t sum;
		struct in_addr from, to;
	} ip;
	struct tcphdr tcp;
	uint8_t rest[2048];
} __attribute__((packed, aligned(4)));

static struct {
	int tun;
	struct sockaddr_in from, to;
	uint32_t snd_nxt, rcv_nxt, peer_ts;
	bool acks; /* something has come that can be acknowledged */
} self;

static char **words;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void mistake(const char *what, const char *word)
{
	fprintf(stderr, "wire: %s: %s\n", word, what);
	exit(2);
}

static char *next_word(void)
{
	if (!*words)
		mistake("an argument is missing after it", words[-1]);
	return *words++;
}

static uint32_t number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end)
		mistake("not a number", text);
	return (uint32_t)n;
}

static struct sockaddr_in endpoint(char *word)
{
	struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM }, *found;
	char *port = strchr(word, ':');
	struct sockaddr_in at;

	if (!port)
		mistake("not HOST:PORT", word);
	*port++ = '\0';
	if (getaddrinfo(word, port, &hints, &found))
		mistake("no such address", word);
	memcpy(&at, found->ai_addr, sizeof(at));
	freeaddrinfo(found);
	return at;
}

static int attach(const char *device)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR);

	if (fd < 0)
		die("/dev/net/tun");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", device);
	if (ioctl(fd, TUNSETIFF, &request))
		die(device);
	return fd;
}

static uint8_t parse_flags(const char *letters)
{
	uint8_t flags = 0;

	for (; *letters; letters++) {
		const char *at = strchr(flag_letters, *letters);

		if (!at)
			mistake("no flags: of S F R P A", letters);
		flags |= (uint8_t)(1 << (at - flag_letters));
	}
	return flags;
}

static uint8_t flags_of(const struct packet *p)
{
	return ((const uint8_t *)&p->tcp)[13] & 0x1f;
}

static uint32_t sum_up(const void *bytes, size_t length, uint32_t sum)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)(b[i] << 8 | b[i + 1]);
	if (length & 1)
		sum += (uint32_t)b[length - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* The options that a segment has: NOP, NOP, timestamps. */
static size_t put_timestamp(uint8_t *at, uint32_t value)
{
	const uint8_t head[] = { 1, 1, 8, 10 };
	uint32_t times[] = { htonl(value), htonl(self.peer_ts) };

	memcpy(at, head, sizeof(head));
	memcpy(at + sizeof(head), times, sizeof(times));
	return sizeof(head) + sizeof(times);
}

static void take_timestamp(const struct packet *p)
{
	size_t end = p->tcp.doff * 4U - sizeof(p->tcp);

	for (size_t i = 0; i + 9 < end && p->rest[i];) {
		if (p->rest[i] == 8) {
			memcpy(&self.peer_ts, p->rest + i + 2, sizeof(self.peer_ts));
			self.peer_ts = ntohl(self.peer_ts);
		}
		i += p->rest[i] == 1 || p->rest[i + 1] < 2 ? 1 : p->rest[i + 1];
	}
}

struct segment {
	uint8_t flags;
	bool has_seq, has_ts;
	uint32_t seq, ack, len, win, ts;
};

static void put(const struct segment *s)
{
	struct packet p = { .ip = { .version = 0x45, .ttl = 64, .protocol = IPPROTO_TCP } };
	size_t options = s->has_ts ? put_timestamp(p.rest, s->ts) : 0;
	size_t tcp_length = sizeof(p.tcp) + options + s->len;
	size_t length = sizeof(p.ip) + tcp_length;

	if (options + s->len > sizeof(p.rest))
		mistake("too long", "len");
	p.ip.length = htons((uint16_t)length);
	p.ip.from = self.from.sin_addr;
	p.ip.to = self.to.sin_addr;
	p.ip.sum = fold(sum_up(&p.ip, sizeof(p.ip), 0));
	p.tcp.source = self.from.sin_port;
	p.tcp.dest = self.to.sin_port;
	p.tcp.seq = htonl(s->seq);
	p.tcp.ack_seq = s->flags & ACK ? htonl(s->ack) : 0;
	p.tcp.doff = (sizeof(p.tcp) + options) / 4 & 0xf;
	((uint8_t *)&p.tcp)[13] = s->flags;
	p.tcp.window = htons((uint16_t)s->win);
	p.tcp.check = fold(sum_up(&p.tcp, tcp_length,
				  sum_up(&p.ip.from, 8, IPPROTO_TCP + (uint32_t)tcp_length)));
	if (write(self.tun, &p, length) != (ssize_t)length)
		die("wire: write");
}

static void tx(void)
{
	struct segment s = { .flags = parse_flags(next_word()),
			     .seq = self.snd_nxt,
			     .ack = self.rcv_nxt,
			     .win = 65535 };

	while (*words && strchr(*words, '=')) {
		char *key = next_word(), *value = strchr(key, '=');

		*value++ = '\0';
		if (!strcmp(key, "seq")) {
			s.seq += number(value);
			s.has_seq = true;
		} else if (!strcmp(key, "ack")) {
			s.ack += number(value);
		} else if (!strcmp(key, "len")) {
			s.len = number(value);
		} else if (!strcmp(key, "win")) {
			s.win = number(value);
		} else if (!strcmp(key, "ts")) {
			s.ts = number(value);
			s.has_ts = true;
		} else {
			mistake("not known", key);
		}
	}
	put(&s);
	if (!s.has_seq)
		self.snd_nxt += s.len + !!(s.flags & SYN) + !!(s.flags & FIN);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The next packet of this connection, before that time: its payload's length, or -1. */
static ssize_t next_packet(struct packet *p, long until_ms)
{
	for (;;) {
		long left = until_ms - now_ms();
		struct pollfd polled = { self.tun, POLLIN, 0 };
		ssize_t n;

		if (left < 0 || poll(&polled, 1, (int)left) != 1)
			return -1;
		n = read(self.tun, p, sizeof(*p));
		if (n < (ssize_t)(sizeof(p->ip) + sizeof(p->tcp)) || p->ip.version != 0x45 ||
		    p->ip.protocol != IPPROTO_TCP || p->tcp.dest != self.from.sin_port ||
		    p->tcp.source != self.to.sin_port)
			continue;
		return n - (ssize_t)sizeof(p->ip) - p->tcp.doff * 4;
	}
}

/* What it brings, in order or not, is acknowledged from now on. */
static bool take(const struct packet *p, ssize_t length)
{
	uint8_t flags = flags_of(p);
	uint32_t end = ntohl(p->tcp.seq) + (uint32_t)length + !!(flags & SYN) + !!(flags & FIN);
	bool news = !self.acks || flags & SYN || (int32_t)(end - self.rcv_nxt) > 0;

	if (news)
		self.rcv_nxt = end;
	self.acks = true;
	take_timestamp(p);
	return length > 0 || flags & (SYN | FIN);
}

static void rx(void)
{
	const char *wanted = next_word();
	uint8_t flags = parse_flags(wanted);
	long until_ms = now_ms() + RX_WAIT_MS;
	struct packet p;
	ssize_t length;

	do {
		length = next_packet(&p, until_ms);
		if (length < 0) {
			fprintf(stderr, "wire: no %s came\n", wanted);
			exit(1);
		}
		take(&p, length);
	} while ((flags_of(&p) & ~PSH) != (flags & ~PSH));
}

static void acknowledge(void)
{
	long until_ms = now_ms() + (long)(atof(next_word()) * 1000);
	struct packet p;
	ssize_t length;

	while ((length = next_packet(&p, until_ms)) >= 0)
		if (take(&p, length))
			put(&(struct segment){ .flags = ACK,
					       .seq = self.snd_nxt,
					       .ack = self.rcv_nxt,
					       .win = 65535 });
}

static void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static void step(const char *name)
{
	struct packet p;

	if (!strcmp(name, "tx")) {
		tx();
	} else if (!strcmp(name, "rx")) {
		rx();
	} else if (!strcmp(name, "ack")) {
		acknowledge();
	} else if (!strcmp(name, "drop")) {
		while (next_packet(&p, now_ms()) >= 0)
			;
	} else if (!strcmp(name, "port")) {
		self.from.sin_port = htons((uint16_t)number(next_word()));
		self.acks = false;
	} else if (!strcmp(name, "isn")) {
		self.snd_nxt = number(next_word());
	} else if (!strcmp(name, "sleep")) {
		sleep_ms((long)(atof(next_word()) * 1000));
	} else if (!strcmp(name, "until")) {
		for (const char *file = next_word(); access(file, F_OK);)
			sleep_ms(20);
	} else if (!strcmp(name, "tell")) {
		close(open(next_word(), O_CREAT | O_WRONLY, 0644));
	} else {
		mistake("no such step; tests/truth/wire.c lists them", name);
	}
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: wire DEVICE FROM:PORT TO:PORT STEP...\n");
		return 2;
	}
	self.tun = attach(argv[1]);
	self.from = endpoint(argv[2]);
	self.to = endpoint(argv[3]);
	self.snd_nxt = 1000000;
	words = argv + 4;
	while (*words)
		step(next_word());
	return 0;
}
