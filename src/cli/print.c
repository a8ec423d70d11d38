#include "cli/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"

size_t print_width(FILE *file)
{
	const char *text = getenv("COLUMNS");
	struct winsize size = { 0 };
	uint64_t columns = 0;

	if (text != NULL && parse_unsigned(text, &columns))
		return (size_t)columns;
	return isatty(fileno(file)) == 1 && ioctl(fileno(file), TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* Writes whole lines to a terminal, broken at blanks. Without memory they are written as they are. */
static void write_wrapped(FILE *file, char *words)
{
	size_t width = print_width(file);
	struct err ignored;

	for (char *end; (end = strchr(words, '\n')) != NULL; words = end + 1) {
		AUTO(text_done) struct text line = { 0 };
		*end = '\0';
		bool is_wrapped = text_append_wrapped(&line, words, width, &ignored) == ERR_OK && line.data != NULL;
		(void)fprintf(file, "%s\n", is_wrapped ? line.data : words);
	}
	(void)fputs(words, file);
}

void print_clean(FILE *file, const char *format, ...)
{
	/* Some have two paths, of 4096 bytes at most. */
	char words[10000];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	(void)text_clean(words, true);
	if (isatty(fileno(file)) == 1)
		write_wrapped(file, words);
	else
		(void)fputs(words, file);
}
