// SPDX-License-Identifier: GPL-2.0
/*
 * Load and unload. Who uses predictions uses symbols of this module, so none is
 * left when it goes.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("Predictions by small forests of decision trees");
MODULE_AUTHOR("Vigil maintainers");
MODULE_LICENSE("GPL");
