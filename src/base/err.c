#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	(void)text_clean(err->message, false);
	err->code = code;
	return code;
}

enum err_code err_prefix(struct err *err, const char *format, ...)
{
	char old[sizeof err->message];
	va_list args;

	memcpy(old, err->message, sizeof old);
	va_start(args, format);
	int length = vsnprintf(err->message, sizeof err->message, format, args);
	va_end(args);
	if (length >= 0 && (size_t)length < sizeof err->message)
		(void)snprintf(err->message + length, sizeof err->message - (size_t)length, ": %s", old);
	(void)text_clean(err->message, false);
	return err->code;
}
