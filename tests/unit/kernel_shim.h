/* SPDX-License-Identifier: GPL-2.0 */
/* As much of the kernel as module/ring_write.h needs, in user space. */
#ifndef TCPTRAIL_KERNEL_SHIM_H
#define TCPTRAIL_KERNEL_SHIM_H

#include <stdint.h>

typedef uint32_t u32;
typedef uint64_t u64;

#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)

#include "module/ring_write.h"

#endif
