// SPDX-License-Identifier: GPL-2.0
/*
 * Reading the source.
 *
 * With direct I/O, straight into the folios that will be mapped, so that the
 * source leaves no second copy in the page cache. Where the source can't do
 * that (tmpfs, some network filesystems), through its page cache, of which what
 * was read is dropped at once.
 *
 * A generation is never a mixture: a source whose size or mtime is not what it
 * was is refused.
 */
#include <linux/bvec.h>
#include <linux/cred.h>
#include <linux/fadvise.h>
#include <linux/file.h>
#include <linux/uio.h>

#include "generation.h"
#include "weightfs.h"

static struct file *source_open(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	struct path path = { .mnt = wm->lower_mnt, .dentry = wi->lower };
	int flags = O_RDONLY | O_LARGEFILE;
	struct file *file;

	file = dentry_open(&path, flags | O_DIRECT, wm->cred);
	if (PTR_ERR_OR_ZERO(file) == -EINVAL)
		file = dentry_open(&path, flags, wm->cred);
	return file;
}

/**
 * weightfs_source() - The file in the source, opened for loading.
 * @wi: the file
 *
 * Context: Process context, sleeps. Takes and releases the inode's source_lock.
 * Return: the file, which lives as long as the inode, or ERR_PTR().
 */
struct file *weightfs_source(struct weightfs_inode *wi)
{
	struct file *file;

	/* Pairs with the store below. */
	file = smp_load_acquire(&wi->source);
	if (file)
		return file;
	mutex_lock(&wi->source_lock);
	file = wi->source;
	if (!file) {
		file = source_open(wi);
		if (!IS_ERR(file))
			/* Pairs with the load above. */
			smp_store_release(&wi->source, file);
	}
	mutex_unlock(&wi->source_lock);
	return file;
}

/*
 * A short read is not an error of a filesystem, so go on where it stopped.
 * Direct I/O has to go on at a block: start over from the last page boundary.
 */
static int source_read_all(struct file *file, struct bio_vec *bvec,
			   unsigned int nr_bvec, loff_t pos, size_t want)
{
	size_t room = 0, done = 0;
	unsigned int i;

	for (i = 0; i < nr_bvec; i++)
		room += bvec[i].bv_len;
	while (done < want) {
		struct iov_iter iter;
		loff_t at = pos + done;
		ssize_t n;

		iov_iter_bvec(&iter, ITER_DEST, bvec, nr_bvec, room);
		iov_iter_advance(&iter, done);
		n = vfs_iter_read(file, &iter, &at, 0);
		if (n < 0)
			return n;
		if (done + n >= want)
			return 0;
		n = round_down(n, PAGE_SIZE);
		if (!n)
			return -EIO;
		done += n;
	}
	return 0;
}

/**
 * weightfs_source_read() - Read a part of the source.
 * @wi: the file
 * @bvec: whole pages to read into
 * @nr_bvec: length of @bvec
 * @pos: first byte, at a page
 * @want: bytes, no more than @bvec has; what @bvec has beyond is undefined
 *
 * Context: Process context, sleeps.
 * Return: 0 when all of it was read and belongs to this generation; -ESTALE
 * when the source has changed, -EIO when it ends early, or its own error.
 */
int weightfs_source_read(struct weightfs_inode *wi, struct bio_vec *bvec,
			 unsigned int nr_bvec, loff_t pos, size_t want)
{
	struct file *file = weightfs_source(wi);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	if (!weightfs_generation_intact(wi, file_inode(file)))
		return -ESTALE;
	err = source_read_all(file, bvec, nr_bvec, pos, want);
	if (err)
		return err;
	if (!(file->f_flags & O_DIRECT))
		vfs_fadvise(file, pos, want, POSIX_FADV_DONTNEED);
	return weightfs_generation_intact(wi, file_inode(file)) ? 0 : -ESTALE;
}
