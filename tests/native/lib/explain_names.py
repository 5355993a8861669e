#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The names that explain gives, one a line: of names(m, "..."), and of the tables of names.

	explain_names.py FILE...	the files userspace/explain/narrative*.c
"""
import re
import sys

PLACES = (
	r'\bnames\(m,(.*?)\);',	# names(m, lost ? "lost-last-ack" : "fin-retransmitted")
	r'\bby_names\[\] = \{(.*?)\};',
	r'\{ CONN_\w+, CONN_WHY_\w+, ("[^"]*")',	# struct detail: how, why, names
)

source = ''.join(open(name, encoding='utf-8').read() for name in sys.argv[1:])
found = set()
for place in PLACES:
	for text in re.findall(place, source, re.S):
		for literal in re.findall(r'"([^"]*)"', text):
			found.update(literal.split())
print('\n'.join(sorted(found)))
