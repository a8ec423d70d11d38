#include "data/gzip.h"

#include <limits.h>
#include <zlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* zlib's words for "gzip only, the largest window". */
#define GZIP_WINDOW (16 + MAX_WBITS)

static void stream_done(z_stream *stream)
{
	(void)inflateEnd(stream);
}

enum err_code gzip_expand(const char *path, const char *packed, size_t length, size_t most, struct text *content,
			  struct err *err)
{
	/* zlib does not write there; its type is older than const. */
	AUTO(stream_done) z_stream stream = { .next_in = (Bytef *)packed, .avail_in = (uInt)length };

	if (length > UINT_MAX)
		return err_set(err, ERR_INPUT, "%s: holds more than 4 GiB", path);
	int status = inflateInit2(&stream, GZIP_WINDOW);
	if (status != Z_OK)
		return err_set(err, ERR_SYSTEM, "%s: zlib does not start: %s", path, zError(status));
	while (status == Z_OK) {
		char buffer[65536];
		stream.next_out = (Bytef *)buffer;
		stream.avail_out = sizeof buffer;
		status = inflate(&stream, Z_NO_FLUSH);
		if (text_append_bytes(content, buffer, sizeof buffer - stream.avail_out, err) != ERR_OK)
			return err->code;
		if (content->length > most)
			return err_set(err, ERR_INPUT, "%s: expands to more than %zu bytes", path, most);
		/* Another member may follow. */
		if (status == Z_STREAM_END && stream.avail_in > 1 && stream.next_in[0] == 0x1f &&
		    stream.next_in[1] == 0x8b)
			status = inflateReset(&stream);
	}
	if (status == Z_MEM_ERROR)
		return err_set(err, ERR_SYSTEM, "%s: not enough memory to expand it", path);
	if (status == Z_BUF_ERROR)
		return err_set(err, ERR_INPUT, "%s: its compressed data are cut off", path);
	if (status != Z_STREAM_END)
		return err_set(err, ERR_INPUT, "%s: its compressed data are damaged (%s)", path,
			       stream.msg != NULL ? stream.msg : zError(status));
	if (stream.avail_in > 0)
		return err_set(err, ERR_INPUT, "%s: %u bytes more behind the end of its compressed data", path,
			       stream.avail_in);
	return text_append_bytes(content, "", 0, err);
}

enum err_code gzip_unpack(const char *path, struct text *content, struct err *err)
{
	struct text expanded AUTO(text_done) = { 0 };

	if (content->length < 2 || content->data[0] != '\x1f' || content->data[1] != '\x8b')
		return ERR_OK;
	if (gzip_expand(path, content->data, content->length, UINT_MAX, &expanded, err) != ERR_OK)
		return err->code;
	text_done(content);
	*content = expanded;
	expanded = (struct text){ 0 };
	return ERR_OK;
}

enum err_code gzip_read(const char *path, char **ret_data, size_t *ret_length, struct err *err)
{
	struct text content AUTO(text_done) = { 0 };

	if (file_read(path, &content.data, &content.length, err) != ERR_OK ||
	    gzip_unpack(path, &content, err) != ERR_OK)
		return err->code;
	*ret_data = take_ptr(&content.data);
	*ret_length = content.length;
	return ERR_OK;
}
