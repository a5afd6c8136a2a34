// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings: one fault for each chunk, one PMD for each huge page.
 *
 * The kernel's own filemap_map_pages() maps a huge folio with a PMD when folio
 * and mapping are aligned, for shared and private mappings alike. What is added
 * here: a chunk is loaded before its pages are looked for; a chunk that is
 * being taken apart is left alone, so that no page table gets in the way of the
 * next PMD; and no fault sleeps on the lock of a folio while it holds a
 * reference to it, which would keep the kernel from taking a bad page away.
 */
#include <compat/filemap.h>
#include <linux/file.h>
#include <linux/huge_mm.h>
#include <linux/mm.h>

#include "weightfs.h"

/* Chunks that one fault maps at most, as many as fault_around_bytes are pages. */
#define MAP_AROUND 16

static struct weightfs_chunk *fault_chunk(struct vm_fault *vmf)
{
	struct weightfs_inode *wi = weightfs_file_copy(vmf->vma->vm_file);

	return &wi->chunks[weightfs_chunk_of(vmf->pgoff)];
}

/* Could the page at the fault be mapped by a PMD, as far as the VMA goes? */
static bool pmd_fits(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long start = vmf->address & HPAGE_PMD_MASK;

	return start >= vma->vm_start && start + HPAGE_PMD_SIZE <= vma->vm_end &&
	       IS_ALIGNED((vma->vm_start >> PAGE_SHIFT) - vma->vm_pgoff,
			  WEIGHTFS_CHUNK_PAGES);
}

/*
 * v6.12.y's filemap_map_pages() takes a huge folio that ends exactly at the end
 * of the file for one that goes beyond it, and maps it small. finish_fault()
 * does not, so leave that folio to it.
 */
static bool ends_at_eof(struct weightfs_chunk *chunk)
{
	unsigned long next = weightfs_chunk_nr(chunk) + 1;

	return (u64)next << WEIGHTFS_CHUNK_SHIFT == chunk->wi->size;
}

/* Can the chunk at this place be mapped by a PMD in passing? */
static bool can_map_around(struct vm_fault *vmf)
{
	struct weightfs_inode *wi = weightfs_file_copy(vmf->vma->vm_file);
	struct weightfs_chunk *chunk;

	if (vmf->pgoff >= weightfs_file_pages(wi->size) || !pmd_fits(vmf) ||
	    !pmd_none(*vmf->pmd))
		return false;
	chunk = fault_chunk(vmf);
	return weightfs_chunk_ready(chunk) && chunk->state == WEIGHTFS_HUGE &&
	       !ends_at_eof(chunk);
}

/*
 * As the kernel maps small pages around a fault, map the chunks behind it that
 * are in memory, as far as their PMDs are in the same table. The page table that
 * the kernel has at hand for the fault is lent on; where it was used the next
 * PMD could not be one.
 */
static void map_around(struct vm_fault *vmf)
{
	unsigned long start = vmf->address & HPAGE_PMD_MASK;
	pgoff_t pgoff = linear_page_index(vmf->vma, start);
	unsigned int i;

	for (i = 1; i < MAP_AROUND; i++) {
		unsigned long address = start + i * HPAGE_PMD_SIZE;
		pgoff_t index = pgoff + i * WEIGHTFS_CHUNK_PAGES;
		struct vm_fault next = {
			.vma		= vmf->vma,
			.gfp_mask	= vmf->gfp_mask,
			.pgoff		= index,
			.address	= address,
			.real_address	= address,
			.flags		= vmf->flags,
			.pmd		= vmf->pmd + i,
			.pud		= vmf->pud,
			.prealloc_pte	= vmf->prealloc_pte,
		};

		if ((address ^ start) & PUD_MASK || !can_map_around(&next))
			return;
		filemap_map_pages(&next, index, index + WEIGHTFS_CHUNK_PAGES - 1);
		vmf->prealloc_pte = next.prealloc_pte;
		if (!pmd_trans_huge(*next.pmd))
			return;
	}
}

/*
 * Some kernels (openEuler's 6.6) map a folio with a PMD only when asked for its
 * first page, so ask for that one.
 *
 * Context: RCU read side on some kernels, so it must not sleep.
 */
static vm_fault_t weightfs_map_pages(struct vm_fault *vmf, pgoff_t start,
				     pgoff_t end)
{
	struct weightfs_inode *wi = weightfs_file_copy(vmf->vma->vm_file);
	struct weightfs_chunk *chunk;
	vm_fault_t ret;

	/* A mapping may be longer than its file, and than the table of chunks. */
	if (vmf->pgoff >= weightfs_file_pages(wi->size))
		return 0;
	chunk = fault_chunk(vmf);
	if (!weightfs_chunk_ready(chunk))
		return 0;
	if (!pmd_none(*vmf->pmd) || !pmd_fits(vmf))
		return filemap_map_pages(vmf, start, end);

	if (ends_at_eof(chunk) && chunk->state == WEIGHTFS_HUGE)
		return 0;
	start = weightfs_chunk_start(weightfs_chunk_nr(chunk));
	ret = filemap_map_pages(vmf, start, end);
	if (pmd_trans_huge(*vmf->pmd))
		map_around(vmf);
	return ret;
}

/*
 * The fault's lock is dropped while a chunk is loaded, where the caller allows:
 * a load takes milliseconds and others may want to map or unmap.
 */
static vm_fault_t fault_populate(struct vm_fault *vmf,
				 struct weightfs_chunk *chunk)
{
	struct file *file;
	int err;

	if (!fault_flag_allow_retry_first(vmf->flags)) {
		err = weightfs_chunk_populate(chunk);
		return err ? VM_FAULT_SIGBUS : 0;
	}
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT) {
		weightfs_chunk_start_build(chunk);
		return VM_FAULT_RETRY;
	}
	file = get_file(vmf->vma->vm_file);
	release_fault_lock(vmf);
	/* An error shows again in the second try, which may not drop the lock. */
	weightfs_chunk_populate(chunk);
	fput(file);
	return VM_FAULT_RETRY;
}

/* Sleep with no page held, then let the access fault again. */
static vm_fault_t fault_again(void)
{
	schedule_timeout_killable(1);
	return VM_FAULT_NOPAGE;
}

/*
 * What filemap_fault() does with a page that is in memory, except that it would
 * wait for the lock with a reference, and that a poisoned page would end in a
 * signal even if it can be healed: the kernel marks it before it comes to take it
 * away.
 */
static vm_fault_t fault_cached(struct vm_fault *vmf, struct weightfs_chunk *chunk,
			       struct folio *folio)
{
	bool heals;

	if (folio_trylock(folio)) {
		if (folio->mapping &&
		    weightfs_page_readable(chunk, folio, vmf->pgoff)) {
			vmf->page = folio_file_page(folio, vmf->pgoff);
			return VM_FAULT_LOCKED;
		}
		folio_unlock(folio);
	}
	heals = weightfs_bar_poisoned(chunk, folio, vmf->pgoff);
	folio_put(folio);
	return heals ? fault_again() : VM_FAULT_HWPOISON;
}

static vm_fault_t weightfs_fault(struct vm_fault *vmf)
{
	struct weightfs_inode *wi = weightfs_file_copy(vmf->vma->vm_file);
	struct weightfs_chunk *chunk;
	struct folio *folio;
	vm_fault_t ret;

	if (vmf->pgoff >= weightfs_file_pages(wi->size))
		return VM_FAULT_SIGBUS;
	chunk = fault_chunk(vmf);
	if (!weightfs_chunk_ready(chunk)) {
		ret = fault_populate(vmf, chunk);
		if (ret)
			return ret;
	}
	if (!vmf->cow_page) {
		ret = weightfs_map_pages(vmf, vmf->pgoff, vmf->pgoff);
		if (ret)
			return ret;
	}
	folio = filemap_get_folio(vmf->vma->vm_file->f_mapping, vmf->pgoff);
	if (!IS_ERR(folio)) {
		if (folio_test_uptodate(folio))
			return fault_cached(vmf, chunk, folio);
		folio_put(folio);
	}
	/* A page that could not be read: try once more. */
	return weightfs_chunk_ready(chunk) ? filemap_fault(vmf) : fault_again();
}

static const struct vm_operations_struct weightfs_vm_ops = {
	.fault		= weightfs_fault,
	.map_pages	= weightfs_map_pages,
};

int weightfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	/* The file can't be open for writing, so no shared mapping can be. */
	vma->vm_ops = &weightfs_vm_ops;
	return 0;
}
