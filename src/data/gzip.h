/* Files that may be compressed with gzip. */
#ifndef HARDROW_DATA_GZIP_H
#define HARDROW_DATA_GZIP_H

#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

/* Appends what the gzip data (length) expand to, a NUL behind it. `path` is for messages. ERR_INPUT: they are damaged,
 * cut off, have more bytes behind their end, or expand to more than `most` bytes: no more than that is ever held. */
MUST_CHECK enum err_code gzip_expand(const char *path, const char *packed, size_t length, size_t most,
				     struct text *content, struct err *err);

/* Expands *content in place if it begins with gzip's magic number. ERR_INPUT with the path for: damaged or cut off
 * compressed data, more bytes behind its end, or more than 4 GiB of them. */
MUST_CHECK enum err_code gzip_unpack(const char *path, struct text *content, struct err *err);

/* file_read() and gzip_unpack(). */
MUST_CHECK enum err_code gzip_read(const char *path, char **ret_data, size_t *ret_length, struct err *err);

#endif
