// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's PID 1: make the machine usable, run one command, hand its
 * output and its end to the host, power off.
 *
 * The host leaves the command in /lab/argv, each argument ended by a NUL, and
 * the modules to load first in /lab/modules. Unknown words of the kernel's
 * command line arrive as environment: lab_tty=ROWSxCOLUMNS wants a terminal,
 * lab_share=1 has a directory for /share, lab_stdin=1 an input to forward.
 *
 * The ports of the virtio console, fixed by scripts/lab:
 */
#define PORT_OUT "/dev/vport0p1"
#define PORT_ERR "/dev/vport0p2"
#define PORT_STATUS "/dev/vport0p3"
#define PORT_IN "/dev/vport0p4"

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void __attribute__((noreturn)) power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* Standard error is the kernel's console until the command has its own. */
static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "lab: init: %s: %m\n", what);
	power_off();
}

static void mount_at(const char *type, const char *dir, const char *options)
{
	if ((mkdir(dir, 0755) && errno != EEXIST) ||
	    (mount(type, dir, type, 0, options) && errno != EBUSY))
		fail(dir);
}

static void mount_all(void)
{
	mount_at("devtmpfs", "/dev", NULL);
	mount_at("devpts", "/dev/pts", "ptmxmode=666");
	mount_at("tmpfs", "/dev/shm", "mode=1777");
	mount_at("proc", "/proc", NULL);
	mount_at("sysfs", "/sys", NULL);
	mount_at("securityfs", "/sys/kernel/security", NULL);
	mount_at("debugfs", "/sys/kernel/debug", NULL);
	mount_at("tracefs", "/sys/kernel/tracing", NULL);
	mount_at("cgroup2", "/sys/fs/cgroup", NULL);
	mount_at("tmpfs", "/tmp", "mode=1777");
	mount_at("tmpfs", "/run", NULL);
	if (symlink("/proc/self/fd", "/dev/fd") || symlink("fd/0", "/dev/stdin") ||
	    symlink("fd/1", "/dev/stdout") || symlink("fd/2", "/dev/stderr"))
		fail("/dev/fd");
}

static void load_modules(void)
{
	FILE *list = fopen("/lab/modules", "r");
	char path[PATH_MAX];

	if (!list)
		fail("/lab/modules");
	while (fgets(path, sizeof(path), list)) {
		int fd;

		path[strcspn(path, "\n")] = '\0';
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
			fail(path);
		close(fd);
	}
	fclose(list);
}

static void loopback_up(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo))
		fail("lo");
	close(fd);
}

static void prepare(void)
{
	/* What systemd gives: root may raise it, as far as the kernel goes. */
	const struct rlimit files = { 1024, 1 << 20 };

	mount_all();
	load_modules();
	loopback_up();
	if (sethostname("lab", 3) || setrlimit(RLIMIT_NOFILE, &files))
		fail("settings");
	if (getenv("lab_share"))
		mount_at("virtiofs", "/share", NULL);
}

/* The driver makes the ports' nodes in a worker, some time after it loads. */
static int open_port(const char *path, int flags)
{
	for (int tries = 0; tries < 2000; tries++) {
		int fd = open(path, flags | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		if (errno != ENOENT && errno != ENXIO && errno != ENODEV)
			break;
		usleep(5000);
	}
	fail(path);
}

static char **read_argv(void)
{
	static char text[1 << 20], *argv[1 << 14];
	int fd = open("/lab/argv", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	size_t n = 0;

	if (size <= 0)
		fail("/lab/argv");
	close(fd);
	for (char *p = text; p < text + size; p += strlen(p) + 1) {
		if (n == sizeof(argv) / sizeof(*argv) - 1) {
			errno = E2BIG;
			fail("/lab/argv");
		}
		argv[n++] = p;
	}
	return argv;
}

/*
 * One direction of data; source < 0 when it has ended. It waits for its source
 * and then for its sink, so that no write blocks the other directions.
 */
struct pump {
	int source, sink;
	bool full;
};

/* A writable pipe takes this much without blocking. */
static char data[PIPE_BUF];

static void pump_once(struct pump *p)
{
	ssize_t n = read(p->source, data, sizeof(data));

	if (n > 0) {
		/* Input that the command does not want is dropped. */
		for (ssize_t done = 0, w; done < n; done += w) {
			w = write(p->sink, data + done, n - done);
			if (w <= 0)
				break;
		}
	} else if (n == 0 || errno != EINTR) {
		close(p->source);
		close(p->sink);
		p->source = -1;
	}
}

static struct pollfd awaited(const struct pump *p)
{
	if (p->source < 0)
		return (struct pollfd){ .fd = -1 };
	if (p->full)
		return (struct pollfd){ .fd = p->sink, .events = POLLOUT };
	return (struct pollfd){ .fd = p->source, .events = POLLIN };
}

static void pump_wait(struct pump *pumps, int count, const sigset_t *mask)
{
	struct pollfd fds[count];

	for (int i = 0; i < count; i++)
		fds[i] = awaited(&pumps[i]);
	if (ppoll(fds, count, NULL, mask) <= 0)
		return;
	for (int i = 0; i < count; i++) {
		if (!fds[i].revents)
			continue;
		if (pumps[i].full)
			pump_once(&pumps[i]);
		pumps[i].full = !pumps[i].full;
	}
}

enum { OUT, ERR, IN, PUMPS };

/* The command's side of the pumps. */
struct stdio {
	int in, out, err;
};

static void make_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC))
		fail("pipe");
}

static struct stdio connect_pipes(struct pump pumps[PUMPS])
{
	int in[2], out[2], err[2];

	make_pipe(out);
	make_pipe(err);
	pumps[OUT] = (struct pump){ out[0], open_port(PORT_OUT, O_WRONLY), false };
	pumps[ERR] = (struct pump){ err[0], open_port(PORT_ERR, O_WRONLY), false };
	if (!getenv("lab_stdin")) {
		in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} else {
		make_pipe(in);
		pumps[IN] = (struct pump){ open_port(PORT_IN, O_RDONLY), in[1], false };
	}
	return (struct stdio){ in[0], out[1], err[1] };
}

static struct stdio connect_terminal(struct pump pumps[PUMPS], const char *size)
{
	int port = open_port(PORT_OUT, O_RDWR);
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct winsize ws = {};
	int tty;

	if (master < 0 || unlockpt(master))
		fail("terminal");
	tty = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (tty < 0)
		fail("terminal");
	if (sscanf(size, "%hux%hu", &ws.ws_row, &ws.ws_col) == 2)
		ioctl(tty, TIOCSWINSZ, &ws);
	pumps[OUT] = (struct pump){ master, port, false };
	pumps[IN] = (struct pump){ port, dup(master), false };
	return (struct stdio){ tty, tty, tty };
}

static pid_t start(char **argv, struct stdio io, bool terminal, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid > 0) {
		close(io.in);
		if (io.out != io.in)
			close(io.out), close(io.err);
		return pid;
	}

	sigprocmask(SIG_SETMASK, mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (terminal)
		ioctl(io.in, TIOCSCTTY, 0);
	dup2(io.in, STDIN_FILENO);
	dup2(io.out, STDOUT_FILENO);
	dup2(io.err, STDERR_FILENO);
	unsetenv("lab_tty");
	unsetenv("lab_share");
	unsetenv("lab_stdin");
	execvp(argv[0], argv);
	fprintf(stderr, "lab: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void on_child(int signal)
{
	(void)signal;
}

/* Reap what there is; true when the command was among it. */
static bool reap(pid_t command, int *status)
{
	bool ended = false;
	int s;

	for (pid_t pid; (pid = waitpid(-1, &s, WNOHANG)) > 0;) {
		if (pid == command) {
			*status = s;
			ended = true;
		}
	}
	return ended;
}

static int run(char **argv)
{
	struct pump pumps[PUMPS] = { [OUT].source = -1, [ERR].source = -1, [IN].source = -1 };
	const struct sigaction action = { .sa_handler = on_child };
	const char *terminal = getenv("lab_tty");
	struct stdio io;
	sigset_t children, before;
	int status = 0;
	pid_t pid;

	/* Blocked but for ppoll, so that no child's end is slept through. */
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, &before);
	sigaction(SIGCHLD, &action, NULL);
	signal(SIGPIPE, SIG_IGN);

	io = terminal ? connect_terminal(pumps, terminal) : connect_pipes(pumps);
	pid = start(argv, io, terminal, &before);
	while (!reap(pid, &status))
		pump_wait(pumps, PUMPS, &before);

	/* What it left running ends with it; what they wrote is not lost. */
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	for (int i = OUT; i <= ERR; i++)
		while (pumps[i].source >= 0)
			pump_once(&pumps[i]);
	return status;
}

static unsigned long taint(void)
{
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");
	unsigned long value = 0;

	if (!f || fscanf(f, "%lu", &value) != 1)
		fail("tainted");
	fclose(f);
	return value;
}

int main(void)
{
	int port, status, code;

	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/tcptrail/live", 1);
	setenv("HOME", "/root", 1);
	setenv("LANG", "C.UTF-8", 1);
	if (chdir("/root"))
		fail("/root");
	prepare();
	port = open_port(PORT_STATUS, O_WRONLY);
	status = run(read_argv());
	sync();
	if (getenv("lab_share"))
		umount("/share");
	code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	dprintf(port, "%d %lu\n", code, taint());
	power_off();
}
