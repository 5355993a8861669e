/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink, as far as sock_diag needs it: a socket, its messages, their attributes. */
#ifndef TCPTRAIL_NETLINK_H
#define TCPTRAIL_NETLINK_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** netlink_open() - a socket for NETLINK_SOCK_DIAG and the like, or a negative errno */
int netlink_open(int protocol);

/** netlink_send() - one message to the kernel; 0 or a negative errno */
int netlink_send(int fd, const struct nlmsghdr *message);

/** netlink_receive() - a block of messages: its length, or a negative errno */
ssize_t netlink_receive(int fd, void *buffer, size_t size);

/** netlink_fn - for a message that is no control message; not 0 ends the walk with that */
typedef int (*netlink_fn)(const struct nlmsghdr *message, void *arg);

/**
 * netlink_each() - hand out the messages of a block
 *
 * Return: 1 if the kernel has more to send, 0 if this was the last block, or a negative
 * errno: what the kernel answered, -EINTR if what it lists has changed meanwhile, or what
 * @fn returned.
 */
int netlink_each(const void *block, size_t length, netlink_fn fn, void *arg);

static inline const void *netlink_payload(const struct nlmsghdr *message)
{
	return (const char *)message + NLMSG_HDRLEN;
}

static inline size_t netlink_payload_size(const struct nlmsghdr *message)
{
	return message->nlmsg_len - NLMSG_HDRLEN;
}

static inline bool netlink_attr_fits(const struct nlattr *attr, const char *end)
{
	ptrdiff_t left = end - (const char *)attr;

	return left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left;
}

static inline const struct nlattr *netlink_attr_next(const struct nlattr *attr)
{
	return (const void *)((const char *)attr + NLA_ALIGN(attr->nla_len));
}

static inline int netlink_attr_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline const void *netlink_attr_payload(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static inline size_t netlink_attr_size(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

/* Each attribute in @size bytes from @from on. */
#define netlink_each_attr(attr, from, size)                            \
	for ((attr) = (const void *)(from);                            \
	     netlink_attr_fits((attr), (const char *)(from) + (size)); \
	     (attr) = netlink_attr_next(attr))

#endif
