#include "data/value.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/parse.h"

static bool is_one_of(const char *text, const char *const *words)
{
	/* Most fields are numbers, and longer than that. */
	if (strnlen(text, 7) == 7)
		return false;
	for (size_t i = 0; words[i] != NULL; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

bool value_is_missing_label(const char *text)
{
	static const char *const words[] = { "",       "?",    "na",   "n/a",  "nan", "null",
					     "<null>", "-nan", "<na>", "#n/a", "\\n", NULL };

	return (text[0] < '0' || text[0] > '9') && is_one_of(text, words);
}

bool value_is_missing(const char *text)
{
	static const char *const words[] = { ".", "-", "none", NULL };

	return value_is_missing_label(text) || is_one_of(text, words);
}

bool value_is_listed(const char *text, const char *list)
{
	size_t length = strlen(text);

	for (const char *at = list; length > 0 && at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strcspn(at, ",") == length && strncmp(at, text, length) == 0)
			return true;
	}
	return length == 0;
}

bool value_is_absent(const char *text, bool quoted, const char *list)
{
	if (list != NULL)
		return value_is_listed(text, list);
	return text[0] == '\0' || (!quoted && value_is_missing(text));
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

bool value_read_decimal_comma(const char *text, double *ret_value)
{
	char copy[64];
	size_t comma = strcspn(text, ",");
	size_t length = strnlen(text, sizeof copy);

	if (length == sizeof copy || strchr(text, '.') != NULL)
		return false;
	memcpy(copy, text, length + 1);
	if (copy[comma] == ',')
		copy[comma] = '.';
	return value_read(copy, ret_value);
}

/* "31.12.2020" */
static bool has_two_points(const char *text)
{
	const char *first = strchr(text, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;

	return second != NULL && strchr(second + 1, '.') == NULL;
}

/* Digits, and whatever else is in `others`; at least one digit. */
static bool is_made_of(const char *text, const char *others)
{
	size_t digits = 0;

	for (; *text != '\0'; text++)
		if (*text >= '0' && *text <= '9')
			digits++;
		else if (strchr(others, *text) == NULL)
			return false;
	return digits > 0;
}

/* "12,345,678" or "12,345.6" with commas for `separator`; other points may stand behind the last. */
static bool is_grouped(const char *text, const char *separator)
{
	size_t length = strlen(separator);
	size_t digits, groups = 0;

	text += *text == '-' || *text == '+';
	digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 3)
		return false;
	for (text += digits; strncmp(text, separator, length) == 0 && strspn(text + length, "0123456789") == 3;
	     text += length + 3)
		groups++;
	return groups > 0 && (*text == '\0' || (*text != *separator && strchr(".,", *text) != NULL &&
						text[1 + strspn(text + 1, "0123456789")] == '\0'));
}

const char *value_likely(const char *text, const char **ret_remedy)
{
	static const char *const currencies[] = { "$", "\xe2\x82\xac", "\xc2\xa3" };
	/* The blanks are those that do not break, the second is the narrow one. */
	static const struct {
		const char *separator, *likely;
	} groups[] = {
		{ ",", "a number with commas between thousands" },
		{ ".", "a number with points between thousands" },
		{ " ", "a number with blanks between thousands" },
		{ "\xc2\xa0", "a number with blanks between thousands" },
		{ "\xe2\x80\xaf", "a number with blanks between thousands" },
		{ "'", "a number with apostrophes between thousands" },
	};
	size_t length = strlen(text);
	double value;

	if (value_read(text, &value)) {
		*ret_remedy = "write it with a comma, as the others are, and nothing between thousands";
		return "a number with a point";
	}
	*ret_remedy = "make it a number";
	for (size_t i = 0; i < ARRAY_LENGTH(currencies); i++)
		if (strstr(text, currencies[i]) != NULL && is_made_of(text, "., -$\xe2\x82\xac\xc2\xa3\xa0"))
			return "an amount of money";
	if (length > 1 && text[length - 1] == '%' && is_made_of(text, ".,+- \xc2\xa0%"))
		return "a percentage";
	*ret_remedy = "write it with nothing between thousands";
	for (size_t i = 0; i < ARRAY_LENGTH(groups); i++)
		if (is_grouped(text, groups[i].separator))
			return groups[i].likely;
	if (strchr(text, ',') != NULL && is_made_of(text, ".,+-")) {
		*ret_remedy = "write it with a point";
		return "a number with a comma";
	}
	*ret_remedy = "make numbers of it, such as days since a date";
	if (length >= (strchr(text, ':') != NULL ? 4 : 8) && is_made_of(text, "-/.: TZ+") &&
	    (strpbrk(text + 1, "-/:") != NULL || has_two_points(text)))
		return "a date or time";
	return NULL;
}
