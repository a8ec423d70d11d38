#include "data/encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* The line of byte `at` of the text, as rows_read() counts. */
static size_t line_at(const char *text, size_t length, size_t at)
{
	char end = memchr(text, '\n', length) != NULL ? '\n' : '\r';
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += text[i] == end;
	return line;
}

/* The encoding of characters of 2 or 4 bytes that the text begins in: by its byte order mark, or by the NULs of its
 * first four bytes, if they are ASCII as nearly all names, digits and separators are. NULL: none. */
static const char *wide_encoding(const char *text, size_t length)
{
	static const char *const by_nuls[16] = {
		[0xa] = "UTF-16LE", [0x5] = "UTF-16BE", [0xe] = "UTF-32LE", [0x7] = "UTF-32BE"
	};
	unsigned nuls = 0; /* bit i: byte i is one */

	for (unsigned i = 0; i < 4 && length >= 4; i++)
		nuls |= (unsigned)(text[i] == '\0') << i;
	if (length >= 4 && (memcmp(text, "\xff\xfe\0\0", 4) == 0 || memcmp(text, "\0\0\xfe\xff", 4) == 0))
		return "UTF-32";
	if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return "UTF-16";
	return by_nuls[nuls];
}

enum err_code encoding_check(const char *path, const char *text, size_t length, struct err *err)
{
	const uint64_t high_bits = 0x8080808080808080u;
	size_t i = 0;

	const char *wide = wide_encoding(text, length);
	if (wide != NULL)
		return err_set(err, ERR_INPUT, "%s: is %s: 'iconv -f %s -t UTF-8 %s' prints it as UTF-8", path, wide,
			       wide, path);
	const char *nul = memchr(text, '\0', length);
	if (nul != NULL)
		return err_set(err, ERR_INPUT, "%s:%zu: a NUL byte: this is no text file", path,
			       line_at(text, length, (size_t)(nul - text)));
	while (i < length) {
		uint64_t word = high_bits;
		if (length - i >= sizeof word)
			memcpy(&word, text + i, sizeof word);
		if ((word & high_bits) == 0) {
			i += sizeof word;
			continue;
		}
		size_t step = text_character_length(text + i, length - i);
		if (step == 0)
			return err_set(err, ERR_INPUT,
				       "%s:%zu: byte 0x%02X is not UTF-8: save the file as UTF-8; if it is Latin-1 or "
				       "Windows-1252, 'iconv -f CP1252 -t UTF-8 %s' prints it so",
				       path, line_at(text, length, i), (unsigned char)text[i], path);
		i += step;
	}
	return ERR_OK;
}
