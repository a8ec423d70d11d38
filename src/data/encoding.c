#include "data/encoding.h"

#include <stdint.h>
#include <string.h>

static size_t line_at(const char *text, size_t offset)
{
	size_t line = 1;

	for (size_t i = 0; i < offset; i++)
		line += text[i] == '\n';
	return line;
}

/* Length of the UTF-8 sequence at `bytes`, 0 if it is none. */
static size_t sequence_length(const unsigned char *bytes, size_t left)
{
	unsigned char first = bytes[0];
	size_t length = first < 0x80   ? 1
			: first < 0xc2 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
			: first < 0xf5 ? 4
				       : 0;

	if (length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates and numbers above U+10FFFF show in the second byte. */
	if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) ||
	    (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return length;
}

enum err_code encoding_check(const char *path, const char *text, size_t length, struct err *err)
{
	const uint64_t high_bits = 0x8080808080808080u;
	size_t i = 0;

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
		size_t step = sequence_length((const unsigned char *)text + i, length - i);
		if (step == 0)
			return err_set(err, ERR_INPUT, "%s:%zu: byte 0x%02X is not UTF-8: save the file as UTF-8", path,
				       line_at(text, i), (unsigned char)text[i]);
		i += step;
	}
	return ERR_OK;
}
