#include "data/input.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/encoding.h"
#include "data/gzip.h"

/* Files that are not read, by their first bytes. */
static enum err_code refuse_packed(const char *path, const struct text *content, struct err *err)
{
	static const struct {
		const char *magic;
		size_t length;
		const char *name, *command;
	} kinds[] = {
		{ "\xfd\x37zXZ", 5, "xz", "xz -dc" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd", "zstd -dc" },
		{ "BZh", 3, "bzip2", "bzip2 -dc" },
		{ "PK\x03\x04", 4, "zip (or a spreadsheet: save it as CSV)", "unzip -p" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (content->length > kinds[i].length && memcmp(content->data, kinds[i].magic, kinds[i].length) == 0)
			return err_set(err, ERR_INPUT,
				       "%s: is compressed with %s: read what '%s %s' writes ('-': a pipe)", path,
				       kinds[i].name, kinds[i].command, path);
	return ERR_OK;
}

static enum err_code read_bytes(const char *path, struct text *content, struct err *err)
{
	if (strcmp(path, "-") == 0) {
		if (file_read_fd(STDIN_FILENO, "standard input", content, err) != ERR_OK)
			return err->code;
		return text_append_bytes(content, "", 0, err);
	}
	if (file_read(path, &content->data, &content->length, err) != ERR_OK)
		return err->code;
	content->capacity = content->length + 1;
	return ERR_OK;
}

enum err_code input_read(const char *path, struct text *content, struct err *err)
{
	if (read_bytes(path, content, err) != ERR_OK || gzip_unpack(path, content, err) != ERR_OK ||
	    refuse_packed(path, content, err) != ERR_OK)
		return err->code;
	while (content->length > 0 && content->data[content->length - 1] == '\x1a')
		content->data[--content->length] = '\0';
	return encoding_check(path, content->data, content->length, err);
}

struct rows_text input_rows(const char *path, const struct text *content)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct rows_text rows = { path, content->data, content->length, 1 };

	if (content->length > 0 && strncmp(rows.data, byte_order_mark, 3) == 0) {
		rows.data += 3;
		rows.length -= 3;
	}
	return rows;
}
