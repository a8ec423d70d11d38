/* The text of a file as people have it. */
#ifndef HARDROW_DATA_INPUT_H
#define HARDROW_DATA_INPUT_H

#include <stdbool.h>

#include "base/err.h"
#include "base/text.h"
#include "data/rows.h"

/* Appends the content of the file, "-" is standard input, to the empty *content, without a DOS end of file (Ctrl-Z) at
 * its end; what is compressed with gzip is expanded. ERR_INPUT with the path, and what to do, for: what file_read() and
 * gzip_unpack() refuse, other compressions, files of other programs that are no CSV, UTF-16, UTF-32, other bytes that
 * are no UTF-8. */
MUST_CHECK enum err_code input_read(const char *path, struct text *content, struct err *err);

/* Its rows, without a UTF-8 byte order mark; `path` and `content` are borrowed. */
struct rows_text input_rows(const char *path, const struct text *content);

/* Whether the content is that of a large file as it lies there, and not what was made of it or came through a pipe. */
bool input_can_be_read_again(const char *path, const struct text *content);

/* The text of a file whose rows were all read is again what it was, at the same place. ERR_INPUT: the file has other
 * bytes now. */
MUST_CHECK enum err_code input_read_again(const struct rows_text *rows, struct err *err);

#endif
