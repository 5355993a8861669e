// SPDX-License-Identifier: GPL-2.0
/*
 * act's socket options: set on what is open, remembered for what will be.
 */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/truth/act/act.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static const struct option {
	const char *name;
	int level;
	int option;
} known[] = {
	{ "device", SOL_SOCKET, SO_BINDTOIFINDEX },
	{ "keepalive", SOL_SOCKET, SO_KEEPALIVE },
	{ "linger", SOL_SOCKET, SO_LINGER },
	{ "mark", SOL_SOCKET, SO_MARK },
	{ "rcvbuf", SOL_SOCKET, SO_RCVBUF },
	{ "reuseaddr", SOL_SOCKET, SO_REUSEADDR },
	{ "reuseport", SOL_SOCKET, SO_REUSEPORT },
	{ "sndbuf", SOL_SOCKET, SO_SNDBUF },
	{ "noport", IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT },
	{ "defer", IPPROTO_TCP, TCP_DEFER_ACCEPT },
	{ "fastopen", IPPROTO_TCP, TCP_FASTOPEN },
	{ "keepcnt", IPPROTO_TCP, TCP_KEEPCNT },
	{ "keepidle", IPPROTO_TCP, TCP_KEEPIDLE },
	{ "keepintvl", IPPROTO_TCP, TCP_KEEPINTVL },
	{ "linger2", IPPROTO_TCP, TCP_LINGER2 },
	{ "nodelay", IPPROTO_TCP, TCP_NODELAY },
	{ "quickack", IPPROTO_TCP, TCP_QUICKACK },
	{ "syncnt", IPPROTO_TCP, TCP_SYNCNT },
	{ "usertimeout", IPPROTO_TCP, TCP_USER_TIMEOUT },
};

#define MAX_OPTIONS 16

static struct {
	const struct option *option;
	int value;
} chosen[MAX_OPTIONS];

static int chosen_count;

static void set_option(int fd, const struct option *o, int value)
{
	struct linger linger = { 1, value };
	int is_linger = o->level == SOL_SOCKET && o->option == SO_LINGER;
	const void *data = is_linger ? (void *)&linger : (void *)&value;
	socklen_t size = is_linger ? sizeof(linger) : sizeof(value);

	if (setsockopt(fd, o->level, o->option, data, size))
		complain(o->name);
}

static struct tcp_md5sig md5;

/* linux/tcp.h has it from 6.7 on. */
#define AO_ADD_KEY 38
#define IPV4_BITS 32

static struct {
	struct sockaddr_storage of;
	char algorithm[64];
	int32_t ifindex;
	uint32_t flags;
	uint16_t reserved;
	uint8_t prefix, send_id, receive_id, mac_length, key_flags, key_length;
	char key[80];
} __attribute__((aligned(8))) ao = {
	.algorithm = "hmac(sha1)",
	.prefix = IPV4_BITS,
	.send_id = 100,
	.receive_id = 100,
};

void set_options(int fd)
{
	for (int i = 0; i < chosen_count; i++)
		set_option(fd, chosen[i].option, chosen[i].value);
	if (md5.tcpm_keylen && setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &md5, sizeof(md5)))
		complain("TCP_MD5SIG");
	if (ao.key_length && setsockopt(fd, IPPROTO_TCP, AO_ADD_KEY, &ao, sizeof(ao)))
		complain("TCP_AO_ADD_KEY");
}

void step_md5(void)
{
	struct endpoint of = next_endpoint();

	memcpy(&md5.tcpm_addr, &of.address, of.length);
	md5.tcpm_keylen =
		(uint16_t)snprintf((char *)md5.tcpm_key, sizeof(md5.tcpm_key), "%s", next_word());
}

void step_ao(void)
{
	struct endpoint of = next_endpoint();

	memcpy(&ao.of, &of.address, of.length);
	ao.key_length = (uint8_t)snprintf(ao.key, sizeof(ao.key), "%s", next_word());
}

void step_opt(void)
{
	const char *name = next_word();
	int value = (int)next_number(), fd;
	const struct option *o = known;

	while (o < known + sizeof(known) / sizeof(known[0]) && strcmp(name, o->name))
		o++;
	if (o == known + sizeof(known) / sizeof(known[0]) || chosen_count == MAX_OPTIONS) {
		fprintf(stderr, "act: opt %s: not known, or one too many\n", name);
		exit(2);
	}
	chosen[chosen_count].option = o;
	chosen[chosen_count++].value = value;
	for_each_connection(fd) set_option(fd, o, value);
}
