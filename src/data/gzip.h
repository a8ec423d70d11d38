/* Files that may be compressed with gzip. */
#ifndef HARDROW_DATA_GZIP_H
#define HARDROW_DATA_GZIP_H

#include <stddef.h>

#include "base/err.h"

/* As file_read, but a file that begins with gzip's magic number is expanded. ERR_INPUT with the path for: damaged or
 * cut off compressed data, more bytes behind its end, or more than 4 GiB of them. */
MUST_CHECK enum err_code gzip_read(const char *path, char **ret_data, size_t *ret_length, struct err *err);

#endif
