#include "data/encoding.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static size_t line_at(const char *text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

enum err_code encoding_check(const char *path, const char *text, size_t length, struct err *err)
{
	const uint64_t high_bits = 0x8080808080808080u;
	size_t i = 0;

	if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
		return err_set(err, ERR_INPUT, "%s: is UTF-16: 'iconv -f UTF-16 -t UTF-8 %s' prints it as UTF-8", path,
			       path);
	const char *nul = memchr(text, '\0', length);
	if (nul != NULL)
		return err_set(err, ERR_INPUT, "%s:%zu: a NUL byte: this is no text file (or one in UTF-16)", path,
			       line_at(text, (size_t)(nul - text)));
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
				       "%s:%zu: byte 0x%02X is not UTF-8: save the file as UTF-8; if it is Latin-1, "
				       "'iconv -f LATIN1 -t UTF-8 %s' prints it so",
				       path, line_at(text, i), (unsigned char)text[i], path);
		i += step;
	}
	return ERR_OK;
}
