// SPDX-License-Identifier: GPL-2.0
/*
 * Reads Accept and Accept-Encoding (RFC 9110, 12.5): elements set apart by commas, each with
 * parameters after semicolons, of which "q" is the weight. A header may hold anything; what
 * is not understood does not count.
 */
#include "userspace/exporter/accept_header.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 64

/* A parameter's value, up to the end of this element; false if it has none. */
static bool parameter(const char *element, size_t len, const char *name, char value[WORD_MAX])
{
	size_t name_len = strlen(name), at = 0, n;

	value[0] = '\0';
	while ((at += strcspn(element + at, ";,")) < len && element[at] == ';') {
		at++;
		at += strspn(element + at, " \t");
		if (strncasecmp(element + at, name, name_len) || element[at + name_len] != '=')
			continue;
		at += name_len + 1;
		n = strcspn(element + at, ";, \t");
		if (n >= WORD_MAX)
			return false;
		memcpy(value, element + at, n);
		value[n] = '\0';
		return true;
	}
	return false;
}

/* Weight of @type in an Accept header, in thousandths; 0 if it is not in it. */
static int weight_of(const char *header, const char *type, const char *version)
{
	size_t type_len = strlen(type), len;
	char value[WORD_MAX];
	int weight, best = 0;
	double q;

	for (; *header; header += len + (header[len] == ',')) {
		header += strspn(header, " \t");
		len = strcspn(header, ",");
		if (strncasecmp(header, type, type_len) || !strchr("; \t,", header[type_len]))
			continue;
		if (version && parameter(header, len, "version", value) && strcmp(value, version))
			continue;
		q = parameter(header, len, "q", value) ? strtod(value, NULL) : 1;
		weight = q >= 1 ? 1000 : q > 0 ? (int)(q * 1000) : 0;
		if (weight > best)
			best = weight;
	}
	return best;
}

bool wants_openmetrics(const char *accept)
{
	int openmetrics;

	if (!accept)
		return false;
	openmetrics = weight_of(accept, "application/openmetrics-text", "1.0.0");
	return openmetrics && openmetrics >= weight_of(accept, "text/plain", NULL);
}

bool wants_gzip(const char *accept_encoding)
{
	return accept_encoding && weight_of(accept_encoding, "gzip", NULL) > 0;
}
