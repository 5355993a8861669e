// SPDX-License-Identifier: GPL-2.0
/* The fields that are emitted are the fields that tcptrail-json(5) documents. */
#include "out_tools.h"

#include <stdio.h>
#include <stdlib.h>

#include "userspace/print/record_json.h"

#define MANUAL "userspace/man/tcptrail-json.5" /* tests run at the top of the tree */
#define MAX_FIELDS 128

struct fields {
	char names[MAX_FIELDS][32];
	unsigned int count;
};

static bool has(const struct fields *f, const char *name)
{
	for (unsigned int i = 0; i < f->count; i++) {
		if (!strcmp(f->names[i], name))
			return true;
	}
	return false;
}

static void add(struct fields *f, const char *name, size_t len)
{
	char copy[32];

	assert_true(len > 0 && len < sizeof(copy));
	memcpy(copy, name, len);
	copy[len] = '\0';
	if (has(f, copy))
		return;
	assert_true(f->count < MAX_FIELDS);
	strcpy(f->names[f->count++], copy);
}

/* Every ".TP" and the ".B name" under it. */
static void read_manual(struct fields *f)
{
	FILE *file = fopen(MANUAL, "r");
	bool tagged = false;
	char line[512];

	if (!file)
		skip();
	while (fgets(line, sizeof(line), file)) {
		if (tagged && !strncmp(line, ".B ", 3))
			add(f, line + 3, strcspn(line + 3, "\n"));
		tagged = !strcmp(line, ".TP\n");
	}
	fclose(file);
}

/* Records with everything set, of each kind: no string of theirs looks like a key. */
static void emit_all(struct fields *f)
{
	struct clock utc;

	clock_init(&utc, 0, true);
	for (unsigned int kind = 1; kind < 256; kind++) {
		struct tcptrail_record r = make_record((uint8_t)kind);
		struct buf b;

		memset(&r.transition, 0x11, sizeof(r.transition));
		r.flags = TCPTRAIL_F_TASK | TCPTRAIL_F_SELF | TCPTRAIL_F_CHILD | TCPTRAIL_F_ORPHAN |
			  TCPTRAIL_F_PEER_FIN | TCPTRAIL_F_USER_TIMEOUT | TCPTRAIL_F_MPTCP |
			  TCPTRAIL_F_ACKED;
		if (kind != TCPTRAIL_SEGMENT && kind != TCPTRAIL_LOSS)
			r.transition.error = 104;
		buf_init(&b, NULL);
		record_json(&b, &utc, &r);
		for (const char *p = buf_string(&b); (p = strchr(p, '"')); p++) {
			size_t len = strcspn(++p, "\"");

			if (p[len + 1] == ':')
				add(f, p, len);
			p += len;
		}
		buf_free(&b);
	}
}

static void test_fields(void **state)
{
	struct fields documented = { 0 }, emitted = { 0 };

	read_manual(&documented);
	emit_all(&emitted);
	for (unsigned int i = 0; i < emitted.count; i++) {
		if (!has(&documented, emitted.names[i]))
			fail_msg("%s is not documented in " MANUAL, emitted.names[i]);
	}
	for (unsigned int i = 0; i < documented.count; i++) {
		if (!has(&emitted, documented.names[i]))
			fail_msg("%s is documented but never emitted", documented.names[i]);
	}
	assert_true(emitted.count > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests_name("json_fields", tests, NULL, NULL);
}
