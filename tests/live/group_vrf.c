// SPDX-License-Identifier: GPL-2.0
/* In a VRF segments leave by two devices, and are recorded once. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "live.h"

#define VRF "red"
#define HOST_ADDRESS6 "fd99::1"
#define PEER_ADDRESS6 "fd99::2"

static int enslave(void **state)
{
	run("modprobe vrf && ip link add " VRF " type vrf table 10 && ip link set " VRF " up");
	run("ip link set peer master " VRF " && ip addr add " HOST_ADDRESS6 "/64 dev peer nodad");
	return 0;
}

static int release(void **state)
{
	run("ip addr del " HOST_ADDRESS6 "/64 dev peer && ip link del " VRF);
	return 0;
}

static int start(void **state)
{
	events_start();
	return 0;
}

static socklen_t address_of(struct sockaddr_storage *a, const char *text, uint16_t port)
{
	struct sockaddr_in6 *in6 = (void *)a;
	struct sockaddr_in *in = (void *)a;

	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		return sizeof(*in6);
	}
	assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	return sizeof(*in);
}

static int socket_in_vrf(int family, int type)
{
	int fd = socket(family, type, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, VRF, sizeof(VRF)), 0);
	return fd;
}

static void through_a_device(void **state)
{
	struct peer peer = peer_new();
	struct sockaddr_storage a;
	socklen_t len = address_of(&a, PEER_ADDRESS, peer.port);
	int fd = socket_in_vrf(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
	uint16_t port;

	connect(fd, (struct sockaddr *)&a, len);
	port = local_port(fd);
	peer_expect(&peer, TCPTRAIL_SYN);
	peer_send(&peer, TCPTRAIL_SYN | TCPTRAIL_ACK, 0);
	peer_expect(&peer, TCPTRAIL_ACK);
	close_now(&fd);
	peer_expect(&peer, TCPTRAIL_RST | TCPTRAIL_ACK);
	expect_events(0, port, peer.port,
		      "S CLOSE>SYN_SENT\n> SYN\n< SYN,ACK\nS SYN_SENT>ESTABLISHED\n> ACK\n"
		      "S ESTABLISHED>CLOSE linger\n> RST,ACK\n");
}

/* Nobody answers: the SYN is enough. */
static void through_a_device_ipv6(void **state)
{
	struct sockaddr_storage a;
	socklen_t len = address_of(&a, PEER_ADDRESS6, 7);
	int fd = socket_in_vrf(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK);
	uint16_t port;

	assert_int_equal(connect(fd, (struct sockaddr *)&a, len), -1);
	assert_int_equal(errno, EINPROGRESS);
	port = local_port(fd);
	close_fd(&fd);
	expect_events(0, port, 7, "S CLOSE>SYN_SENT\n> SYN\nS SYN_SENT>CLOSE closed\n");
}

static void to_itself(const char *host, int family)
{
	int listener = socket_in_vrf(family, SOCK_STREAM);
	int client = socket_in_vrf(family, SOCK_STREAM);
	struct sockaddr_storage a;
	socklen_t len = address_of(&a, host, 0);
	uint16_t sport, cport;

	assert_int_equal(bind(listener, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	sport = local_port(listener);
	address_of(&a, host, sport);
	assert_int_equal(connect(client, (struct sockaddr *)&a, len), 0);
	cport = local_port(client);
	close_now(&client);
	expect_apart(0, cport, sport,
		     "S CLOSE>SYN_SENT\nS SYN_SENT>ESTABLISHED\nS ESTABLISHED>CLOSE linger\n",
		     "> SYN\n< SYN,ACK\n> ACK\n> RST,ACK\n?< RST\n");
	close_fd(&listener);
}

static void to_itself_ipv4(void **state)
{
	to_itself(HOST_ADDRESS, AF_INET);
}

static void to_itself_ipv6(void **state)
{
	to_itself(HOST_ADDRESS6, AF_INET6);
}

int group_vrf(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(through_a_device, start),
		cmocka_unit_test_setup(through_a_device_ipv6, start),
		cmocka_unit_test_setup(to_itself_ipv4, start),
		cmocka_unit_test_setup(to_itself_ipv6, start),
	};

	return cmocka_run_group_tests_name("vrf", tests, enslave, release);
}
