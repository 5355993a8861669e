/* SPDX-License-Identifier: GPL-2.0 */
/* How a line of JSON begins, for tests that look at whole lines. */
#ifndef TCPTRAIL_JSON_VERSION_H
#define TCPTRAIL_JSON_VERSION_H

#include "userspace/base/json.h"

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)
#define JSON_BEGINS "{\"v\":" TEXT(JSON_VERSION) ","

#endif
