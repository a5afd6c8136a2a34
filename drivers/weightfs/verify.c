// SPDX-License-Identifier: GPL-2.0
/*
 * verify=sha256: a file is compared with the SHA256SUMS beside it in the source
 * before anybody gets to open it.
 *
 * The first open loads all of it and computes the hash over what is in memory,
 * which is what programs will see. The answer holds for the generation: a file
 * that is put right is another one. Files that SHA256SUMS does not list, and
 * SHA256SUMS itself, are not covered.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <compat/filemap.h>
#include <compat/idmap.h>
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/kernel.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include "weightfs.h"

#define SUMS_NAME	"SHA256SUMS"
#define SUMS_MAX_BYTES	SZ_1M

/* What is known about the hash of a file, in weightfs_inode.verified. */
enum { VERIFY_UNKNOWN, VERIFY_GOOD, VERIFY_BAD };

static struct file *open_sums(struct weightfs_inode *wi)
{
	struct weightfs_mount *wm = weightfs_mount(wi->vfs_inode.i_sb);
	struct dentry *parent = dget_parent(wi->lower);
	struct path path = { .mnt = wm->lower_mnt };
	struct file *file;

	path.dentry = lookup_one_positive_unlocked(mnt_idmap(wm->lower_mnt),
						   SUMS_NAME, parent,
						   strlen(SUMS_NAME));
	dput(parent);
	if (IS_ERR(path.dentry))
		return ERR_CAST(path.dentry);
	file = dentry_open(&path, O_RDONLY | O_LARGEFILE, wm->cred);
	dput(path.dentry);
	return file;
}

/* The whole of SHA256SUMS as a string; NULL when there is none. */
static char *read_sums(struct weightfs_inode *wi)
{
	struct file *file = open_sums(wi);
	loff_t size, pos = 0;
	ssize_t n;
	char *sums;

	if (IS_ERR(file))
		return PTR_ERR(file) == -ENOENT ? NULL : ERR_CAST(file);
	size = i_size_read(file_inode(file));
	sums = size <= SUMS_MAX_BYTES ? kvzalloc(size + 1, GFP_KERNEL) :
					ERR_PTR(-EFBIG);
	if (!sums)
		sums = ERR_PTR(-ENOMEM);
	if (!IS_ERR(sums)) {
		n = kernel_read(file, sums, size, &pos);
		if (n < 0) {
			kvfree(sums);
			sums = ERR_PTR(n);
		}
	}
	fput(file);
	return sums;
}

/* A line of sha256sum: 64 digits, a space, a space or a star, the name. */
static bool parse_line(const char *line, const struct qstr *name, u8 *hash)
{
	static const size_t digits = 2 * SHA256_DIGEST_SIZE;
	const char *listed = line + digits + 2;

	if (strlen(line) < digits + 2 || line[digits] != ' ' ||
	    (line[digits + 1] != ' ' && line[digits + 1] != '*'))
		return false;
	if (!strncmp(listed, "./", 2))
		listed += 2;
	return strlen(listed) == name->len &&
	       !memcmp(listed, name->name, name->len) &&
	       !hex2bin(hash, line, SHA256_DIGEST_SIZE);
}

/* The hash that a file should have; -ENOENT when it is not listed. */
static int listed_hash(struct weightfs_inode *wi, u8 *hash)
{
	char *sums = read_sums(wi), *rest = sums, *line;
	struct name_snapshot name;
	int err = -ENOENT;

	if (IS_ERR_OR_NULL(sums))
		return sums ? PTR_ERR(sums) : -ENOENT;
	take_dentry_name_snapshot(&name, wi->lower);
	while ((line = strsep(&rest, "\n")))
		if (parse_line(line, &name.name, hash))
			err = 0;
	release_dentry_name_snapshot(&name);
	kvfree(sums);
	return err;
}

/* Hash one page; the chunk may be taken apart under us, then say -EAGAIN. */
static int hash_page(struct weightfs_chunk *chunk, struct shash_desc *desc,
		     pgoff_t index)
{
	struct weightfs_inode *wi = chunk->wi;
	struct folio *folio;
	int err = -EAGAIN;
	size_t bytes;
	void *data;

	folio = filemap_get_folio(wi->vfs_inode.i_mapping, index);
	if (IS_ERR(folio))
		return -EAGAIN;
	if (weightfs_page_readable(chunk, folio, index)) {
		bytes = min_t(u64, PAGE_SIZE,
			      wi->size - ((u64)index << PAGE_SHIFT));
		data = kmap_local_page(folio_file_page(folio, index));
		err = crypto_shash_update(desc, data, bytes);
		kunmap_local(data);
	}
	folio_put(folio);
	return err;
}

static int hash_chunk(struct weightfs_chunk *chunk, struct shash_desc *desc)
{
	unsigned long nr = weightfs_chunk_nr(chunk);
	pgoff_t index = weightfs_chunk_start(nr);
	pgoff_t end = index + weightfs_chunk_pages(chunk->wi->size, nr);
	int err;

	while (index < end) {
		err = weightfs_chunk_populate(chunk);
		if (!err)
			err = hash_page(chunk, desc, index);
		if (!err)
			index++;
		else if (err != -EAGAIN)
			return err;
		cond_resched();
	}
	return 0;
}

static int hash_file(struct weightfs_inode *wi, u8 *hash)
{
	struct crypto_shash *tfm = crypto_alloc_shash("sha256", 0, 0);
	unsigned long nr;
	int err;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	{
		SHASH_DESC_ON_STACK(desc, tfm);

		desc->tfm = tfm;
		err = crypto_shash_init(desc);
		weightfs_preload(wi, 0, wi->size);
		for (nr = 0; !err && nr < weightfs_file_chunks(wi->size); nr++)
			err = hash_chunk(&wi->chunks[nr], desc);
		if (!err)
			err = crypto_shash_final(desc, hash);
		shash_desc_zero(desc);
	}
	crypto_free_shash(tfm);
	return err;
}

static int verify_locked(struct weightfs_inode *wi)
{
	u8 wanted[SHA256_DIGEST_SIZE], found[SHA256_DIGEST_SIZE];
	int err;

	err = listed_hash(wi, wanted);
	if (err == -ENOENT) {
		wi->verified = VERIFY_GOOD;
		return 0;
	}
	if (!err)
		err = hash_file(wi, found);
	if (err)
		return err;
	if (!memcmp(wanted, found, sizeof(found))) {
		wi->verified = VERIFY_GOOD;
		return 0;
	}
	wi->verified = VERIFY_BAD;
	pr_err("%pd: its sha256 is %*phN, and %*phN in " SUMS_NAME ": refused\n",
	       wi->lower, (int)sizeof(found), found, (int)sizeof(wanted), wanted);
	weightfs_count(weightfs_mount(wi->vfs_inode.i_sb),
		       WEIGHTFS_VERIFY_FAILURES, 1);
	weightfs_chunks_evict(wi);
	return -EBADMSG;
}

/**
 * weightfs_verify() - See that a file is the one that it should be.
 * @wi: the file, with chunks
 *
 * The first call for a file loads all of it; others wait for that.
 *
 * Context: Process context, sleeps; killable. Takes and releases the inode's
 * verify_lock.
 * Return: 0 when it is, or is not listed, or nobody asked to know; -EBADMSG when
 * it is not; -EINTR when killed; an error of reading or loading.
 */
int weightfs_verify(struct weightfs_inode *wi)
{
	int err = 0;

	if (!READ_ONCE(weightfs_mount(wi->vfs_inode.i_sb)->options.verify))
		return 0;
	if (mutex_lock_killable(&wi->verify_lock))
		return -EINTR;
	if (wi->verified == VERIFY_BAD)
		err = -EBADMSG;
	else if (wi->verified == VERIFY_UNKNOWN)
		err = verify_locked(wi);
	mutex_unlock(&wi->verify_lock);
	return err;
}
