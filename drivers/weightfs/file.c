// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: reading, advice, status. map.c has mappings.
 */
#include <linux/cred.h>
#include <linux/fadvise.h>
#include <linux/file.h>
#include <linux/highmem.h>
#include <linux/huge_mm.h>
#include <linux/module.h>
#include <linux/uio.h>
#include <uapi/linux/weightfs.h>

#include <compat/filemap.h>

#include "generation.h"
#include "weightfs.h"

/* A reader lets go of a folio so often that it doesn't hinder a split. */
#define WEIGHTFS_READ_RUN	16
#define WEIGHTFS_READ_RETRIES	16

/*
 * The source decides with the caller's credentials, and its security modules
 * see an open. A file that has changed since the path was walked is walked
 * again, to its new generation.
 */
static int weightfs_open(struct inode *inode, struct file *file)
{
	struct weightfs_inode *wi = weightfs_inode(inode);
	struct path path = {
		.mnt = weightfs_mount(inode->i_sb)->lower_mnt,
		.dentry = wi->lower,
	};
	struct file *lower;
	int err;

	lower = dentry_open(&path, O_RDONLY | O_LARGEFILE, current_cred());
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	fput(lower);
	if (!weightfs_generation_current(wi, d_inode(wi->lower)))
		return -ESTALE;
	/* Direct I/O is served from the huge pages: nothing is more direct. */
	file->f_mode |= FMODE_CAN_ODIRECT;
	weightfs_file_used(wi);
	err = weightfs_chunks_init(wi);
	if (err)
		return err;
	wi = weightfs_replica(wi);
	file->f_mapping = wi->vfs_inode.i_mapping;
	return weightfs_verify(wi);
}

/* Also when the last mapping goes. */
static int weightfs_release(struct inode *inode, struct file *file)
{
	weightfs_file_used(weightfs_file_copy(file));
	return 0;
}

/*
 * Copy one page with machine checks survived.
 * Return: bytes copied; fewer than @len when the page or the buffer is bad.
 */
static size_t copy_page_part(struct folio *folio, loff_t pos, size_t len,
			     struct iov_iter *to)
{
	size_t offset = offset_in_folio(folio, pos);
	char *data = kmap_local_folio(folio, round_down(offset, PAGE_SIZE));
	size_t copied;

	copied = _copy_mc_to_iter(data + offset_in_page(offset), len, to);
	kunmap_local(data);
	return copied;
}

/*
 * Copy up to a run of pages of one folio.
 * Return: bytes copied; 0 when the chunk has to be looked at again.
 */
static size_t read_run(struct weightfs_chunk *chunk, loff_t pos, size_t len,
		       struct iov_iter *to)
{
	struct folio *folio;
	size_t done = 0;
	int pages;

	folio = filemap_get_folio(chunk->wi->vfs_inode.i_mapping,
				  pos >> PAGE_SHIFT);
	if (IS_ERR(folio))
		return 0;
	len = min(len, folio_size(folio) - offset_in_folio(folio, pos));
	for (pages = 0; pages < WEIGHTFS_READ_RUN && done < len; pages++) {
		size_t part = min(len - done, PAGE_SIZE - offset_in_page(pos + done));
		size_t copied;

		if (!weightfs_page_readable(chunk, folio,
					    (pos + done) >> PAGE_SHIFT)) {
			weightfs_bar_poisoned(chunk, folio,
					      (pos + done) >> PAGE_SHIFT);
			break;
		}
		copied = copy_page_part(folio, pos + done, part, to);
		done += copied;
		if (copied < part)
			break;
	}
	folio_put(folio);
	return done;
}

/* Read at least something from one chunk. */
static ssize_t read_chunk(struct weightfs_chunk *chunk, loff_t pos, size_t len,
			  struct iov_iter *to)
{
	int tries, err;
	size_t done;

	for (tries = 0; tries < WEIGHTFS_READ_RETRIES; tries++) {
		err = weightfs_chunk_populate(chunk);
		if (err)
			return err;
		done = read_run(chunk, pos, len, to);
		if (done)
			return done;
		if (fault_in_iov_iter_writeable(to, len) == len)
			return -EFAULT;
		if (tries)
			schedule_timeout_killable(1);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return -EIO;
}

static ssize_t weightfs_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct weightfs_inode *wi = weightfs_file_copy(iocb->ki_filp);
	ssize_t total = 0, done = 0;

	while (iov_iter_count(to) && iocb->ki_pos < wi->size) {
		unsigned long nr = iocb->ki_pos >> WEIGHTFS_CHUNK_SHIFT;
		u64 end = min_t(u64, (u64)(nr + 1) << WEIGHTFS_CHUNK_SHIFT,
				wi->size);

		if ((iocb->ki_flags & IOCB_NOWAIT) &&
		    !weightfs_chunk_ready(&wi->chunks[nr])) {
			done = -EAGAIN;
			break;
		}
		done = read_chunk(&wi->chunks[nr], iocb->ki_pos,
				  min_t(u64, iov_iter_count(to),
					end - iocb->ki_pos), to);
		if (done < 0)
			break;
		iocb->ki_pos += done;
		total += done;
		cond_resched();
	}
	return total ? total : done;
}

static void evict_copy(struct weightfs_inode *wi, void *arg)
{
	weightfs_chunks_evict(wi);
}

/*
 * Letting go is for those who may decide over the file; from others it is
 * advice that is not taken, as the weights belong to everybody.
 */
static int weightfs_fadvise(struct file *file, loff_t offset, loff_t len,
			    int advice)
{
	struct weightfs_inode *wi = weightfs_file_copy(file);

	if (offset < 0 || len < 0)
		return -EINVAL;
	if (!len || len > wi->size - offset)
		len = wi->size - offset;
	switch (advice) {
	case POSIX_FADV_WILLNEED:
		weightfs_preload(wi, offset, len);
		return 0;
	case POSIX_FADV_DONTNEED:
		if (!offset && len == wi->size && !weightfs_pins(wi) &&
		    inode_owner_or_capable(file_mnt_idmap(file), file_inode(file)))
			weightfs_each_copy(wi, evict_copy, NULL);
		return 0;
	case POSIX_FADV_NORMAL:
	case POSIX_FADV_RANDOM:
	case POSIX_FADV_SEQUENTIAL:
	case POSIX_FADV_NOREUSE:
		return 0;
	default:
		return -EINVAL;
	}
}

static void fill_status(struct weightfs_inode *wi, struct weightfs_status *st)
{
	unsigned long nr, chunks = weightfs_file_chunks(wi->size);

	st->size_bytes = wi->size;
	st->heals = atomic_long_read(&wi->heals);
	st->loading = weightfs_preload_pending(wi) ||
		      atomic_read(&wi->building) > 0;
	st->pins = weightfs_pins(wi);
	st->uid = from_kuid_munged(current_user_ns(), wi->user);
	st->scrubbed_at = READ_ONCE(wi->scrubbed_at);
	for (nr = 0; nr < chunks; nr++) {
		struct weightfs_chunk *chunk = &wi->chunks[nr];
		u64 bytes = weightfs_chunk_bytes(wi->size, nr);
		u8 state = READ_ONCE(chunk->state);

		if (state == WEIGHTFS_HUGE)
			st->huge_bytes += bytes;
		if (state == WEIGHTFS_HUGE || state == WEIGHTFS_SMALL)
			st->loaded_bytes += bytes;
		else if (READ_ONCE(chunk->error))
			st->error = -READ_ONCE(chunk->error);
	}
}

static void count_nodes(struct weightfs_inode *wi, void *arg)
{
	struct weightfs_nodes *nodes = arg;
	struct folio *folio;
	unsigned long nr;
	int nid;

	for (nr = 0; wi->chunks && nr < weightfs_file_chunks(wi->size); nr++) {
		folio = filemap_get_folio(wi->vfs_inode.i_mapping,
					  weightfs_chunk_start(nr));
		if (IS_ERR(folio))
			continue;
		nid = folio_nid(folio);
		folio_put(folio);
		if (nid < ARRAY_SIZE(nodes->loaded_bytes))
			nodes->loaded_bytes[nid] +=
				weightfs_chunk_bytes(wi->size, nr);
		cond_resched();
	}
}

static long ioctl_status(struct weightfs_inode *wi, void __user *argp)
{
	struct weightfs_status status = {};

	fill_status(wi, &status);
	return copy_to_user(argp, &status, sizeof(status)) ? -EFAULT : 0;
}

static long ioctl_nodes(struct weightfs_inode *wi, void __user *argp)
{
	struct weightfs_nodes nodes = {};

	weightfs_each_copy(wi, count_nodes, &nodes);
	return copy_to_user(argp, &nodes, sizeof(nodes)) ? -EFAULT : 0;
}

static void cancel_copy(struct weightfs_inode *wi, void *arg)
{
	weightfs_preload_cancel(wi);
}

static long weightfs_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	struct weightfs_inode *home = weightfs_inode(file_inode(file));
	struct weightfs_inode *wi = weightfs_file_copy(file);
	void __user *argp = (void __user *)arg;

	switch (cmd) {
	case WEIGHTFS_IOC_STATUS:
		return ioctl_status(wi, argp);
	case WEIGHTFS_IOC_NODES:
		return ioctl_nodes(wi, argp);
	case WEIGHTFS_IOC_CANCEL:
		if (!inode_owner_or_capable(file_mnt_idmap(file), &home->vfs_inode))
			return -EPERM;
		weightfs_each_copy(wi, cancel_copy, NULL);
		return 0;
	case WEIGHTFS_IOC_PIN:
		return capable(CAP_SYS_ADMIN) ? weightfs_pin(home) : -EPERM;
	case WEIGHTFS_IOC_UNPIN:
		return capable(CAP_SYS_ADMIN) ? weightfs_unpin(home) : -EPERM;
	default:
		return -ENOTTY;
	}
}

const struct inode_operations weightfs_file_iops = {
	.permission	= weightfs_permission,
	.getattr	= weightfs_getattr,
};

/* Pages that are spliced are copies: a pipe would hold the folios for long. */
const struct file_operations weightfs_file_fops = {
	.owner			= THIS_MODULE,
	.open			= weightfs_open,
	.release		= weightfs_release,
	.llseek			= generic_file_llseek,
	.read_iter		= weightfs_read_iter,
	.splice_read		= copy_splice_read,
	.mmap			= weightfs_mmap,
	.get_unmapped_area	= thp_get_unmapped_area,
	.fadvise		= weightfs_fadvise,
	.unlocked_ioctl		= weightfs_ioctl,
	.compat_ioctl		= compat_ptr_ioctl,
};
