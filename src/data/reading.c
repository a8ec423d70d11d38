#include "data/reading.h"

#include "base/mem.h"

size_t reading_most_levels(const struct reading *reading)
{
	return reading->max_levels > 0 ? reading->max_levels : READING_MAX_LEVELS;
}

enum err_code reading_append(const struct reading *reading, struct text *text, struct err *err)
{
	const struct {
		const char *name, *value;
	} said[] = {
		{ "separator",
		  reading->separator != SEPARATOR_AUTO ? separator_name((size_t)reading->separator) : NULL },
		{ "header", reading->header != HEADER_AUTO ? header_name((size_t)reading->header) : NULL },
		{ "encode", reading->encode != ENCODE_ONE_HOT ? encode_name((size_t)reading->encode) : NULL },
		{ "comment", reading->comment },
		{ "missing-values", reading->missing_values },
		{ "drop", reading->drop },
		{ "columns", reading->columns },
		{ "keep-ids", reading->keep_ids ? "yes" : NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(said); i++)
		if (said[i].value != NULL && (text_append(text, err, " %s ", said[i].name) != ERR_OK ||
					      text_append_json(text, said[i].value, err) != ERR_OK))
			return err->code;
	return ERR_OK;
}
