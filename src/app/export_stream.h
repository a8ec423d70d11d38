/* Files that a thread of their own writes, while what is next is being made. */
#ifndef HARDROW_APP_EXPORT_STREAM_H
#define HARDROW_APP_EXPORT_STREAM_H

#include <stdio.h>

#include "base/err.h"

/* Makes a new file and opens it to be written. What cannot be written fails the next write or fclose(), with errno. The
 * disk begins with large files while they are written, but only fsync() says that all is there. */
MUST_CHECK enum err_code export_stream_open(const char *path, FILE **ret_stream, struct err *err);

#endif
