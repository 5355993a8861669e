// SPDX-License-Identifier: GPL-2.0
/* The rules in their order: the first that applies has the word. */
#include "userspace/diagnose/verdict_internal.h"

#include <stdarg.h>
#include <string.h>

#include "userspace/base/array.h"
#include "userspace/base/duration.h"
#include "userspace/base/time.h"

uint64_t verdict_stuck_after_ns(uint8_t state)
{
	switch (state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
	case TCPTRAIL_NEW_SYN_RECV:
		return 3 * SEC; /* the first two retransmissions went unanswered */
	case TCPTRAIL_CLOSE_WAIT:
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_CLOSING:
		return 10 * SEC;
	case TCPTRAIL_FIN_WAIT2:
		return 60 * SEC; /* tcp_fin_timeout's default */
	case TCPTRAIL_TIME_WAIT:
		return 65 * SEC; /* 2 MSL are 60 s, the timer may be 2 s late */
	}
	return UINT64_MAX;
}

void verdict_add(char *text, size_t size, const char *format, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, size - len, format, args);
	va_end(args);
}

void verdict_say_tries(const struct finding *f, struct verdict *v, const char *what,
		       unsigned int count)
{
	bool more = f->missing & HOOK(SEGMENT) && !finding_live(f);

	if (count > 1)
		SENTENCE(v, "%s was sent %u times%s and not answered", what, count,
			 more ? " or more" : "");
	else
		SENTENCE(v, "%s is not answered", what);
}

/* The particular stand before the general. */
static const struct rule *const lists[] = { verdict_rules_ports, verdict_rules_close,
					    verdict_rules_open, verdict_rules_listen };

static const struct rule *rule_at(unsigned int number)
{
	const struct rule *rule;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (rule = lists[i]; rule->name; rule++)
			if (!number--)
				return rule;
	return NULL;
}

static bool applies(const struct rule *rule, const struct finding *f)
{
	uint8_t state = f->usage			  ? RULE_BURST :
			f->state == TCPTRAIL_NEW_SYN_RECV ? TCPTRAIL_SYN_RECV :
							    f->state;

	return rule->state == state && (f->evidence & rule->needs) == rule->needs &&
	       !(f->evidence & rule->refuted_by);
}

int8_t verdict_rule(const struct finding *finding)
{
	const struct rule *rule;
	unsigned int i;
	int8_t number = 0;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		for (rule = lists[i]; rule->name; rule++, number++)
			if (applies(rule, finding))
				return number;
	return FINDING_NO_RULE;
}

const char *verdict_name(unsigned int number)
{
	const struct rule *rule = rule_at(number);

	return rule ? rule->name : NULL;
}

void verdict_grounds(unsigned int number, uint64_t *needs, uint64_t *refuted_by)
{
	const struct rule *rule = rule_at(number);

	*needs = rule ? rule->needs : 0;
	*refuted_by = rule ? rule->refuted_by : 0;
}

enum verdict_weight verdict_weight(int number)
{
	const struct rule *rule = number < 0 ? NULL : rule_at((unsigned int)number);

	return rule ? rule->weight : VERDICT_HARMLESS;
}

void verdict_say(const struct finding *finding, const struct verdict_context *context,
		 struct verdict *verdict)
{
	const struct rule *rule = finding->rule < 0 ? NULL : rule_at((unsigned int)finding->rule);

	*verdict = (struct verdict){ .name = "" };
	if (!rule)
		return;
	verdict->name = rule->name;
	verdict->weight = rule->weight;
	if (finding->unconfirmed)
		SENTENCE(verdict, "Records are missing, and this may be over: ");
	if (context->inherited_from && rule->say_inherited)
		rule->say_inherited(finding, context, verdict);
	else
		rule->say(finding, context, verdict);
}
