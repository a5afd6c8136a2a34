/* SPDX-License-Identifier: GPL-2.0 */
/* Which base classes of PCI functions become components. */
#ifndef VIGIL_PCI_CLASSES_H
#define VIGIL_PCI_CLASSES_H

#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#define VIGIL_PCI_CLASSES	256	/* a base class is a byte */
#define VIGIL_PCI_CLASS_DIGITS	5	/* longest number, with its NUL */

/**
 * vigil_pci_parse_classes() - Read a list of base classes.
 * @text: numbers as C writes them, separated by commas: "0x02,0x03"
 * @classes: VIGIL_PCI_CLASSES bits, overwritten
 *
 * Context: Any.
 * Return: 0, or -EINVAL when something in the list is not a byte, or nothing is
 * in it.
 */
static inline int vigil_pci_parse_classes(const char *text,
					  unsigned long *classes)
{
	char number[VIGIL_PCI_CLASS_DIGITS];
	size_t length;
	u8 value;

	bitmap_zero(classes, VIGIL_PCI_CLASSES);
	for (;;) {
		length = strcspn(text, ",\n");
		if (!length || length >= sizeof(number))
			return -EINVAL;
		memcpy(number, text, length);
		number[length] = '\0';
		if (kstrtou8(number, 0, &value))
			return -EINVAL;
		__set_bit(value, classes);
		text += length;
		if (*text != ',')
			break;
		text++;
	}
	return *text && text[1] ? -EINVAL : 0;
}

#endif /* VIGIL_PCI_CLASSES_H */
