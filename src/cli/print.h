/* Words for people, with names in them. */
#ifndef HARDROW_CLI_PRINT_H
#define HARDROW_CLI_PRINT_H

#include <stdio.h>

/* How wide lines may be: what COLUMNS says, else as wide as the terminal; 0: no bound. */
size_t print_width(FILE *file);

/* As fprintf(), but cleaned by text_clean(), line feeds kept, and cut after some thousand bytes: whatever a name holds,
 * it drives no terminal. Lines for a terminal are no wider than that. A failed write stays in the stream, for the final
 * flush to see. */
void print_clean(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
