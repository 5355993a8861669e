// SPDX-License-Identifier: GPL-2.0
/* Network namespaces: those born after loading too, and their end. */
#include <linux/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

static int start(void **state)
{
	events_start();
	return 0;
}

static void loopback_up(void)
{
	struct ifreq request = { .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(request.ifr_name, "lo");
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		_exit(3);
	close(fd);
}

/* What a child did in a namespace of its own. */
struct told {
	uint32_t netns;
	uint16_t cport;
	uint16_t sport;
};

static void in_a_namespace(struct told *told, int family)
{
	struct pair p;

	if (unshare(CLONE_NEWNET))
		_exit(2);
	loopback_up();
	pair_connect(&p, family);
	close_fd(&p.client);
	sleep_ms(50);
	close_fd(&p.server);
	sleep_ms(50);
	*told = (struct told){ netns_inode(), p.cport, p.sport };
	_exit(0);
}

static struct told run_in_a_namespace(int family)
{
	struct told *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct told told;
	pid_t child = fork();
	int status;

	if (!child)
		in_a_namespace(shared, family);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	told = *shared;
	munmap(shared, sizeof(*shared));
	assert_true(told.netns != netns_inode());
	return told;
}

static void namespace_recorded(int family)
{
	struct told told = run_in_a_namespace(family);

	expect_apart(told.netns, told.cport, told.sport,
		     "S CLOSE>SYN_SENT\nS SYN_SENT>ESTABLISHED\nS ESTABLISHED>FIN_WAIT1\n"
		     "S FIN_WAIT1>FIN_WAIT2\nT FIN_WAIT2>FIN_WAIT2\nS FIN_WAIT2>CLOSE\n"
		     "T FIN_WAIT2>TIME_WAIT fin\nT TIME_WAIT>CLOSE netns\n",
		     "> SYN\n< SYN,ACK\n> ACK\n> FIN,ACK\n< FIN,ACK\n> ACK\n");
	expect_apart(told.netns, told.sport, told.cport,
		     "R CLOSE>NEW_SYN_RECV\nS LISTEN>SYN_RECV\n"
		     "R NEW_SYN_RECV>CLOSE established\nS SYN_RECV>ESTABLISHED\nA ESTABLISHED\n"
		     "S ESTABLISHED>CLOSE_WAIT\nS CLOSE_WAIT>LAST_ACK\nS LAST_ACK>CLOSE\n",
		     "< SYN\n> SYN,ACK\n< FIN,ACK\n> ACK\n> FIN,ACK\n");
}

static void born_and_gone_ipv4(void **state)
{
	namespace_recorded(AF_INET);
}

static void born_and_gone_ipv6(void **state)
{
	namespace_recorded(AF_INET6);
}

/* Each with connections in it, while others are born and die. */
static void several_at_a_time(void)
{
	struct told told;
	int status;

	for (int i = 0; i < 4; i++) {
		if (!fork())
			in_a_namespace(&told, i & 1 ? AF_INET6 : AF_INET);
	}
	for (int i = 0; i < 4; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
}

static void many_come_and_go(void **state)
{
	struct tcptrail_info info;
	struct tcptrail *trail;

	for (int i = 0; i < 10; i++)
		several_at_a_time();
	assert_int_equal(tcptrail_open_device(&trail, TCPTRAIL_DEVICE, TCPTRAIL_FROM_NOW), 0);
	assert_int_equal(tcptrail_get_info(trail, &info), 0);
	assert_int_equal(info.netns_failed, 0);
	tcptrail_close(trail);
}

int group_netns(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(born_and_gone_ipv4, start),
		cmocka_unit_test_setup(born_and_gone_ipv6, start),
		cmocka_unit_test_setup(many_come_and_go, start),
	};

	return cmocka_run_group_tests_name("netns", tests, NULL, NULL);
}
