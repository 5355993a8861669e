// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "live.h"

#define HEADER 20 /* of IP, and of TCP, both without options */
#define WAIT_MS 8000

static int tun = -1;
static uint16_t next_port = 5000;

void peer_start(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

	run("modprobe tun");
	tun = open("/dev/net/tun", O_RDWR);
	if (tun < 0)
		fail_msg("/dev/net/tun: %m");
	strcpy(request.ifr_name, "peer");
	assert_int_equal(ioctl(tun, TUNSETIFF, &request), 0);
	run("ip addr add " HOST_ADDRESS "/24 dev peer && ip link set peer up");
}

void peer_stop(void)
{
	close_fd(&tun);
}

struct peer peer_new(void)
{
	return (struct peer){ .port = next_port++, .seq = 1000000 };
}

static uint16_t checksum(const uint8_t *bytes, size_t len, uint32_t sum)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	if (len & 1)
		sum += (uint32_t)bytes[len - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *to, uint16_t n)
{
	to[0] = (uint8_t)(n >> 8);
	to[1] = (uint8_t)n;
}

static void put32(uint8_t *to, uint32_t n)
{
	put16(to, (uint16_t)(n >> 16));
	put16(to + 2, (uint16_t)n);
}

static uint16_t get16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)get16(from) << 16 | get16(from + 2);
}

/* The sum of RFC 9293's pseudo header: both addresses, protocol, length. */
static uint32_t pseudo_header(const uint8_t *ip, size_t tcp_len)
{
	uint32_t sum = IPPROTO_TCP + (uint32_t)tcp_len;

	for (int i = 12; i < 20; i += 2)
		sum += get16(ip + i);
	return sum;
}

void peer_send_at(const struct peer *peer, uint8_t flags, uint32_t seq, uint32_t ack,
		  unsigned int payload)
{
	uint8_t packet[2 * HEADER + 1024] = { 0x45 };
	uint8_t *tcp = packet + HEADER;
	size_t len = 2 * HEADER + payload;

	assert_true(payload <= 1024);
	put16(packet + 2, (uint16_t)len);
	packet[8] = 64;
	packet[9] = IPPROTO_TCP;
	inet_pton(AF_INET, PEER_ADDRESS, packet + 12);
	inet_pton(AF_INET, HOST_ADDRESS, packet + 16);
	put16(packet + 10, checksum(packet, HEADER, 0));

	put16(tcp, peer->port);
	put16(tcp + 2, peer->host_port);
	put32(tcp + 4, seq);
	put32(tcp + 8, flags & TCPTRAIL_ACK ? ack : 0);
	tcp[12] = HEADER / 4 << 4;
	tcp[13] = flags;
	put16(tcp + 14, 65535);
	memset(tcp + HEADER, 'x', payload);
	put16(tcp + 16, checksum(tcp, HEADER + payload, pseudo_header(packet, HEADER + payload)));
	assert_int_equal(write(tun, packet, len), len);
}

void peer_send_unreachable(const struct peer *peer, uint32_t seq)
{
	uint8_t packet[3 * HEADER - 4] = { 0x45 };
	uint8_t *icmp = packet + HEADER, *about = icmp + 8, *tcp = about + HEADER;

	put16(packet + 2, sizeof(packet));
	packet[8] = 64;
	packet[9] = IPPROTO_ICMP;
	inet_pton(AF_INET, PEER_ADDRESS, packet + 12);
	inet_pton(AF_INET, HOST_ADDRESS, packet + 16);
	put16(packet + 10, checksum(packet, HEADER, 0));

	about[0] = 0x45;
	put16(about + 2, 2 * HEADER);
	about[8] = 64;
	about[9] = IPPROTO_TCP;
	inet_pton(AF_INET, HOST_ADDRESS, about + 12);
	inet_pton(AF_INET, PEER_ADDRESS, about + 16);
	put16(tcp, peer->host_port);
	put16(tcp + 2, peer->port);
	put32(tcp + 4, seq);
	icmp[0] = ICMP_DEST_UNREACH;
	icmp[1] = ICMP_HOST_UNREACH;
	put16(icmp + 2, checksum(icmp, sizeof(packet) - HEADER, 0));
	assert_int_equal(write(tun, packet, sizeof(packet)), sizeof(packet));
}

void peer_send(struct peer *peer, uint8_t flags, unsigned int payload)
{
	peer_send_at(peer, flags, peer->seq, peer->ack, payload);
	peer->seq += payload + !!(flags & TCPTRAIL_SYN) + !!(flags & TCPTRAIL_FIN);
}

/* One packet from the host; false if it is not a segment of this connection. */
static bool receive(struct peer *peer, uint8_t *flags, uint32_t *seq, uint32_t *end)
{
	uint8_t packet[4096];
	ssize_t len = read(tun, packet, sizeof(packet));
	size_t ip_len = (size_t)(packet[0] & 15) * 4;
	const uint8_t *tcp = packet + ip_len;

	if (len < 2 * HEADER || packet[0] >> 4 != 4 || packet[9] != IPPROTO_TCP ||
	    get16(tcp + 2) != peer->port || (peer->host_port && get16(tcp) != peer->host_port))
		return false;
	peer->host_port = get16(tcp);
	*flags = tcp[13] & (uint8_t)~TCPTRAIL_PSH;
	*seq = get32(tcp + 4);
	*end = *seq + (uint32_t)(len - (ssize_t)ip_len - (tcp[12] >> 4) * 4) +
	       !!(*flags & TCPTRAIL_SYN) + !!(*flags & TCPTRAIL_FIN);
	return true;
}

void peer_expect(struct peer *peer, uint8_t wanted)
{
	struct pollfd p = { tun, POLLIN, 0 };
	uint32_t seq, end;
	uint8_t flags;

	for (int i = 0; i < 100; i++) {
		if (poll(&p, 1, WAIT_MS) <= 0)
			break;
		if (!receive(peer, &flags, &seq, &end))
			continue;
		if (flags & TCPTRAIL_SYN || (int32_t)(end - peer->ack) > 0)
			peer->ack = end;
		if (flags == wanted)
			return;
	}
	fail_msg("peer %u: no segment with flags %#x came", peer->port, wanted);
}

void peer_half_open(struct peer *peer, uint16_t host_port)
{
	peer->host_port = host_port;
	peer_send(peer, TCPTRAIL_SYN, 0);
	peer_expect(peer, TCPTRAIL_SYN | TCPTRAIL_ACK);
}

void peer_connect_to(struct peer *peer, uint16_t host_port)
{
	peer_half_open(peer, host_port);
	peer_send(peer, TCPTRAIL_ACK, 0);
}

int socket_to_peer(const struct peer *peer)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(peer->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	inet_pton(AF_INET, PEER_ADDRESS, &a.sin_addr);
	connect(fd, (struct sockaddr *)&a, sizeof(a));
	return fd;
}
