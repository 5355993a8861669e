// SPDX-License-Identifier: GPL-2.0
/* Netlink, as far as sock_diag needs it. Debian has no library for it that links statically. */
#include "userspace/sockdiag/netlink.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int netlink_open(int protocol)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int err;

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int netlink_send(int fd, const struct nlmsghdr *message)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	return sendto(fd, message, message->nlmsg_len, 0, (const struct sockaddr *)&kernel,
		      sizeof(kernel)) < 0 ?
		       -errno :
		       0;
}

ssize_t netlink_receive(int fd, void *buffer, size_t size)
{
	struct iovec block = { buffer, size };
	struct sockaddr_nl from;
	struct msghdr head = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &block, .msg_iovlen = 1
	};
	ssize_t length = recvmsg(fd, &head, 0);

	if (length < 0)
		return -errno;
	if (head.msg_flags & MSG_TRUNC)
		return -ENOSPC;
	return from.nl_pid ? 0 : length; /* only the kernel is asked */
}

/* The last message of a dump may have an error; an error of 0 acknowledges a request. */
static int error_of(const struct nlmsghdr *message)
{
	int32_t error = 0;

	if (netlink_payload_size(message) >= sizeof(error))
		memcpy(&error, netlink_payload(message), sizeof(error));
	else if (message->nlmsg_type == NLMSG_ERROR)
		return -EBADMSG;
	return error < 0 ? error : 0;
}

int netlink_each(const void *block, size_t length, netlink_fn fn, void *arg)
{
	const char *at = block;
	size_t size;
	int ret;

	for (; length >= NLMSG_HDRLEN; at += size, length -= size) {
		const struct nlmsghdr *message = (const void *)at;

		if (message->nlmsg_len < NLMSG_HDRLEN || message->nlmsg_len > length)
			break;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			return -EINTR;
		if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
			return error_of(message);
		ret = message->nlmsg_type < NLMSG_MIN_TYPE ? 0 : fn(message, arg);
		if (ret)
			return ret;
		size = NLMSG_ALIGN(message->nlmsg_len);
		size = size < length ? size : length;
	}
	return 1;
}
