// SPDX-License-Identifier: GPL-2.0
/* Loading and unloading while connections come and go, and readers too. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live.h"

#define TIMES (getenv("TIMES") ? atoi(getenv("TIMES")) : 100)
#define CHURNERS 2

/* Most end by RST, or the ports would run out in TIME-WAIT. */
static void usage(struct pair *p)
{
	int family = p->sport & 1 ? AF_INET6 : AF_INET;

	for (unsigned int i = 0;; i++) {
		pair_connect_more(p, family);
		if (i % 8)
			close_now(&p->client);
		close_fd(&p->client);
		close_fd(&p->server);
		sleep_ms(2); /* leave the emulated CPUs some time to load and unload */
	}
}

/* Opens, maps, asks, polls, reads: whatever it gets hold of. */
static void look(struct pair *unused)
{
	struct tcptrail_record r[32];

	for (;;) {
		struct tcptrail_info info = { .size = sizeof(info) };
		struct pollfd f = { open(TCPTRAIL_DEVICE, O_RDONLY | O_NONBLOCK), POLLIN, 0 };
		void *at = MAP_FAILED;

		if (f.fd >= 0 && !ioctl(f.fd, TCPTRAIL_IOC_INFO, &info))
			at = mmap(NULL, info.map_stride, PROT_READ, MAP_SHARED, f.fd, 0);
		poll(&f, f.fd >= 0, 1);
		if (f.fd >= 0 && read(f.fd, r, sizeof(r)) < 0 && errno != EAGAIN)
			_exit(1);
		if (at != MAP_FAILED)
			munmap(at, info.map_stride);
		if (f.fd >= 0)
			close(f.fd);
		sleep_ms(20); /* or the module would be in use nearly always */
	}
}

static pid_t child(void (*what)(struct pair *), struct pair *argument)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		what(argument);
		_exit(0);
	}
	return pid;
}

static void loaded_and_unloaded_under_traffic(void **state)
{
	pid_t children[CHURNERS + 1];
	int unloaded = 0, busy = 0;
	struct pair p;
	int status;

	children[0] = child(look, NULL);
	for (int i = 0; i < CHURNERS; i++) {
		pair_listen(&p, AF_INET6); /* takes IPv4 too */
		children[1 + i] = child(usage, &p);
		pair_end(&p);
	}

	while (unloaded < TIMES) {
		if (!syscall(SYS_delete_module, "tcptrail", O_NONBLOCK)) {
			unloaded++;
			run("insmod /tcptrail.ko");
			continue;
		}
		assert_int_equal(errno, EWOULDBLOCK); /* the reader has it open */
		assert_true(busy++ < 100000);
		sleep_ms(1);
	}
	for (int i = 0; i <= CHURNERS; i++) {
		assert_int_equal(waitpid(children[i], &status, WNOHANG), 0); /* still alive */
		kill(children[i], SIGKILL);
		waitpid(children[i], &status, 0);
	}
	print_message("# unloaded %d times, busy %d times\n", unloaded, busy);
}

int group_unload(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loaded_and_unloaded_under_traffic),
	};

	return cmocka_run_group_tests_name("unload", tests, NULL, NULL);
}
