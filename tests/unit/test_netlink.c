// SPDX-License-Identifier: GPL-2.0
/* Blocks of netlink messages, and attributes: whole, cut short, and with the kernel's errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "userspace/sockdiag/netlink.h"

#define TYPE 20 /* no control message */

struct block {
	size_t length;
	_Alignas(8) char bytes[256];
};

static struct nlmsghdr *put(struct block *b, uint16_t type, const void *payload, size_t size)
{
	struct nlmsghdr *m = (void *)(b->bytes + b->length);

	*m = (struct nlmsghdr){ .nlmsg_len = NLMSG_HDRLEN + (uint32_t)size, .nlmsg_type = type };
	memcpy((char *)m + NLMSG_HDRLEN, payload, size);
	b->length += NLMSG_ALIGN(m->nlmsg_len);
	return m;
}

static int add(const struct nlmsghdr *m, void *arg)
{
	int *sum = arg;
	uint8_t byte = *(const uint8_t *)netlink_payload(m);

	assert_int_equal(netlink_payload_size(m), 1);
	*sum += byte;
	return byte == 99 ? -ENOMEM : 0;
}

static int walk(const struct block *b, int *sum)
{
	*sum = 0;
	return netlink_each(b->bytes, b->length, add, sum);
}

static void test_block(void **state)
{
	struct block b = { 0 }, cut;
	struct nlmsghdr *last;
	int sum, error = -ENOENT, none = 0;

	assert_int_equal(walk(&b, &sum), 1);
	put(&b, TYPE, "\1", 1);
	put(&b, NLMSG_NOOP, "", 0);
	last = put(&b, TYPE, "\2", 1);
	assert_int_equal(walk(&b, &sum), 1);
	assert_int_equal(sum, 3);

	/* The last message need not be padded, and is not read beyond its end. */
	cut = b;
	cut.length -= 3;
	assert_int_equal(walk(&cut, &sum), 1);
	assert_int_equal(sum, 3);
	cut.length--;
	assert_int_equal(walk(&cut, &sum), 1);
	assert_int_equal(sum, 1);

	cut = b;
	put(&cut, NLMSG_DONE, &none, sizeof(none));
	put(&cut, TYPE, "\4", 1);
	assert_int_equal(walk(&cut, &sum), 0);
	assert_int_equal(sum, 3);
	cut = b;
	put(&cut, NLMSG_DONE, &error, sizeof(error));
	assert_int_equal(walk(&cut, &sum), -ENOENT);
	cut = b;
	put(&cut, NLMSG_ERROR, &error, sizeof(error));
	assert_int_equal(walk(&cut, &sum), -ENOENT);
	cut = b;
	put(&cut, NLMSG_ERROR, &none, sizeof(none)); /* an acknowledgement */
	assert_int_equal(walk(&cut, &sum), 0);
	cut = b;
	put(&cut, NLMSG_ERROR, "", 1);
	assert_int_equal(walk(&cut, &sum), -EBADMSG);
	cut = b;
	put(&cut, TYPE, "\143", 1); /* 99: who is handed the message may end it */
	put(&cut, TYPE, "\1", 1);
	assert_int_equal(walk(&cut, &sum), -ENOMEM);
	assert_int_equal(sum, 3 + 99);

	last->nlmsg_flags = NLM_F_DUMP_INTR;
	assert_int_equal(walk(&b, &sum), -EINTR);
	last->nlmsg_flags = 0;
	last->nlmsg_len = NLMSG_HDRLEN - 1;
	assert_int_equal(walk(&b, &sum), 1);
	assert_int_equal(sum, 1);
}

static int count(const void *from, size_t size)
{
	const struct nlattr *attr;
	int n = 0;

	netlink_each_attr(attr, from, size)
		n += 1 + netlink_attr_type(attr) * 100 + (int)netlink_attr_size(attr) * 10000;
	return n;
}

static void test_attributes(void **state)
{
	struct nlattr attrs[4] = {
		{ NLA_HDRLEN, 1 },
		{ NLA_HDRLEN + 3, 2 | NLA_F_NESTED },
		{ 0 },
		{ NLA_HDRLEN, 4 },
	};

	assert_int_equal(count(attrs, 0), 0);
	assert_int_equal(count(attrs, 3), 0);
	assert_int_equal(count(attrs, 4), 101);
	assert_int_equal(count(attrs, 10), 101);
	assert_int_equal(count(attrs, 11), 302 + 30000);
	assert_int_equal(count(attrs, sizeof(attrs)), 703 + 30000);
	attrs[3].nla_len = NLA_HDRLEN + 1;
	assert_int_equal(count(attrs, sizeof(attrs)), 302 + 30000);
	attrs[0].nla_len = NLA_HDRLEN - 1;
	assert_int_equal(count(attrs, sizeof(attrs)), 0);
}

/* The kernel answers for real: a request that it does not know is an error. */
static void test_kernel(void **state)
{
	struct nlmsghdr request = { .nlmsg_len = sizeof(request),
				    .nlmsg_type = TYPE,
				    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK };
	int fd = netlink_open(4 /* NETLINK_SOCK_DIAG */), sum = 0;
	_Alignas(8) char buffer[4096];
	ssize_t length;

	assert_true(fd >= 0);
	assert_int_equal(netlink_send(fd, &request), 0);
	length = netlink_receive(fd, buffer, sizeof(buffer));
	assert_true(length > 0);
	assert_true(netlink_each(buffer, (size_t)length, add, &sum) < 0);
	assert_int_equal(netlink_send(fd, &request), 0);
	assert_int_equal(netlink_receive(fd, buffer, 8), -ENOSPC);
	close(fd);
	assert_int_equal(netlink_send(fd, &request), -EBADF);
	assert_int_equal(netlink_open(-1), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
