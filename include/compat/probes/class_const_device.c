// SPDX-License-Identifier: GPL-2.0
/* A class promises not to change the device it describes (v6.2). */
#include <linux/device/class.h>

extern int probe_uevent(const struct device *dev, struct kobj_uevent_env *env);

const struct class probe_class = {
	.dev_uevent = probe_uevent,
};
