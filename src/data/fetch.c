/* Getting data sets from where they are published. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/process.h"
#include "base/text.h"
#include "data/catalogue.h"
#include "data/gzip.h"

/* A field of a CSV takes less; the header row, what gzip adds and the like come on top. */
#define FIELD_BYTES 32
#define MORE_BYTES 65536

/* Bytes that a file of the data set can have at most, expanded: whoever sends more sends something else. */
static size_t bytes_max(const struct catalogue_entry *entry)
{
	size_t fields = entry->rows * (entry->raw_drop + entry->features + 1);

	return (catalogue_has_images(entry) ? fields : fields * FIELD_BYTES) + MORE_BYTES;
}

static const char *separators_of(const struct catalogue_entry *entry)
{
	bool is_comma = strcmp(entry->raw_separator, "comma") == 0;

	return is_comma ? "," : strcmp(entry->raw_separator, "semicolon") == 0 ? ";" : " \t";
}

/* Appends the file to *content. A server that sends next to nothing for half a minute is given up. */
static enum err_code download(const char *url, size_t most, struct text *content, struct err *err)
{
	struct text size AUTO(text_done) = { 0 };

	if (text_append(&size, err, "%zu", most) != ERR_OK)
		return err->code;
	const char *const arguments[] = { "curl",
					  "--fail",
					  "--location",
					  "--silent",
					  "--show-error",
					  "--globoff",
					  "--proto",
					  "=https,http,ftps,ftp,file",
					  "--connect-timeout",
					  "30",
					  "--speed-limit",
					  "100",
					  "--speed-time",
					  "30",
					  "--max-filesize",
					  size.data,
					  "--url",
					  url,
					  NULL };
	const struct process curl = { .arguments = arguments, .package = "curl", .most = most };

	if (process_run(&curl, "", content, err) != ERR_OK)
		return err_prefix(err, "%s", url);
	return ERR_OK;
}

static enum err_code check_sha256(const char *what, const char *data, size_t length, const char *expected,
				  struct err *err)
{
	char actual[FILE_SHA256_SIZE];

	file_sha256(data, length, actual);
	if (strcmp(actual, expected) != 0)
		return err_set(err, ERR_INPUT, "%s: sha256 %s, not %s: another file than the catalogue knows", what,
			       actual, expected);
	return ERR_OK;
}

/* Appends a 1 for the level that the field is, a 0 for each other, comma-separated. */
static enum err_code convert_level(const char *levels, const char *field, size_t length, struct text *csv,
				   struct err *err)
{
	for (const char *level = levels; *level != '\0'; level += strspn(level, ",")) {
		size_t count = strcspn(level, ",");
		bool is_it = count == length && strncmp(level, field, length) == 0;
		if (text_append(csv, err, "%s%d", level > levels ? "," : "", is_it) != ERR_OK)
			return err->code;
		level += count;
	}
	return ERR_OK;
}

/* Appends what the entry takes of one line's fields, comma-separated. */
static enum err_code convert_line(const struct catalogue_entry *entry, const char *line, size_t length,
				  struct text *csv, struct err *err)
{
	const char *separators = separators_of(entry);
	size_t fields = 0;

	for (size_t i = strspn(line, separators); i < length; i += strspn(line + i, separators)) {
		size_t count = strcspn(line + i, separators);
		size_t field = fields++;
		if (count > length - i)
			count = length - i;
		if (field > entry->raw_drop && text_append(csv, err, ",") != ERR_OK)
			return err->code;
		if (field == entry->raw_drop && entry->raw_levels != NULL
			? convert_level(entry->raw_levels, line + i, count, csv, err) != ERR_OK
			: field >= entry->raw_drop && text_append_bytes(csv, line + i, count, err) != ERR_OK)
			return err->code;
		i += count;
	}
	return fields > entry->raw_drop ? text_append(csv, err, "\n") : ERR_OK;
}

/* UCI's text as CSV: the catalogue's header row, line ends LF, one comma between fields. */
static enum err_code convert(const struct catalogue_entry *entry, const char *raw, struct text *csv, struct err *err)
{
	if (text_append(csv, err, "%s\n", entry->header) != ERR_OK)
		return err->code;
	for (size_t line = 0; *raw != '\0'; line++) {
		size_t length = strcspn(raw, "\r\n");
		if (line >= entry->raw_skip && convert_line(entry, raw, length, csv, err) != ERR_OK)
			return err->code;
		raw += length;
		raw += strspn(raw, "\r\n");
	}
	return ERR_OK;
}

/* The catalogue's address, or its last part in the mirror; of images, whose address is a folder, that folder. */
static enum err_code address(const struct catalogue_entry *entry, const char *mirror, struct text *url, struct err *err)
{
	if (mirror == NULL)
		return text_append(url, err, "%s", entry->url);
	size_t length = strlen(mirror);
	const char *slash = length > 0 && mirror[length - 1] == '/' ? "" : "/";
	return text_append(url, err, "%s%s%s", mirror, slash, strrchr(entry->url, '/') + 1);
}

static enum err_code fetch_part(const struct catalogue_entry *entry, size_t part, const char *mirror,
				const char *folder, struct err *err)
{
	struct text url AUTO(text_done) = { 0 };
	struct text name AUTO(text_done) = { 0 };
	struct text raw AUTO(text_done) = { 0 };
	struct text expanded AUTO(text_done) = { 0 };
	AUTO(mem_freep) char *file = NULL;
	size_t most = bytes_max(entry);

	if (address(entry, mirror, &url, err) != ERR_OK ||
	    text_append(&name, err, "%s.gz", idx_part_name(part)) != ERR_OK ||
	    text_append(&url, err, "%s", name.data) != ERR_OK || file_join(folder, name.data, &file, err) != ERR_OK ||
	    download(url.data, most, &raw, err) != ERR_OK ||
	    gzip_expand(url.data, raw.data, raw.length, most, &expanded, err) != ERR_OK ||
	    check_sha256(url.data, expanded.data, expanded.length, entry->part_sha256[part], err) != ERR_OK)
		return err->code;
	return file_write(file, raw.data, raw.length, err);
}

static enum err_code fetch_images(const struct catalogue_entry *entry, const char *mirror, const char *folder,
				  struct err *err)
{
	AUTO(mem_freep) char *own = NULL;

	if (file_join(folder, entry->file, &own, err) != ERR_OK || file_make_directory(own, err) != ERR_OK)
		return err->code;
	for (size_t part = 0; part < IDX_PARTS; part++)
		if (fetch_part(entry, part, mirror, own, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code catalogue_fetch(const struct catalogue_entry *entry, const char *mirror, const char *folder,
			      struct err *err)
{
	struct text url AUTO(text_done) = { 0 };
	struct text csv AUTO(text_done) = { 0 };
	struct text raw AUTO(text_done) = { 0 };
	AUTO(mem_freep) char *file = NULL;

	if (entry->url == NULL)
		return err_set(err, ERR_INPUT, "%s: comes with hardrow and is not fetched", entry->name);
	if (catalogue_has_images(entry))
		return fetch_images(entry, mirror, folder, err);
	if (address(entry, mirror, &url, err) != ERR_OK || file_make_directory(folder, err) != ERR_OK ||
	    download(url.data, bytes_max(entry), &raw, err) != ERR_OK ||
	    check_sha256(url.data, raw.data, raw.length, entry->raw_sha256, err) != ERR_OK ||
	    convert(entry, raw.data, &csv, err) != ERR_OK)
		return err->code;
	if (check_sha256(entry->file, csv.data, csv.length, entry->sha256, err) != ERR_OK)
		return err->code;
	if (file_join(folder, entry->file, &file, err) != ERR_OK)
		return err->code;
	return file_write(file, csv.data, csv.length, err);
}
