/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel's vocabulary as its pure files need in user space.
 */
#ifndef VIGIL_KERNEL_SHIM_H
#define VIGIL_KERNEL_SHIM_H

#include <assert.h>
#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As the kernel has it: a message is not needed. */
#undef static_assert
#define static_assert(condition, ...) \
	unit_static_assert(condition, ##__VA_ARGS__, #condition)
#define unit_static_assert(condition, message, ...) \
	_Static_assert(condition, message)

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#define S32_MAX INT32_MAX
#define S32_MIN INT32_MIN

#define U8_MAX UINT8_MAX
#define U16_MAX UINT16_MAX
#define U32_MAX UINT32_MAX
#define U64_MAX UINT64_MAX

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

#define min(a, b) ({ __auto_type _a = (a); __auto_type _b = (b); _a < _b ? _a : _b; })
#define max(a, b) ({ __auto_type _a = (a); __auto_type _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp_t(type, value, low, high) ({ \
	type _value = (value), _low = (low), _high = (high); \
	_value < _low ? _low : _value > _high ? _high : _value; \
})

#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, value) __atomic_store_n(&(x), value, __ATOMIC_RELAXED)
/* Barriers of the same strength or stronger. */
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
/* See above. */
#define smp_store_release(p, value) __atomic_store_n(p, value, __ATOMIC_RELEASE)
#define try_cmpxchg(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, \
				    __ATOMIC_RELAXED)

#define xchg(p, value) __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)

#define NSEC_PER_SEC 1000000000L
#define MSEC_PER_SEC 1000L

#define BIT_ULL(n) (1ULL << (n))

#define atomic_t struct atomic

struct atomic {
	int counter;
};

static inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic_add(int n, atomic_t *v)
{
	__atomic_fetch_add(&v->counter, n, __ATOMIC_RELAXED);
}

static inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

static inline int atomic_xchg(atomic_t *v, int n)
{
	return __atomic_exchange_n(&v->counter, n, __ATOMIC_SEQ_CST);
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline unsigned int hweight32(u32 n)
{
	return __builtin_popcount(n);
}

static inline unsigned long __fls(unsigned long n)
{
	return 63 - __builtin_clzl(n);
}

static inline unsigned long __ffs(unsigned long n)
{
	return __builtin_ctzl(n);
}

static inline unsigned int ilog2(u64 n)
{
	return 63 - __builtin_clzll(n);
}

static inline int hex_to_bin(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "+r"(var))

#define noinline __attribute__((__noinline__))

/* Tests run where this is the order of bytes. */
#define le16_to_cpu(value) (value)
#define le32_to_cpu(value) (value)
#define le64_to_cpu(value) (value)
#define cpu_to_le16(value) ((u16)(value))
#define cpu_to_le32(value) ((u32)(value))
#define cpu_to_le64(value) ((u64)(value))

/* Four bits at a time. */
static inline u32 crc32_le(u32 crc, const void *data, size_t bytes)
{
	static const u32 table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const u8 *byte = data;

	while (bytes--) {
		crc ^= *byte++;
		crc = crc >> 4 ^ table[crc % 16];
		crc = crc >> 4 ^ table[crc % 16];
	}
	return crc;
}

#define GFP_KERNEL 0
#define kvzalloc(bytes, flags) ((void)(flags), calloc(1, bytes))
#define kvfree(memory) free(memory)

#define ERR_PTR(err) ((void *)(intptr_t)(err))
#define PTR_ERR(p) ((long)(p))
#define IS_ERR(p) ((uintptr_t)(p) >= (uintptr_t)-4095)

#define PAGE_SIZE 4096UL
#define offset_in_page(p) ((unsigned long)(p) & (PAGE_SIZE - 1))

#define __no_sanitize_or_inline \
	__attribute__((__noinline__, unused, \
		       no_sanitize("address", "undefined")))

static inline long strscpy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	if (!size)
		return -1;
	len -= len == size;
	memcpy(to, from, len);
	to[len] = '\0';
	return len;
}

/* The same constant as the kernel's, so that tables come out the same. */
static inline u32 hash_64(u64 value, unsigned int bits)
{
	return value * 0x61C8864680B583EBull >> (64 - bits);
}

#endif /* VIGIL_KERNEL_SHIM_H */
