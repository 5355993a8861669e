// SPDX-License-Identifier: GPL-2.0
/* Names of states and the like, addresses. */
#include "out_tools.h"

#include <errno.h>

#include "userspace/base/names.h"
#include "userspace/base/record.h"
#include "userspace/base/array.h"

static void test_states(void **state)
{
	for (uint8_t i = TCPTRAIL_ESTABLISHED; i <= TCPTRAIL_NEW_SYN_RECV; i++) {
		assert_int_equal(state_parse(state_name(i)), i);
		assert_int_equal(state_parse(state_key(i)), i);
		assert_true(strlen(state_name(i)) <= STATE_NAME_MAX);
	}
	assert_string_equal(state_name(TCPTRAIL_CLOSE_WAIT), "CLOSE-WAIT");
	assert_string_equal(state_key(TCPTRAIL_FIN_WAIT2), "fin_wait2");
	assert_string_equal(state_name(13), "13"); /* BOUND_INACTIVE, of newer kernels */
	assert_string_equal(state_key(255), "255");
	assert_int_equal(state_parse("Close_Wait"), TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(state_parse("CLOSEWAIT"), TCPTRAIL_CLOSE_WAIT);
	assert_int_equal(state_parse("FIN_WAIT1"), TCPTRAIL_FIN_WAIT1);
	assert_int_equal(state_parse("FIN-WAIT-1"), TCPTRAIL_FIN_WAIT1);
	assert_int_equal(state_parse("syn-received"), TCPTRAIL_SYN_RECV);
	assert_int_equal(state_parse("close"), TCPTRAIL_CLOSE);
	assert_int_equal(state_parse("closed"), TCPTRAIL_CLOSE);
	assert_int_equal(state_parse("CLOSE-WAI"), -EINVAL);
	assert_int_equal(state_parse("CLOSE-WAITS"), -EINVAL);
	assert_int_equal(state_parse(""), -EINVAL);
	assert_int_equal(state_parse("-"), -EINVAL);
}

/* The same as where the C library has them, and none for what is no error. */
static void test_error_names(void **state)
{
	assert_string_equal(error_key(0), "");
	assert_null(error_key(~0U));
	for (int i = 1; i < 1000; i++) {
		const char *known = strerrorname_np(i), *name = error_key(i);

		assert_int_equal(!known, !name);
		if (known)
			assert_string_equal(name, known);
	}
}

static void test_other_names(void **state)
{
	static const uint8_t kinds[] = { TCPTRAIL_SOCKET,  TCPTRAIL_REQUEST, TCPTRAIL_TIMEWAIT,
					 TCPTRAIL_ACCEPT,  TCPTRAIL_SEGMENT, TCPTRAIL_LOSS,
					 TCPTRAIL_SNAPSHOT };

	for (unsigned int i = 0; i < sizeof(kinds); i++)
		assert_int_equal(kind_parse(kind_key(kinds[i])), kinds[i]);
	assert_string_equal(kind_key(77), "77");
	assert_int_equal(kind_parse("77"), -EINVAL);
	assert_string_equal(reason_key(TCPTRAIL_REASON_REUSE), "reuse");
	assert_string_equal(reason_key(200), "200");
	assert_string_equal(reset_reason_key(TCPTRAIL_RESET_KEEPALIVE), "keepalive");
	assert_string_equal(reset_reason_key(200), "200");
	for (unsigned int i = 0; i < TCPTRAIL_RESETS; i++)
		assert_false(reset_reason_key((uint8_t)i)[0] <= '9');
	assert_string_equal(cause_key(TCPTRAIL_LOSS_OVERWRITTEN), "overwritten");
	assert_string_equal(cause_text(77), "77");
	assert_string_equal(hook_key(TCPTRAIL_HOOK_TIMEWAIT_REARM), "timewait_rearm");
	assert_string_equal(hook_key(31), "31");
	assert_string_equal(error_key(104), "ECONNRESET");
	assert_string_equal(error_key(0), "");
	assert_null(error_key(60000));
	/* Every hook of the contract has a name and a consequence. */
	for (unsigned int i = 0; i < TCPTRAIL_HOOKS; i++) {
		assert_false(hook_key(i)[0] >= '0' && hook_key(i)[0] <= '9');
		assert_string_not_equal(hook_loss(i), hook_loss(TCPTRAIL_MAX_HOOKS));
	}
}

static void test_flags(void **state)
{
	char text[TCP_FLAGS_MAX + 1];

	assert_put(text, put_tcp_flags(text, 0), "-");
	assert_put(text, put_tcp_flags(text, TCPTRAIL_SYN), "SYN");
	assert_put(text, put_tcp_flags(text, TCPTRAIL_SYN | TCPTRAIL_ACK), "SYN,ACK");
	assert_put(text, put_tcp_flags(text, TCPTRAIL_FIN | TCPTRAIL_PSH | TCPTRAIL_ACK),
		   "FIN,PSH,ACK");
	assert_put(text, put_tcp_flags(text, 0xff), "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR");
}

static void test_endpoints(void **state)
{
	struct tcptrail_record r = make_record(TCPTRAIL_SOCKET);
	const uint8_t ipv6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	char text[ENDPOINT_MAX + 1];
	uint8_t longest[16];

	assert_put(text, put_local(text, &r), "10.0.0.1:80");
	assert_put(text, put_remote(text, &r), "10.0.0.2:41234");
	r.flags = TCPTRAIL_F_NO_RADDR | TCPTRAIL_F_NO_RPORT | TCPTRAIL_F_NO_LPORT;
	assert_put(text, put_local(text, &r), "10.0.0.1:*");
	assert_put(text, put_remote(text, &r), "*:*");
	r.flags = TCPTRAIL_F_NO_LADDR;
	assert_put(text, put_local(text, &r), "*:80");
	assert_put(text, put_endpoint(text, ipv6, 443), "[2001:db8::1]:443");
	memset(longest, 0xab, 16);
	assert_put(text, put_endpoint(text, longest, 65535),
		   "[abab:abab:abab:abab:abab:abab:abab:abab]:65535");
	ipv4(longest, 0xffffffff);
	assert_put(text, put_endpoint(text, longest, 0), "255.255.255.255:0");
}

static void test_address_parse(void **state)
{
	static const char *const bad[] = { "",		 "10.0.0",	"10.0.0.0/33",
					   "10.0.0.0/",	 "10.0.0.0/-1", "::1/129",
					   "host",	 "10.0.0.0/8x", "::1%lo",
					   "10.0.0.256", "[::1]",	"/8" };
	uint8_t address[16], other[16];
	unsigned int prefix;

	assert_int_equal(address_parse("10.0.0.1", address, &prefix), 0);
	assert_int_equal(prefix, 128);
	ipv4(other, 0x0a000001);
	assert_memory_equal(address, other, 16);
	assert_int_equal(address_parse("10.0.0.0/8", address, &prefix), 0);
	assert_int_equal(prefix, 104);
	assert_true(address_match(address, other, prefix));
	ipv4(other, 0x0b000001);
	assert_false(address_match(address, other, prefix));
	assert_int_equal(address_parse("10.128.0.0/9", address, &prefix), 0);
	ipv4(other, 0x0aff0000);
	assert_true(address_match(address, other, prefix));
	ipv4(other, 0x0a7f0000);
	assert_false(address_match(address, other, prefix));
	assert_int_equal(address_parse("2001:db8::/32", address, &prefix), 0);
	assert_int_equal(prefix, 32);
	assert_int_equal(address_parse("::/0", address, &prefix), 0);
	assert_true(address_match(address, other, prefix));
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(address_parse(bad[i], address, &prefix), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),	    cmocka_unit_test(test_other_names),
		cmocka_unit_test(test_error_names), cmocka_unit_test(test_flags),
		cmocka_unit_test(test_endpoints),   cmocka_unit_test(test_address_parse),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
