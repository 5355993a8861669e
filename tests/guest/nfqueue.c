// SPDX-License-Identifier: GPL-2.0
/*
 * nfqueue N: owns NFQUEUE N of its network namespace, and gives no verdict on anything that
 * comes. Prints "bound" when it is ready.
 */
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct config {
	struct nlmsghdr header;
	struct nfgenmsg family;
	struct nlattr attribute;
	union {
		struct nfqnl_msg_config_cmd command;
		struct nfqnl_msg_config_params parameters;
	};
};

static int configure(int fd, unsigned short queue, unsigned short type, const void *value,
		     unsigned short len)
{
	struct config c = {
		.header = { .nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_CONFIG,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
			    .nlmsg_len = offsetof(struct config, command) + NLMSG_ALIGN(len) },
		.family = { .nfgen_family = AF_UNSPEC, .res_id = htons(queue) },
		.attribute = { .nla_type = type, .nla_len = sizeof(struct nlattr) + len },
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} reply;

	memcpy(&c.command, value, len);
	if (send(fd, &c, c.header.nlmsg_len, 0) < 0 || recv(fd, &reply, sizeof(reply), 0) < 0)
		return -1;
	return reply.header.nlmsg_type == NLMSG_ERROR ? reply.error.error : -1;
}

int main(int argc, char **argv)
{
	struct nfqnl_msg_config_cmd bind_to = { .command = NFQNL_CFG_CMD_BIND,
						.pf = htons(AF_INET) };
	struct nfqnl_msg_config_params parameters = { .copy_range = htonl(0xffff),
						      .copy_mode = NFQNL_COPY_META };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	unsigned short queue = argc == 2 ? (unsigned short)atoi(argv[1]) : 0;

	if (configure(fd, queue, NFQA_CFG_CMD, &bind_to, sizeof(bind_to)) ||
	    configure(fd, queue, NFQA_CFG_PARAMS, &parameters, sizeof(parameters))) {
		perror("nfqueue");
		return 1;
	}
	puts("bound");
	fflush(stdout);
	pause();
	return 0;
}
