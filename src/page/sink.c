#include "page/sink.h"

#include <string.h>

#include "base/file.h"

#define WAITING_MAX 65536

static enum err_code put(struct sink *sink, const char *bytes, size_t count, struct err *err)
{
	if (text_append_bytes(&sink->waiting, bytes, count, err) != ERR_OK)
		return err->code;
	return sink->waiting.length < WAITING_MAX ? ERR_OK : sink_flush(sink, err);
}

enum err_code sink_flush(struct sink *sink, struct err *err)
{
	if (sink->waiting.length > 0 &&
	    file_write_fd(sink->fd, sink->name, sink->waiting.data, sink->waiting.length, err) != ERR_OK)
		return err->code;
	text_clear(&sink->waiting);
	return ERR_OK;
}

enum err_code sink_put(struct sink *sink, const char *text, struct err *err)
{
	return put(sink, text, strlen(text), err);
}

/* What stands for the character at `json`, or NULL; *ret_length is the character's. */
static const char *escape_of(const char *json, size_t *ret_length)
{
	*ret_length = 1;
	switch (*json) {
	case '<':
		return "\\u003c";
	case '>':
		return "\\u003e";
	case '&':
		return "\\u0026";
	default:
		*ret_length = 3;
		/* Line ends to older readers of JavaScript. */
		if (strncmp(json, "\xe2\x80\xa8", 3) == 0)
			return "\\u2028";
		return strncmp(json, "\xe2\x80\xa9", 3) == 0 ? "\\u2029" : NULL;
	}
}

enum err_code sink_put_json(struct sink *sink, const char *json, struct err *err)
{
	for (;;) {
		size_t plain = strcspn(json, "<>&\xe2");
		size_t length = 0;
		if (put(sink, json, plain, err) != ERR_OK)
			return err->code;
		json += plain;
		if (*json == '\0')
			return ERR_OK;
		const char *escape = escape_of(json, &length);
		if (escape == NULL)
			length = 1;
		if (put(sink, escape != NULL ? escape : json, escape != NULL ? strlen(escape) : 1, err) != ERR_OK)
			return err->code;
		json += length;
	}
}

static enum err_code put_group(struct sink *sink, struct err *err)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *odd = sink->odd;
	const char group[4] = {
		letters[odd[0] >> 2],
		letters[(odd[0] & 3) << 4 | odd[1] >> 4],
		sink->odd_count > 1 ? letters[(odd[1] & 15) << 2 | odd[2] >> 6] : '=',
		sink->odd_count > 2 ? letters[odd[2] & 63] : '=',
	};

	sink->odd_count = 0;
	memset(sink->odd, 0, sizeof sink->odd);
	return put(sink, group, sizeof group, err);
}

enum err_code sink_put_base64(struct sink *sink, const unsigned char *bytes, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		sink->odd[sink->odd_count++] = bytes[i];
		if (sink->odd_count == sizeof sink->odd && put_group(sink, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code sink_end_base64(struct sink *sink, struct err *err)
{
	return sink->odd_count == 0 ? ERR_OK : put_group(sink, err);
}

void sink_done(struct sink *sink)
{
	text_done(&sink->waiting);
}
