/* SPDX-License-Identifier: GPL-2.0 */
/*
 * weightfs: model weights in huge pages, healed. Private to the module.
 *
 * One object a level: a mount (weightfs_mount), a file or directory
 * (weightfs_inode), and the chunks of a file (weightfs_chunk). chunk.c has the
 * life of a chunk, build.c makes its contents out of folio.c and source.c; aops.c,
 * map.c and file.c are what the kernel and user space call.
 */
#ifndef _WEIGHTFS_H
#define _WEIGHTFS_H

#include <compat/idmap.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "geometry.h"
#include "placement.h"
#include "progress.h"

struct bio_vec;
struct vigil_component;

/* More MiB per second than any memory has; the default goes over 1 TiB in 5 h. */
#define WEIGHTFS_SCRUB_MAX	1000000
#define WEIGHTFS_SCRUB_DEFAULT	64

#define WEIGHTFS_BUDGET_MAX	BIT_ULL(50)

/* More than any model has: 16 TiB; the table of the chunks is 512 MiB then. */
#define WEIGHTFS_FILE_MAX	BIT_ULL(44)

/* Chunks that are preloaded at once, each with one request of its own. */
#define WEIGHTFS_PRELOADS	8

/* Chunks that are loaded behind one that was touched, when a file is read on. */
#define WEIGHTFS_AHEAD		4

/* First pause of weightfs_mend(). */
#define WEIGHTFS_MEND_MIN	HZ

/* Counters of a mount that only grow; the names are in component.c. */
enum weightfs_counter {
	WEIGHTFS_LOADED_CHUNKS,
	WEIGHTFS_LOAD_ERRORS,
	WEIGHTFS_HEALS,
	WEIGHTFS_HEAL_FAILURES,
	WEIGHTFS_MOVES,
	WEIGHTFS_SPLITS,
	WEIGHTFS_EVICTIONS,
	WEIGHTFS_SCRUBBED_BYTES,
	WEIGHTFS_CORRUPTIONS,
	WEIGHTFS_HELD_ERRORS,
	WEIGHTFS_VERIFY_FAILURES,
	WEIGHTFS_NR_COUNTERS,
};

/**
 * struct weightfs_options - What can be chosen for a mount, also later.
 * @placement: for chunks that are loaded from now on
 * @bind_nid: the node of WEIGHTFS_PLACE_BIND
 * @budget_bytes: weights that may be in memory, 0 for no limit
 * @user_budget_bytes: the same for each user
 * @scrub_mib_per_s: how fast weights are scrubbed, 0 for not at all
 * @verify: compare whole files with SHA256SUMS when they are opened first
 * @fail_corrupt: have accesses fail where bytes are wrong and can't be healed
 *
 * Each is read and written by itself, with READ_ONCE() and WRITE_ONCE().
 */
struct weightfs_options {
	enum weightfs_placement placement;
	int bind_nid;
	u64 budget_bytes;
	u64 user_budget_bytes;
	u64 scrub_mib_per_s;
	bool verify;
	bool fail_corrupt;
};

/**
 * struct weightfs_mount - One mounted directory of weights.
 * @sb: its superblock
 * @lower_mnt: private copy of the mount that holds the source
 * @cred: credentials of the one who mounted; the source is read with them
 * @options: what was chosen
 * @wq: runs the work of every chunk
 * @mend_work: retries chunks that are not what they should be
 * @mend_delay: jiffies to the next run of @mend_work; only it writes it
 * @component: what Vigil shows of this mount
 * @held_error: somebody held a page when it failed, and may still
 * @scrub_work: compares what is loaded with its checksums
 * @scrub_file: the file that @scrub_work is at, or NULL; under @lock
 * @scrub_index: the page of it that comes next; under @lock
 * @scrub_found: pages with wrong bytes that were not told of yet; under @lock
 * @reserved_bytes: of chunks that are being loaded; under @lock
 * @preload_lock: protects @preloads, @preloading, @preloading_bytes, @load and
 *	what files and chunks have of it; around the locks of the workqueue
 * @preloads: files of which more is to be loaded ahead
 * @preloading: chunks that are being loaded ahead
 * @preloading_bytes: of them
 * @load: what has been loaded ahead
 * @tell_work: tells how far that has come
 * @lock: protects @files and what says so; inside weightfs_inode.source_lock
 * @files: regular files that have chunks
 * @nr_files: length of @files, under @lock, read with READ_ONCE()
 * @huge_chunks: chunks that are one huge page now
 * @small_pages: pages of all other chunks now
 */
struct weightfs_mount {
	struct super_block *sb;
	struct vfsmount *lower_mnt;
	const struct cred *cred;
	struct weightfs_options options;
	struct workqueue_struct *wq;
	struct delayed_work mend_work;
	unsigned long mend_delay;
	struct vigil_component *component;
	bool held_error;
	struct delayed_work scrub_work;
	struct weightfs_inode *scrub_file;
	pgoff_t scrub_index;
	unsigned int scrub_found;
	u64 reserved_bytes;
	spinlock_t preload_lock;	/* protects loading ahead */
	struct list_head preloads;
	unsigned int preloading;
	u64 preloading_bytes;
	struct weightfs_load load;
	struct delayed_work tell_work;
	struct mutex lock;	/* files, nr_files, scrub_*, reserved_bytes */
	struct list_head files;
	unsigned long nr_files;
	atomic_long_t huge_chunks;
	atomic_long_t small_pages;
};

/**
 * enum weightfs_state - What the page cache holds of a chunk.
 * @WEIGHTFS_EMPTY: nothing
 * @WEIGHTFS_SMALL: small pages; one that is missing could not be healed
 * @WEIGHTFS_HUGE: every page, as one huge page
 * @WEIGHTFS_BROKEN: a page is being taken away; nobody may touch the chunk
 *	before it has been built anew
 */
enum weightfs_state {
	WEIGHTFS_EMPTY,
	WEIGHTFS_SMALL,
	WEIGHTFS_HUGE,
	WEIGHTFS_BROKEN,
};

/**
 * struct weightfs_chunk - As much of a file as one huge page holds.
 * @wi: the file
 * @work: builds the chunk; never runs twice at once, so a build needs no lock
 * @state: enum weightfs_state; written under wi->lock and with release
 *	ordering, read with acquire ordering
 * @runs: times @work ended, wraps; waiters sleep on it
 * @error: negative errno of the last run, or 0; written before @runs
 * @nid: node that it is placed on; decided when it is EMPTY
 * @pool_nid: node whose reserve the huge page came from; it may be elsewhere now
 * @breaks: times it was broken, wraps; tells a build that it happened again
 * @removed: the poisoned page has left the page cache, see weightfs_settle()
 * @move: build anew although the chunk is whole: its frame is failing; taken
 *	back by the run of @work that obeys
 * @wanted: somebody waits for it; taken back by the run of @work that obeys
 * @preload: counted in weightfs_mount.preloading, under its preload_lock
 * @known: the checksums are in @crc
 * @crc: crc32c of each page, allocated by the first run of @work
 * @lost: a page could not be restored and is missing, while the chunk is SMALL;
 *	only @work writes it
 */
struct weightfs_chunk {
	struct weightfs_inode *wi;
	struct work_struct work;
	u8 state;
	u8 runs;
	s16 error;
	s16 nid;
	s16 pool_nid;
	u8 breaks;
	bool removed;
	bool move;
	bool wanted;
	bool preload;
	bool known;
	bool lost;
	u32 *crc;
};

/**
 * struct weightfs_inode - A file or directory, as it was when it was looked up.
 * @vfs_inode: the VFS's part
 * @lower: the same thing in the source
 * @lower_inode: its inode, to compare with: also after @lower was put
 * @size: of the source when it was looked up; the other generations of a
 *	file are other inodes
 * @mtime: likewise
 * @ctime: likewise
 * @lock: protects the states of @chunks; innermost
 * @source_lock: protects the opening of @source and the allocation of @chunks
 * @source: opened once for loading and kept, so that a file can be healed after
 *	its name is gone; set once, read with smp_load_acquire()
 * @chunks: table of weightfs_file_chunks(size), allocated by the first open;
 *	set once, read with smp_load_acquire()
 * @in_files: entry in weightfs_mount.files
 * @heals: pages that were restored
 * @building: chunks whose work is queued or runs
 * @replica_lock: protects the making of @replicas
 * @replicas: copies for other nodes by number, see replica.c; each set once
 * @home: the file that this is a copy of, or NULL; constant
 * @nid: the node of a copy; constant
 * @held: has a reference to itself; under weightfs_mount.lock
 * @verify_lock: protects @verified; around loading, so inside nothing of ours
 * @verified: see verify.c
 * @in_preloads: entry in weightfs_mount.preloads
 * @preload_next: first chunk that is still to be loaded ahead
 * @preload_end: the chunk behind the last of them
 * @preload_nid: where the one who asked for them ran
 * @pages: in memory now
 * @pins: how often it was pinned; under weightfs_mount.lock
 * @user: who opened it first
 * @used_at: when it was last opened or closed, seconds since boot; what is open
 *	but not mapped may go
 * @reserved_bytes: of chunks that are being loaded; under weightfs_mount.lock
 * @scrubbed_at: when the scrubber last came to the end of it, seconds since
 *	1970; 0 for never
 */
struct weightfs_inode {
	struct inode vfs_inode;
	struct dentry *lower;
	struct inode *lower_inode;
	loff_t size;
	struct timespec64 mtime;
	struct timespec64 ctime;
	spinlock_t lock;		/* protects chunks[].state */
	struct mutex source_lock;	/* protects setting source and chunks */
	struct file *source;
	struct weightfs_chunk *chunks;
	struct list_head in_files;
	atomic_long_t heals;
	atomic_t building;
	struct mutex replica_lock;	/* protects the making of replicas */
	struct inode **replicas;
	struct weightfs_inode *home;
	int nid;
	bool held;
	struct mutex verify_lock;	/* protects verified */
	u8 verified;
	struct list_head in_preloads;
	unsigned long preload_next;
	unsigned long preload_end;
	int preload_nid;
	atomic_long_t pages;
	atomic_t pins;
	kuid_t user;
	time64_t used_at;
	u64 reserved_bytes;
	time64_t scrubbed_at;
};

static inline struct weightfs_mount *weightfs_mount(struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct weightfs_inode *weightfs_inode(struct inode *inode)
{
	return container_of(inode, struct weightfs_inode, vfs_inode);
}

static inline struct dentry *weightfs_lower(const struct dentry *dentry)
{
	return dentry->d_fsdata;
}

static inline unsigned long weightfs_chunk_nr(const struct weightfs_chunk *chunk)
{
	return chunk - chunk->wi->chunks;
}

/* Where the checksum of a page is, of a chunk that was built before. */
static inline u32 *weightfs_crc(const struct weightfs_chunk *chunk, pgoff_t index)
{
	return &chunk->crc[index % WEIGHTFS_CHUNK_PAGES];
}

/* A chunk whose pages may be touched. */
static inline bool weightfs_chunk_ready(const struct weightfs_chunk *chunk)
{
	/* Pairs with weightfs_chunk_set_state() and weightfs_chunk_break(). */
	u8 state = smp_load_acquire(&chunk->state);

	return state == WEIGHTFS_SMALL || state == WEIGHTFS_HUGE;
}

/* Change what a chunk is. Any context. */
static inline void weightfs_chunk_set_state(struct weightfs_chunk *chunk,
					    enum weightfs_state state)
{
	spin_lock(&chunk->wi->lock);
	/* Pairs with weightfs_chunk_ready(): the pages first, then the state. */
	smp_store_release(&chunk->state, state);
	spin_unlock(&chunk->wi->lock);
}

/* super.c */
extern struct file_system_type weightfs_type;

/* inode.c */
int weightfs_inode_init_cache(void);
void weightfs_inode_exit_cache(void);
struct inode *weightfs_alloc_inode(struct super_block *sb);
void weightfs_free_inode(struct inode *inode);
void weightfs_evict_inode(struct inode *inode);
struct inode *weightfs_iget(struct super_block *sb, struct dentry *lower);
void weightfs_inode_copy(struct inode *inode, struct inode *home);
extern const struct dentry_operations weightfs_dentry_ops;

/* dir.c */
extern const struct inode_operations weightfs_dir_iops;
extern const struct file_operations weightfs_dir_fops;
int weightfs_permission(struct mnt_idmap *idmap, struct inode *inode, int mask);
int weightfs_getattr(struct mnt_idmap *idmap, const struct path *path,
		     struct kstat *stat, u32 request_mask, unsigned int flags);

/* The copy of a file that was given to an open file. */
static inline struct weightfs_inode *weightfs_file_copy(const struct file *file)
{
	return weightfs_inode(file->f_mapping->host);
}

/* file.c */
extern const struct inode_operations weightfs_file_iops;
extern const struct file_operations weightfs_file_fops;

/* map.c */
int weightfs_mmap(struct file *file, struct vm_area_struct *vma);

/* aops.c */
extern const struct address_space_operations weightfs_aops;

/* folio.c */
void weightfs_folio_adopt(struct folio *folio, struct weightfs_chunk *chunk);
void weightfs_folio_disown(struct folio *folio);
bool weightfs_page_readable(struct weightfs_chunk *chunk, struct folio *folio,
			    pgoff_t index);
bool weightfs_bar_poisoned(struct weightfs_chunk *chunk, struct folio *folio,
			   pgoff_t index);

/* chunk.c */
int weightfs_chunks_init(struct weightfs_inode *wi);
void weightfs_chunks_stop(struct weightfs_inode *wi);
void weightfs_chunks_free(struct weightfs_inode *wi);
void weightfs_chunk_break(struct weightfs_chunk *chunk);
void weightfs_chunk_removed(struct weightfs_chunk *chunk);
void weightfs_chunk_finish(struct weightfs_chunk *chunk,
			   enum weightfs_state state, u8 breaks);
void weightfs_chunk_start_build(struct weightfs_chunk *chunk);
bool weightfs_chunk_queue(struct weightfs_chunk *chunk, int asker_nid);
int weightfs_chunk_populate(struct weightfs_chunk *chunk);
int weightfs_chunk_move(struct weightfs_chunk *chunk);
unsigned long weightfs_chunks_evict(struct weightfs_inode *wi);
void weightfs_mend(struct work_struct *work);

/* build.c */
int weightfs_chunk_build(struct weightfs_chunk *chunk);
int weightfs_chunk_read_page(struct weightfs_chunk *chunk, struct page *page,
			     pgoff_t index);

/* source.c */
struct file *weightfs_source(struct weightfs_inode *wi);
int weightfs_source_read(struct weightfs_inode *wi, struct bio_vec *bvec,
			 unsigned int nr_bvec, loff_t pos, size_t want);

/* checksum.c */
bool weightfs_checksum_data(const void *data, u32 *crc);
bool weightfs_checksum(struct page *page, u32 *crc);

/* replica.c */
struct weightfs_inode *weightfs_replica(struct weightfs_inode *home);
void weightfs_each_copy(struct weightfs_inode *wi,
			void (*function)(struct weightfs_inode *wi, void *arg),
			void *arg);
void weightfs_replicas_free(struct weightfs_inode *home);

/* verify.c */
int weightfs_verify(struct weightfs_inode *wi);

/* scrub.c */
void weightfs_scrub(struct work_struct *work);
void weightfs_scrub_set_rate(struct weightfs_mount *wm, u64 mib_per_s);
void weightfs_scrub_leave(struct weightfs_mount *wm, struct weightfs_inode *wi);

/* preload.c */
void weightfs_preload(struct weightfs_inode *wi, loff_t pos, loff_t len);
void weightfs_preload_ahead(struct weightfs_chunk *chunk);
void weightfs_preload_cancel(struct weightfs_inode *wi);
void weightfs_preload_done(struct weightfs_chunk *chunk);
bool weightfs_preload_pending(struct weightfs_inode *wi);
struct vigil_progress weightfs_preload_progress(struct weightfs_mount *wm);
void weightfs_preload_tell(struct work_struct *work);

/* keep.c */
void weightfs_file_used(struct weightfs_inode *wi);
bool weightfs_make_room(struct weightfs_inode *wi, u64 bytes);
void weightfs_room_taken(struct weightfs_inode *wi, u64 bytes);
unsigned int weightfs_pins(struct weightfs_inode *wi);
int weightfs_pin(struct weightfs_inode *wi);
int weightfs_unpin(struct weightfs_inode *wi);
void weightfs_unpin_all(struct weightfs_mount *wm);
void weightfs_hold(struct weightfs_inode *wi);
void weightfs_let_go(struct weightfs_inode *wi);

/* component.c */
u64 weightfs_loaded_bytes(struct weightfs_mount *wm);
int weightfs_component_register(struct weightfs_mount *wm);
void weightfs_component_unregister(struct weightfs_mount *wm);
void weightfs_count(struct weightfs_mount *wm, enum weightfs_counter counter,
		    u64 n);

/* owner.c */
void weightfs_owner_register(void);
void weightfs_owner_unregister(void);

#endif /* _WEIGHTFS_H */
