#include "data/columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

enum err_code columns_add(struct columns *columns, const char *name, size_t length, struct err *err)
{
	struct text text AUTO(text_done) = { 0 };

	if (mem_more(&columns->at, columns->count, &columns->capacity, err) != ERR_OK ||
	    text_append_bytes(&text, name, length, err) != ERR_OK || text_append_bytes(&text, "", 0, err) != ERR_OK)
		return err->code;
	columns->at[columns->count++] = (struct column){ .name = take_ptr(&text.data) };
	return ERR_OK;
}

size_t columns_find(const struct columns *columns, const char *name)
{
	for (size_t j = 0; j < columns->count; j++)
		if (strcmp(columns->at[j].name, name) == 0)
			return j;
	return NO_COLUMN;
}

void columns_forget(struct columns *columns)
{
	for (size_t j = 0; j < columns->count; j++) {
		struct column *column = &columns->at[j];
		if (!column->is_declared)
			class_set_done(&column->levels);
		free(take_ptr(&column->text));
		column->numbers = column->texts = column->missing = column->looked_at = 0;
	}
}

void columns_done(struct columns *columns)
{
	for (size_t j = 0; j < columns->count; j++) {
		free(columns->at[j].name);
		free(columns->at[j].text);
		class_set_done(&columns->at[j].levels);
	}
	free(columns->at);
	*columns = (struct columns){ 0 };
}
