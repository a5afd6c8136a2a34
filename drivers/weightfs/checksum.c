// SPDX-License-Identifier: GPL-2.0
/*
 * crc32c of a page, with machine checks survived.
 *
 * The kernel's crc32c() panics when it meets an error that nobody has seen yet,
 * which is what a scrubber looks for. To copy every page with copy_mc_to_kernel()
 * first would double the memory traffic. On x86-64 one instruction does it all,
 * so each of its loads gets an entry in the exception table that the machine
 * check handler honours (EX_TYPE_DEFAULT_MCE_SAFE, see error_context() in
 * arch/x86/kernel/cpu/mce/severity.c).
 *
 * One stream of crc32q is bound by its latency, three cycles for eight bytes: up
 * to 8 GB/s at 3 GHz. What loads side by side has a stream for each chunk.
 */
#include <linux/crc32c.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#ifdef CONFIG_X86_64
#include <asm/asm.h>
#include <asm/cpufeature.h>
#endif

#include "weightfs.h"

#ifdef CONFIG_X86_64
static bool crc_instruction(void)
{
	return boot_cpu_has(X86_FEATURE_XMM4_2);
}

/* One step for eight bytes; 32 of them a turn. */
static bool crc_page(const void *data, u32 *crc)
{
	const void *end = data + PAGE_SIZE;
	unsigned int unread = 1;
	u64 sum = ~0U;

	asm volatile("0:\n"
		     "	.set weightfs_offset, 0\n"
		     "	.rept 32\n"
		     "1:	crc32q weightfs_offset(%[at]), %[crc]\n"
		     _ASM_EXTABLE_TYPE(1b, 9f, EX_TYPE_DEFAULT_MCE_SAFE)
		     "	.set weightfs_offset, weightfs_offset + 8\n"
		     "	.endr\n"
		     "	add $256, %[at]\n"
		     "	cmp %[end], %[at]\n"
		     "	jne 0b\n"
		     "	xor %[unread], %[unread]\n"
		     "9:\n"
		     : [at] "+r" (data), [crc] "+r" (sum), [unread] "+r" (unread)
		     : [end] "r" (end)
		     : "cc", "memory");
	*crc = sum;
	return !unread;
}
#else
static bool crc_instruction(void)
{
	return false;
}

static bool crc_page(const void *data, u32 *crc)
{
	return false;
}
#endif

/**
 * weightfs_checksum_data() - Compute the crc32c of a page of memory.
 * @data: a page of memory
 * @crc: the checksum, when all of it could be read
 *
 * The seed is ~0, as in crc32c(~0, data, PAGE_SIZE). Where there is no such loop,
 * on x86 without SSE 4.2 and on other architectures, an error that nobody has
 * seen yet is not survived.
 *
 * Context: Any.
 * Return: false when the memory can't be read.
 */
bool weightfs_checksum_data(const void *data, u32 *crc)
{
	if (crc_instruction())
		return crc_page(data, crc);
	*crc = crc32c(~0, data, PAGE_SIZE);
	return true;
}

/**
 * weightfs_checksum() - Compute the crc32c of a page.
 * @page: the page, held by the caller
 * @crc: the checksum, when all of the page could be read
 *
 * Context: Any.
 * Return: false when the page can't be read.
 */
bool weightfs_checksum(struct page *page, u32 *crc)
{
	void *data = kmap_local_page(page);
	bool read = weightfs_checksum_data(data, crc);

	kunmap_local(data);
	return read;
}
