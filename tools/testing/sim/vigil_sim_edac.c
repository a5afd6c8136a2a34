// SPDX-License-Identifier: GPL-2.0
/*
 * Memory controllers without hardware: errors go through the kernel's own
 * EDAC, so the tracepoint mc_event and the counters of EDAC are real.
 *
 * A line is an error:
 *
 *	[@SECONDS] MC CHANNEL SLOT ce|ue COUNT ADDRESS|- SYNDROME MESSAGE DETAIL...
 *
 * A channel or slot of -1 is one that the driver does not know. "_" in MESSAGE
 * is a space, DETAIL is the rest of the line. @SECONDS sets the time of
 * vigil_memory first; @0 gives it the real time back. Files in
 * /sys/kernel/debug/vigil_sim_edac/:
 *
 *	error	lines written here happen at once
 *	stream	lines written here are kept
 *	fire	"N [CPUS [FIRST]]": N errors of those that are kept, in their order
 *		from number FIRST (0) on and again from the first, on so many CPUs
 *		at once. Each CPU has every CPUS-th of them. Returns when they have
 *		happened.
 *	clear	anything written here forgets what is kept
 *	listen	1: listen to the errors and do nothing, to see what the tracepoint
 *		costs by itself; 0: do not
 *	rows	"ADDRESS N": be an address provider. Row R of bank B of any module
 *		has N page frames, from ADDRESS + (B * 16 + R % 16) * N pages on.
 *		"0 0" ends that. Meanwhile vigil_memory can't be unloaded.
 */
#define pr_fmt(fmt) "vigil_sim_edac: " fmt

#include <linux/debugfs.h>
#include <linux/edac.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <linux/vigil/address.h>
#include <linux/vigil/memory.h>
#include <linux/vmalloc.h>

#include "edac_exports.h"

#define MODULE_NAME		"vigil_sim_edac"
#define CONTROLLERS_MAX		16
#define CPUS_MAX		64
#define STREAM_MAX		200000
#define LINE_BYTES		512
#define DETAIL_BYTES		352

static unsigned int controllers = 1;
module_param(controllers, uint, 0444);
MODULE_PARM_DESC(controllers, "Memory controllers (default 1, at most 16)");

static unsigned int channels = 4;
module_param(channels, uint, 0444);
MODULE_PARM_DESC(channels, "Channels of each controller (default 4)");

static unsigned int slots = 2;
module_param(slots, uint, 0444);
MODULE_PARM_DESC(slots, "Memory modules of each channel (default 2)");

static int nodes[CONTROLLERS_MAX];
module_param_array(nodes, int, NULL, 0444);
MODULE_PARM_DESC(nodes, "NUMA node of each controller (default 0)");

/**
 * struct sim_error - An error, ready to happen.
 * @has_time: @time_s is to be set first
 * @uncorrected: the hardware could not correct it
 * @has_address: @address is known
 * @time_s: time of vigil_memory, 0 for the real one
 * @mc: controller
 * @channel: channel, or -1
 * @slot: memory module of the channel, or -1
 * @count: how many
 * @address: physical address in bytes
 * @syndrome: the driver's
 * @message: what kind of error
 * @detail: the driver's text
 */
struct sim_error {
	bool has_time;
	bool uncorrected;
	bool has_address;
	u64 time_s;
	unsigned int mc;
	int channel;
	int slot;
	unsigned int count;
	u64 address;
	u64 syndrome;
	char message[32];
	char detail[DETAIL_BYTES];
};

/**
 * struct sim_controller - A memory controller.
 * @parent: where EDAC hangs it
 * @mci: EDAC's
 * @lock: held while an error is told to EDAC
 */
struct sim_controller {
	struct platform_device *parent;
	struct mem_ctl_info *mci;
	spinlock_t lock;	/* one error at a time, as EDAC wants it */
};

static struct sim_controller sims[CONTROLLERS_MAX];
static struct dentry *sim_dir;

static DEFINE_MUTEX(stream_lock);	/* protects stream and nr_stream */
static struct sim_error *stream;
static unsigned int nr_stream;

/* Optional: errors are real without vigil_memory too. */
static int set_time(u64 time_s)
{
	void (*set_clock)(u64 now_ns) = symbol_get(vigil_memory_set_clock);

	if (!set_clock)
		return -ENODEV;
	set_clock(time_s * NSEC_PER_SEC);
	symbol_put(vigil_memory_set_clock);
	return 0;
}

static void raise(const struct sim_error *error)
{
	struct sim_controller *sim = &sims[error->mc];

	spin_lock(&sim->lock);
	edac_mc_handle_error(error->uncorrected ? HW_EVENT_ERR_UNCORRECTED :
						  HW_EVENT_ERR_CORRECTED,
			     sim->mci, error->count,
			     error->address >> PAGE_SHIFT,
			     offset_in_page(error->address), error->syndrome,
			     error->channel, error->slot, -1, error->message,
			     error->detail);
	spin_unlock(&sim->lock);
}

static int parse_address(const char *text, struct sim_error *error)
{
	error->has_address = strcmp(text, "-");
	return error->has_address ? kstrtou64(text, 0, &error->address) : 0;
}

static bool is_place(const struct sim_error *error)
{
	return error->mc < controllers && error->count > 0 &&
	       error->count <= U16_MAX &&
	       error->channel >= -1 && error->channel < (int)channels &&
	       error->slot >= -1 && error->slot < (int)slots;
}

static int parse_line(char *line, struct sim_error *error)
{
	char kind[4], address[24];
	int n = 0;

	memset(error, 0, sizeof(*error));
	if (*line == '@') {
		error->has_time = true;
		if (sscanf(line, "@%llu %n", &error->time_s, &n) < 1)
			return -EINVAL;
		line += n;
		n = 0;
	}
	if (sscanf(line, "%u %d %d %3s %u %23s %llx %31s%n", &error->mc,
		   &error->channel, &error->slot, kind, &error->count, address,
		   &error->syndrome, error->message, &n) < 8 || !n)
		return -EINVAL;
	if (strcmp(kind, "ce") && strcmp(kind, "ue"))
		return -EINVAL;
	error->uncorrected = kind[0] == 'u';
	if (!is_place(error) || parse_address(address, error))
		return -EINVAL;
	strreplace(error->message, '_', ' ');
	if (strscpy(error->detail, line + n + (line[n] == ' '),
		    sizeof(error->detail)) < 0)
		return -E2BIG;
	return 0;
}

static int happen(const struct sim_error *error)
{
	int err = error->has_time ? set_time(error->time_s) : 0;

	if (!err)
		raise(error);
	return err;
}

static int keep(const struct sim_error *error)
{
	if (nr_stream == STREAM_MAX)
		return -ENOSPC;
	if (!stream)
		stream = vmalloc(array_size(STREAM_MAX, sizeof(*stream)));
	if (!stream)
		return -ENOMEM;
	stream[nr_stream++] = *error;
	return 0;
}

/* Whole lines, 1 MiB at most; what was before a bad one has been done. */
static ssize_t take_lines(const char __user *ubuf, size_t count,
			  int (*take)(const struct sim_error *error))
{
	struct sim_error *error;
	char *text, *next, *line;
	int err = 0;

	if (count > SZ_1M)
		return -E2BIG;
	error = kmalloc(sizeof(*error), GFP_KERNEL);
	if (!error)
		return -ENOMEM;
	text = memdup_user_nul(ubuf, count);
	if (IS_ERR(text)) {
		kfree(error);
		return PTR_ERR(text);
	}

	next = text;
	mutex_lock(&stream_lock);
	while (!err && (line = strsep(&next, "\n")))
		if (*line)
			err = parse_line(line, error) ?: take(error);
	mutex_unlock(&stream_lock);
	kfree(text);
	kfree(error);
	return err ?: count;
}

static ssize_t error_write(struct file *file, const char __user *ubuf,
			   size_t count, loff_t *pos)
{
	return take_lines(ubuf, count, happen);
}

static ssize_t stream_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *pos)
{
	return take_lines(ubuf, count, keep);
}

static ssize_t clear_write(struct file *file, const char __user *ubuf,
			   size_t count, loff_t *pos)
{
	mutex_lock(&stream_lock);
	vfree(stream);
	stream = NULL;
	nr_stream = 0;
	mutex_unlock(&stream_lock);
	return count;
}

/**
 * struct shooter - A thread that has errors happen.
 * @done: it has ended
 * @first: number of its first error
 * @step: to its next one
 * @end: behind the last one of all
 */
struct shooter {
	struct completion done;
	unsigned int first;
	unsigned int step;
	unsigned int end;
};

static int shoot(void *data)
{
	struct shooter *shooter = data;
	unsigned int i;

	for (i = shooter->first; i < shooter->end; i += shooter->step) {
		raise(&stream[i % nr_stream]);
		cond_resched();
	}
	complete(&shooter->done);
	return 0;
}

static int start_shooter(struct shooter *shooter, unsigned int cpu)
{
	struct task_struct *task = kthread_create_on_cpu(shoot, shooter, cpu,
							 "vigil_sim/%u");

	if (IS_ERR(task))
		return PTR_ERR(task);
	wake_up_process(task);
	return 0;
}

static int fire_locked(unsigned int n, unsigned int nr_cpus,
		       unsigned int first)
{
	struct shooter *shooters;
	unsigned int i, cpu = -1;
	int err = 0;

	lockdep_assert_held(&stream_lock);

	if (!nr_stream || !nr_cpus || nr_cpus > min(num_online_cpus(), CPUS_MAX) ||
	    first >= STREAM_MAX || n > UINT_MAX - STREAM_MAX - CPUS_MAX)
		return -EINVAL;
	shooters = kcalloc(nr_cpus, sizeof(*shooters), GFP_KERNEL);
	if (!shooters)
		return -ENOMEM;

	for (i = 0; i < nr_cpus; i++) {
		cpu = cpumask_next(cpu, cpu_online_mask);
		shooters[i].first = first + i;
		shooters[i].step = nr_cpus;
		shooters[i].end = first + n;
		init_completion(&shooters[i].done);
		if (!err)
			err = start_shooter(&shooters[i], cpu);
		if (err)
			complete(&shooters[i].done);
	}
	for (i = 0; i < nr_cpus; i++)
		wait_for_completion(&shooters[i].done);
	kfree(shooters);
	return err;
}

static ssize_t fire_write(struct file *file, const char __user *ubuf,
			  size_t count, loff_t *pos)
{
	unsigned int n, nr_cpus = 1, first = 0;
	char line[40];
	int err;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, ubuf, count))
		return -EFAULT;
	line[count] = '\0';
	if (sscanf(line, "%u %u %u", &n, &nr_cpus, &first) < 1)
		return -EINVAL;

	mutex_lock(&stream_lock);
	err = fire_locked(n, nr_cpus, first);
	mutex_unlock(&stream_lock);
	return err ?: count;
}

static struct tracepoint *event;	/* mc_event */
static bool listens;			/* stream_lock */

static void probe_nothing(void *data, const unsigned int err_type,
			  const char *message, const char *label,
			  const int error_count, const u8 mc_index,
			  const s8 top_layer, const s8 middle_layer,
			  const s8 lower_layer, unsigned long address,
			  const u8 grain_bits, unsigned long syndrome,
			  const char *detail)
{
}

static void find_event(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "mc_event"))
		event = tp;
}

static int set_listens_locked(bool wanted)
{
	int err = 0;

	lockdep_assert_held(&stream_lock);

	if (wanted == listens)
		return 0;
	if (!event)
		for_each_kernel_tracepoint(find_event, NULL);
	if (!event)
		return -ENOENT;
	if (wanted)
		err = tracepoint_probe_register(event, probe_nothing, NULL);
	else
		tracepoint_probe_unregister(event, probe_nothing, NULL);
	if (!err)
		listens = wanted;
	tracepoint_synchronize_unregister();
	return err;
}

static ssize_t listen_write(struct file *file, const char __user *ubuf,
			    size_t count, loff_t *pos)
{
	bool wanted;
	int err = kstrtobool_from_user(ubuf, count, &wanted);

	if (err)
		return err;
	mutex_lock(&stream_lock);
	err = set_listens_locked(wanted);
	mutex_unlock(&stream_lock);
	return err ?: count;
}

static const struct file_operations listen_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = listen_write,
};

#define ROWS_OF_BANK	16

/* Where rows are; set before the provider is registered. */
static unsigned long rows_pfn;
static unsigned int frames_of_row;
static bool provides;	/* stream_lock */

static int row_frames(const struct vigil_dram_row *row, unsigned long *pfns,
		      unsigned int max)
{
	unsigned int i, n = min(frames_of_row, max);

	for (i = 0; i < n; i++)
		pfns[i] = rows_pfn + i + frames_of_row *
			  (row->bank * ROWS_OF_BANK + row->row % ROWS_OF_BANK);
	return n;
}

static const struct vigil_address_provider provider = {
	.row_frames = row_frames,
};

static void stop_providing_locked(void)
{
	if (!provides)
		return;
	symbol_get(vigil_address_provider_unregister)(&provider);
	symbol_put(vigil_address_provider_unregister);
	symbol_put(vigil_address_provider_register);
	provides = false;
}

static int start_providing_locked(void)
{
	int (*reg)(const struct vigil_address_provider *provider) =
		symbol_get(vigil_address_provider_register);
	int err;

	if (!reg)
		return -ENODEV;
	err = reg(&provider);
	if (err)
		symbol_put(vigil_address_provider_register);
	provides = !err;
	return err;
}

static ssize_t rows_write(struct file *file, const char __user *ubuf,
			  size_t count, loff_t *pos)
{
	unsigned long long address;
	unsigned int n;
	char line[64];
	int err = 0;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, ubuf, count))
		return -EFAULT;
	line[count] = '\0';
	if (sscanf(line, "%lli %u", &address, &n) < 2)
		return -EINVAL;

	mutex_lock(&stream_lock);
	stop_providing_locked();
	rows_pfn = address >> PAGE_SHIFT;
	frames_of_row = n;
	if (n)
		err = start_providing_locked();
	mutex_unlock(&stream_lock);
	return err ?: count;
}

static const struct file_operations rows_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = rows_write,
};

static const struct file_operations error_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = error_write,
};

static const struct file_operations stream_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = stream_write,
};

static const struct file_operations fire_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fire_write,
};

static const struct file_operations clear_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = clear_write,
};

static void describe(struct mem_ctl_info *mci, unsigned int mc)
{
	struct dimm_info *dimm;

	mci->mtype_cap = MEM_FLAG_DDR4;
	mci->edac_ctl_cap = EDAC_FLAG_SECDED;
	mci->edac_cap = EDAC_FLAG_SECDED;
	mci->mod_name = MODULE_NAME;
	mci->ctl_name = MODULE_NAME;
	mci->dev_name = dev_name(mci->pdev);

	mci_for_each_dimm(mci, dimm) {
		dimm->nr_pages = SZ_1G / PAGE_SIZE;
		dimm->grain = 64;
		dimm->mtype = MEM_DDR4;
		dimm->dtype = DEV_X4;
		dimm->edac_mode = EDAC_SECDED;
		snprintf(dimm->label, sizeof(dimm->label), "SIM_MC%u_CH%u_DIMM%u",
			 mc, dimm->location[0], dimm->location[1]);
	}
}

static int add_controller(unsigned int mc)
{
	struct edac_mc_layer layers[2] = {
		{ .type = EDAC_MC_LAYER_CHANNEL, .size = channels,
		  .is_virt_csrow = false },
		{ .type = EDAC_MC_LAYER_SLOT, .size = slots,
		  .is_virt_csrow = true },
	};
	struct sim_controller *sim = &sims[mc];
	int err;

	sim->parent = platform_device_register_simple(MODULE_NAME, mc, NULL, 0);
	if (IS_ERR(sim->parent))
		return PTR_ERR(sim->parent);
	set_dev_node(&sim->parent->dev, nodes[mc]);
	spin_lock_init(&sim->lock);

	sim->mci = edac_mc_alloc(mc, ARRAY_SIZE(layers), layers, 0);
	if (!sim->mci) {
		platform_device_unregister(sim->parent);
		return -ENOMEM;
	}
	sim->mci->pdev = &sim->parent->dev;
	describe(sim->mci, mc);
	err = edac_mc_add_mc_with_groups(sim->mci, NULL);
	if (err) {
		edac_mc_free(sim->mci);
		platform_device_unregister(sim->parent);
	}
	return err;
}

static void remove_controllers(unsigned int nr)
{
	while (nr--) {
		edac_mc_del_mc(&sims[nr].parent->dev);
		edac_mc_free(sims[nr].mci);
		platform_device_unregister(sims[nr].parent);
	}
}

static int __init vigil_sim_edac_init(void)
{
	unsigned int mc;
	int err;

	if (!controllers || controllers > CONTROLLERS_MAX || !channels ||
	    !slots || channels * slots > 64)
		return -EINVAL;
	if (edac_get_owner()) {
		pr_err("memory controllers belong to %s\n", edac_get_owner());
		return -EBUSY;
	}

	for (mc = 0; mc < controllers; mc++) {
		err = add_controller(mc);
		if (err) {
			remove_controllers(mc);
			return err;
		}
	}

	sim_dir = debugfs_create_dir(MODULE_NAME, NULL);
	debugfs_create_file("error", 0200, sim_dir, NULL, &error_fops);
	debugfs_create_file("stream", 0200, sim_dir, NULL, &stream_fops);
	debugfs_create_file("fire", 0200, sim_dir, NULL, &fire_fops);
	debugfs_create_file("clear", 0200, sim_dir, NULL, &clear_fops);
	debugfs_create_file("listen", 0200, sim_dir, NULL, &listen_fops);
	debugfs_create_file("rows", 0200, sim_dir, NULL, &rows_fops);
	return 0;
}

static void __exit vigil_sim_edac_exit(void)
{
	debugfs_remove(sim_dir);
	mutex_lock(&stream_lock);
	stop_providing_locked();
	set_listens_locked(false);
	mutex_unlock(&stream_lock);
	remove_controllers(controllers);
	vfree(stream);
}

module_init(vigil_sim_edac_init);
module_exit(vigil_sim_edac_exit);

MODULE_DESCRIPTION("Simulated memory controllers for tests of Vigil");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
