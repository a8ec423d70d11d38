#include "data/value.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

bool value_is_missing(const char *text)
{
	return text[0] == '\0' || strcmp(text, "?") == 0 || strcmp(text, "NA") == 0;
}

bool value_read(const char *text, double *ret_value)
{
	static const double powers[] = { 1e0, 1e1, 1e2,	 1e3,  1e4,  1e5,  1e6,	 1e7,
					 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
	const char *next = text + (*text == '-');
	const char *point = NULL;
	uint64_t digits = 0;
	size_t count = 0;

	for (;; next++) {
		unsigned digit = (unsigned)*next - '0';
		if (digit <= 9 && count < ARRAY_LENGTH(powers) - 1) {
			digits = digits * 10 + digit;
			count++;
		} else if (*next == '.' && point == NULL) {
			point = next;
		} else {
			break;
		}
	}
	if (*next != '\0' || count == 0)
		return parse_real(text, ret_value);
	double value = (double)digits;
	if (point != NULL)
		value /= powers[next - point - 1];
	*ret_value = *text == '-' ? -value : value;
	return true;
}
