/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzz targets share: a few bytes of input as records that meet each
 * other, and what any output has to be, whatever went in.
 */
#ifndef TCPTRAIL_FUZZ_H
#define TCPTRAIL_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "userspace/base/record.h"
#include "userspace/base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * fuzz_records() - the input as records
 * @data: the first byte says how: an even one: records follow as they lie in a
 *	ring or a file; an odd one: a few bytes each, which few names, likely
 *	states and awkward task names are made of
 * @size: bytes of it
 * @count: set to how many there are
 *
 * Return: an array, freed by the caller
 */
struct tcptrail_record *fuzz_records(const uint8_t *data, size_t size, size_t *count);

/**
 * fuzz_check_text() - lines for people: UTF-8, and nothing that a terminal would obey
 *
 * Aborts, as the others do, where it is not so.
 */
void fuzz_check_text(const struct buf *out);

/** fuzz_check_json() - lines that each are one JSON object (RFC 8259) */
void fuzz_check_json(const struct buf *out);

/** fuzz_check_expo() - Prometheus' text: comments, and a name, labels, a number a line */
void fuzz_check_expo(const struct buf *out);

/** fuzz_check_xml() - well formed: elements closed in order, no bare '<' and '&' */
void fuzz_check_xml(const struct buf *out);

#endif
