// SPDX-License-Identifier: GPL-2.0
/*
 * Devlink devices without hardware, for benchmarks that put the core beside the
 * kernel's own family for health. netdevsim, which could be that device, is not
 * in distributions' kernels.
 *
 * Registers devices "platform/vigil_sim_devlink.<d>", each with the health
 * reporters of a network card of many functions: some of the device, two of each
 * port; and a parameter that can be set. What happens to the last reporter of
 * the last port, the one that takes longest to find, is written to a file:
 *
 *	echo "states <n>"	>/sys/kernel/debug/vigil_sim_devlink/do
 *	echo "reports <n>"
 *
 * "states" changes its state n times, "reports" reports n errors that are not
 * recovered from; each is one notification.
 */
#define pr_fmt(fmt) "vigil_sim_devlink: " fmt

#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <compat/devlink.h>

#define LINE_MAX_BYTES	64
/* Errors closer together than this are reported and not recovered from. */
#define GRACE_MS	(3600 * MSEC_PER_SEC)

static unsigned int devices = 10;
module_param(devices, uint, 0444);
MODULE_PARM_DESC(devices, "How many devices to register (default 10)");

static unsigned int ports = 495;
module_param(ports, uint, 0444);
MODULE_PARM_DESC(ports, "How many ports each has (default 495)");

static int do_recover(struct devlink_health_reporter *reporter, void *priv_ctx,
		      struct netlink_ext_ack *extack)
{
	return 0;
}

#define REPORTER(title) { .name = (title), .recover = do_recover }

static const struct devlink_health_reporter_ops device_reporters[] = {
	REPORTER("fw"), REPORTER("fw_fatal"), REPORTER("thermal"),
	REPORTER("power"), REPORTER("pcie"), REPORTER("memory"),
	REPORTER("clock"), REPORTER("eeprom"), REPORTER("fan"),
	REPORTER("vnic"),
};

enum { RX, TX, NR_PORT_REPORTERS };

static const struct devlink_health_reporter_ops
port_reporters[NR_PORT_REPORTERS] = {
	[RX] = REPORTER("rx"),
	[TX] = REPORTER("tx"),
};

struct sim_port {
	struct devlink_port port;
	struct devlink_health_reporter *reporters[NR_PORT_REPORTERS];
	bool registered;
};

struct sim_device {
	struct platform_device *platform;
	struct devlink *devlink;
	struct devlink_health_reporter *reporters[ARRAY_SIZE(device_reporters)];
	struct sim_port *ports;
	bool has_params;
	u32 limit;		/* the parameter; READ_ONCE(), WRITE_ONCE() */
};

static const struct devlink_ops no_ops = {};
static DEFINE_MUTEX(do_lock);	/* one writer at a time, so states alternate */
static struct sim_device *sims;	/* as many as there are devices */
static struct dentry *sim_dir;

static struct sim_device *sim_of(struct devlink *devlink)
{
	return *(struct sim_device **)devlink_priv(devlink);
}

static int get_limit(struct devlink *devlink, u32 id,
		     struct devlink_param_gset_ctx *ctx)
{
	ctx->val.vu32 = READ_ONCE(sim_of(devlink)->limit);
	return 0;
}

static int COMPAT_DEVLINK_PARAM_SET(set_limit)
{
	WRITE_ONCE(sim_of(devlink)->limit, ctx->val.vu32);
	return 0;
}

static const struct devlink_param params[] = {
	DEVLINK_PARAM_DRIVER(DEVLINK_PARAM_GENERIC_ID_MAX + 1, "limit_errors",
			     DEVLINK_PARAM_TYPE_U32,
			     BIT(DEVLINK_PARAM_CMODE_RUNTIME), get_limit,
			     set_limit, NULL),
};

static int add_port(struct sim_device *sim, unsigned int index)
{
	struct devlink_port_attrs attrs = {
		.flavour = DEVLINK_PORT_FLAVOUR_UNUSED,
	};
	struct sim_port *port = &sim->ports[index];
	struct devlink_health_reporter *reporter;
	int i, err;

	devlink_port_attrs_set(&port->port, &attrs);
	err = devlink_port_register(sim->devlink, &port->port, index);
	if (err)
		return err;
	port->registered = true;

	for (i = 0; i < NR_PORT_REPORTERS; i++) {
		reporter = devlink_port_health_reporter_create(&port->port,
							       &port_reporters[i],
							       GRACE_MS, NULL);
		if (IS_ERR(reporter))
			return PTR_ERR(reporter);
		port->reporters[i] = reporter;
	}
	return 0;
}

static void remove_port(struct sim_port *port)
{
	int i;

	for (i = 0; i < NR_PORT_REPORTERS; i++)
		if (port->reporters[i])
			compat_port_reporter_destroy(port->reporters[i]);
	if (port->registered)
		devlink_port_unregister(&port->port);
}

static int add_reporters(struct sim_device *sim)
{
	struct devlink_health_reporter *reporter;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(device_reporters); i++) {
		reporter = devlink_health_reporter_create(sim->devlink,
							  &device_reporters[i],
							  GRACE_MS, NULL);
		if (IS_ERR(reporter))
			return PTR_ERR(reporter);
		sim->reporters[i] = reporter;
	}
	return 0;
}

static int fill_device(struct sim_device *sim)
{
	unsigned int i;
	int err;

	err = devlink_params_register(sim->devlink, params, ARRAY_SIZE(params));
	if (err)
		return err;
	sim->has_params = true;

	err = add_reporters(sim);
	for (i = 0; i < ports && !err; i++)
		err = add_port(sim, i);
	return err;
}

static int add_device(struct sim_device *sim, unsigned int index)
{
	struct platform_device *platform;
	int err;

	platform = platform_device_register_simple(KBUILD_MODNAME, index, NULL,
						   0);
	if (IS_ERR(platform))
		return PTR_ERR(platform);
	sim->platform = platform;

	sim->ports = kvcalloc(ports, sizeof(*sim->ports), GFP_KERNEL);
	sim->devlink = devlink_alloc(&no_ops, sizeof(sim), &platform->dev);
	if (!sim->ports || !sim->devlink)
		return -ENOMEM;
	*(struct sim_device **)devlink_priv(sim->devlink) = sim;

	err = fill_device(sim);
	devlink_register(sim->devlink);
	return err;
}

static void remove_reporters(struct sim_device *sim)
{
	unsigned int i;

	for (i = 0; sim->ports && i < ports; i++)
		remove_port(&sim->ports[i]);
	for (i = 0; i < ARRAY_SIZE(device_reporters); i++)
		if (sim->reporters[i])
			devlink_health_reporter_destroy(sim->reporters[i]);
}

static void remove_device(struct sim_device *sim)
{
	if (sim->ports && sim->devlink)
		devlink_unregister(sim->devlink);
	remove_reporters(sim);
	if (sim->has_params)
		devlink_params_unregister(sim->devlink, params,
					  ARRAY_SIZE(params));
	if (sim->devlink)
		devlink_free(sim->devlink);
	kvfree(sim->ports);
	platform_device_unregister(sim->platform);
}

static struct devlink_health_reporter *last_reporter(void)
{
	return sims[devices - 1].ports[ports - 1].reporters[TX];
}

static void change_states(unsigned int n)
{
	static enum devlink_health_reporter_state state;

	lockdep_assert_held(&do_lock);

	while (n--) {
		state = state == DEVLINK_HEALTH_REPORTER_STATE_ERROR ?
			DEVLINK_HEALTH_REPORTER_STATE_HEALTHY :
			DEVLINK_HEALTH_REPORTER_STATE_ERROR;
		devlink_health_reporter_state_update(last_reporter(), state);
	}
}

static int do_line(const char *line)
{
	unsigned int n;
	char what[16];

	if (sscanf(line, "%15s %u", what, &n) != 2)
		return -EINVAL;
	if (!strcmp(what, "states"))
		change_states(n);
	else if (!strcmp(what, "reports"))
		while (n--)
			devlink_health_report(last_reporter(), "simulated", NULL);
	else
		return -EINVAL;
	return 0;
}

static ssize_t do_write(struct file *file, const char __user *ubuf,
			size_t count, loff_t *pos)
{
	char line[LINE_MAX_BYTES];
	int err;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, ubuf, count))
		return -EFAULT;
	line[count] = '\0';

	mutex_lock(&do_lock);
	err = do_line(line);
	mutex_unlock(&do_lock);
	return err ?: count;
}

static const struct file_operations do_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = do_write,
};

static void remove_devices(void)
{
	unsigned int i;

	for (i = 0; i < devices; i++)
		if (sims[i].platform)
			remove_device(&sims[i]);
	kvfree(sims);
}

static int __init vigil_sim_devlink_init(void)
{
	unsigned int i;
	int err = 0;

	if (!devices || !ports)
		return -EINVAL;
	sims = kvcalloc(devices, sizeof(*sims), GFP_KERNEL);
	if (!sims)
		return -ENOMEM;

	for (i = 0; i < devices && !err; i++)
		err = add_device(&sims[i], i);
	if (err) {
		remove_devices();
		return err;
	}
	/* The first error is recovered from, and starts the time of grace. */
	devlink_health_report(last_reporter(), "simulated", NULL);

	sim_dir = debugfs_create_dir(KBUILD_MODNAME, NULL);
	debugfs_create_file("do", 0200, sim_dir, NULL, &do_fops);
	return 0;
}

static void __exit vigil_sim_devlink_exit(void)
{
	debugfs_remove(sim_dir);
	remove_devices();
}

module_init(vigil_sim_devlink_init);
module_exit(vigil_sim_devlink_exit);

MODULE_DESCRIPTION("Simulated devlink devices for benchmarks of Vigil");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
