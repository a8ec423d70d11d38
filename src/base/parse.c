#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool ends_here(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return *text == '\0';
}

bool parse_real(const char *text, double *ret_value)
{
	char *end;

	if (strpbrk(text, "xX(") != NULL)
		return false;
	double value = strtod(text, &end);
	if (end == text || !ends_here(end))
		return false;
	*ret_value = value;
	return true;
}

bool parse_integer(const char *text, int64_t *ret_value)
{
	char *end;

	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (end == text || errno != 0 || !ends_here(end))
		return false;
	*ret_value = value;
	return true;
}

bool parse_unsigned(const char *text, uint64_t *ret_value)
{
	char *end;

	if (strchr(text, '-') != NULL)
		return false;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 10);
	if (end == text || errno != 0 || !ends_here(end))
		return false;
	*ret_value = value;
	return true;
}
