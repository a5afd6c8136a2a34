// SPDX-License-Identifier: GPL-2.0
/*
 * State files on disk. A file is written beside the old one and then takes its
 * place, so that at any moment there is one that is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "state.h"
#include "text.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/*
 * Opens the directory of a file, for one user at a time; the lock ends when it is
 * closed. Returns a file descriptor or a negative errno.
 */
int state_lock_directory(const char *path)
{
	char *copy = need(strdup(path));
	int fd, err = 0;

	if (!strcmp(path, STATE_FILE) && mkdir(STATE_DIRECTORY, 0700) &&
	    errno != EEXIST)
		err = -errno;
	fd = err ? err : open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && !err)
		fd = -errno;
	free(copy);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

/* Returns the bytes read, or a negative errno; -EFBIG if there are more. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t n;

	do {
		n = read(fd, text + length, size - length);
		if (n < 0)
			return -errno;
		length += n;
	} while (n && length < size);
	return length < size ? (ssize_t)length : -EFBIG;
}

static int read_file(const char *path, char **text, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat stat;
	ssize_t n;

	*text = NULL;
	if (fd < 0)
		return -errno;
	n = fstat(fd, &stat) ? -errno : 0;
	if (!n && !S_ISREG(stat.st_mode))
		n = -EINVAL;
	else if (!n && stat.st_size > STATE_BYTES_MAX)
		n = -EFBIG;
	if (!n) {
		*text = need(malloc(stat.st_size + 2));
		n = read_all(fd, *text, stat.st_size + 2);
	}
	close(fd);
	if (n < 0) {
		free(*text);
		*text = NULL;
		return n;
	}
	*length = n;
	return 0;
}

/*
 * Reads a file. Returns 0; -EBADMSG if it is not what a state file has to be; or
 * another negative errno if it could not be read. @why has the words.
 */
int state_read(const char *path, struct state *state, char *why)
{
	size_t length = 0;
	char *text;
	int err;

	*state = (struct state) { 0 };
	err = read_file(path, &text, &length);
	if (err == -EINVAL || err == -EFBIG) {
		snprintf(why, WHY_TEXT, "is no file, or one of more than %u bytes",
			 STATE_BYTES_MAX);
		return -EBADMSG;
	}
	if (err) {
		snprintf(why, WHY_TEXT, "%s", strerror(-err));
		return err;
	}
	if (!state_parse(text, length, state, why))
		err = -EBADMSG;
	free(text);
	return err;
}

static int write_all(int fd, const char *text)
{
	size_t length = strlen(text);

	while (length) {
		ssize_t n = write(fd, text, length);

		if (n < 0)
			return -errno;
		text += n;
		length -= n;
	}
	return 0;
}

/*
 * Writes a file, whose directory is open. Returns 0 or a negative errno, when
 * what was there before is still there.
 */
int state_write(const char *path, int directory, const char *text)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *fresh = need(malloc(size));
	int fd, err;

	snprintf(fresh, size, "%s.XXXXXX", path);
	/* mode 0600, and a name of its own */
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		free(fresh);
		return err;
	}
	err = write_all(fd, text);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(fresh, path))
		err = -errno;
	if (err)
		unlink(fresh);
	else if (fsync(directory))
		err = -errno;
	free(fresh);
	return err;
}

/* A text that is another one after each boot. */
void state_boot_id(char *boot)
{
	FILE *file = fopen(BOOT_ID, "re");

	if (!file || !fgets(boot, BOOT_TEXT, file))
		*boot = 0;
	boot[strcspn(boot, "\n")] = 0;
	if (file)
		fclose(file);
}
