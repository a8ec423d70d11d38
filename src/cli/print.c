#include "cli/print.h"

#include <stdarg.h>

#include "base/text.h"

void print_clean(FILE *file, const char *format, ...)
{
	/* Some have two paths, of 4096 bytes at most. */
	char words[10000];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	(void)text_clean(words, true);
	(void)fputs(words, file);
}
