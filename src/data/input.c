#include "data/input.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "data/encoding.h"
#include "data/gzip.h"

/* Files that are not read, by their first bytes. */
static enum err_code refuse_kind(const char *path, const struct text *content, struct err *err)
{
	static const struct {
		const char *magic;
		size_t length;
		const char *name, *command; /* that prints what is packed; NULL: nothing is */
	} kinds[] = {
		{ "\xfd\x37zXZ", 5, "xz", "xz -dc" },
		{ "\x5d\0\0", 3, "lzma", "xz -dc" },
		{ "\x28\xb5\x2f\xfd", 4, "zstd", "zstd -dc" },
		{ "BZh", 3, "bzip2", "bzip2 -dc" },
		{ "\x1f\x8b", 2, "gzip twice", "gzip -dc" },
		{ "PK\x03\x04", 4, "zip (or a spreadsheet: save it as CSV)", "unzip -p" },
		{ "7z\xbc\xaf", 4, "7-Zip", "7z x -so" },
		{ "\xd0\xcf\x11\xe0", 4, "an Excel file: save it as CSV", NULL },
		{ "PAR1\x15", 5, "a Parquet file: write it as CSV", NULL },
		{ "\x93NUMPY", 6, "an array of numpy: write it as CSV", NULL },
		{ "\x89HDF", 4, "an HDF5 file: write it as CSV", NULL },
		{ "SQLite format 3", 15, "a SQLite database: write a table of it as CSV", NULL },
		{ "version https://git-lfs", 23, "a pointer of Git LFS: 'git lfs pull' gets the file", NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		if (content->length <= kinds[i].length || memcmp(content->data, kinds[i].magic, kinds[i].length) != 0)
			continue;
		if (kinds[i].command == NULL)
			return err_set(err, ERR_INPUT, "%s: is %s", path, kinds[i].name);
		return err_set(err, ERR_INPUT, "%s: is compressed with %s: read what '%s %s' writes ('-': a pipe)",
			       path, kinds[i].name, kinds[i].command, path);
	}
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

/* The last lines of DOS files may be bytes 0x1A, with line ends or NULs that a later program has put behind them. */
static void cut_end_of_file(struct text *content)
{
	size_t end = content->length;

	for (size_t i = end; i > 0 && memchr("\x1a\r\n", content->data[i - 1], 4) != NULL; i--)
		end = content->data[i - 1] == '\x1a' ? i - 1 : end;
	if (end == content->length)
		return;
	content->length = end;
	content->data[end] = '\0';
}

enum err_code input_read(const char *path, struct text *content, struct err *err)
{
	if (read_bytes(path, content, err) != ERR_OK || gzip_unpack(path, content, err) != ERR_OK ||
	    refuse_kind(path, content, err) != ERR_OK)
		return err->code;
	cut_end_of_file(content);
	return encoding_check(path, content->data, content->length, err);
}

struct rows_text input_rows(const char *path, const struct text *content)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	struct rows_text rows = { .path = path, .data = content->data, .length = content->length, .line = 1 };

	if (content->length > 0 && strncmp(rows.data, byte_order_mark, 3) == 0) {
		rows.data += 3;
		rows.length -= 3;
	}
	return rows;
}

/* Small ones may as well stay. */
#define LARGE ((size_t)16 << 20)

bool input_can_be_read_again(const char *path, const struct text *content)
{
	struct stat status;

	/* Of what was expanded, or comes from a pipe, the file does not have the bytes. */
	return content->length >= LARGE && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
	       (size_t)status.st_size == content->length;
}

enum err_code input_read_again(const struct rows_text *rows, struct err *err)
{
	struct text *content = rows->file->content;
	struct text again AUTO(text_done) = { 0 };
	char sha256[FILE_SHA256_SIZE];

	if (read_bytes(rows->path, &again, err) != ERR_OK)
		return err->code;
	file_sha256(again.data, again.length, sha256);
	if (strcmp(sha256, rows->file->sha256) != 0)
		return err_set(err, ERR_INPUT, "%s: has changed while it was read", rows->path);
	memcpy(content->data, again.data, again.length);
	return ERR_OK;
}
