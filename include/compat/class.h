/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Device classes. A callback of a class that is told about a device says
 * "compat_class_device", because older kernels do not promise to leave it as it
 * is:
 *
 *	static int foo_uevent(compat_class_device *dev,
 *			      struct kobj_uevent_env *env);
 */
#ifndef _VIGIL_COMPAT_CLASS_H
#define _VIGIL_COMPAT_CLASS_H

#include <generated/vigil-compat.h>
#include <linux/device/class.h>
#include <linux/module.h>

#ifndef COMPAT_HAS_CLASS_WITHOUT_OWNER
#undef class_create
#define class_create(name)						\
({									\
	static struct lock_class_key __key;				\
	__class_create(THIS_MODULE, name, &__key);			\
})
#endif

#ifdef COMPAT_HAS_CLASS_CONST_DEVICE
typedef const struct device compat_class_device;
#else
typedef struct device compat_class_device;
#endif

#endif /* _VIGIL_COMPAT_CLASS_H */
