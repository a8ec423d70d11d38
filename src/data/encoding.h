/* Is it text? */
#ifndef HARDROW_DATA_ENCODING_H
#define HARDROW_DATA_ENCODING_H

#include <stddef.h>

#include "base/err.h"

/* ERR_INPUT: it is UTF-16 or UTF-32; or, with file and line, at the first byte that no UTF-8 text holds: a NUL, or a
 * byte that breaks the encoding (text_character_length). `path` is for the message only. */
MUST_CHECK enum err_code encoding_check(const char *path, const char *text, size_t length, struct err *err);

#endif
