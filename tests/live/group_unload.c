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

#define TIMES 100
#define CHURNERS 2

/* Most end by RST, or the ports would run out. */
static void churn(int family)
{
	struct pair p;

	pair_listen(&p, family);
	for (unsigned int i = 0;; i++) {
		pair_connect_more(&p, family);
		if (i % 8)
			close_now(&p.client);
		close_fd(&p.client);
		close_fd(&p.server);
	}
}

/* Opens, maps, asks, polls, reads: whatever it gets hold of. */
static void look(void)
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

static pid_t child(void (*what)(int), int argument)
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

static void look_too(int unused)
{
	look();
}

static void loaded_and_unloaded_under_traffic(void **state)
{
	pid_t children[CHURNERS + 1];
	int unloaded = 0, busy = 0;
	int status;

	children[0] = child(look_too, 0);
	for (int i = 0; i < CHURNERS; i++)
		children[1 + i] = child(churn, i ? AF_INET6 : AF_INET);

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
