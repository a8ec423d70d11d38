#include "cli/print.h"

#include <stdarg.h>
#include <string.h>

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

void print_word(FILE *file, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%";

	if (*word != '\0' && word[strspn(word, plain)] == '\0') {
		print_clean(file, "%s", word);
		return;
	}
	(void)fputc('\'', file);
	for (const char *next; *word != '\0'; word = next) {
		size_t length = strcspn(word, "'");
		print_clean(file, "%.*s%s", (int)length, word, word[length] == '\'' ? "'\\''" : "");
		next = word + length + (word[length] == '\'');
	}
	(void)fputc('\'', file);
}
