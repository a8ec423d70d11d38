/* What the page is written with: base64, JSON that ends no element. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "page/sink.h"

/* Writes through a sink into a pipe and compares with what comes out. */
static void check(const char *json, const char *bytes, const char *expected)
{
	struct err err = { 0 };
	int ends[2];
	char seen[256] = "";

	cr_assert_eq(pipe(ends), 0);
	AUTO(sink_done) struct sink sink = { .fd = ends[1], .name = "a pipe" };
	cr_assert_eq(sink_put_json(&sink, json, &err), ERR_OK);
	cr_assert_eq(sink_put_base64(&sink, (const unsigned char *)bytes, strlen(bytes), &err), ERR_OK);
	cr_assert_eq(sink_end_base64(&sink, &err), ERR_OK);
	cr_assert_eq(sink_flush(&sink, &err), ERR_OK);
	cr_assert_eq(close(ends[1]), 0);
	cr_assert_geq(read(ends[0], seen, sizeof seen - 1), 0);
	cr_assert_eq(close(ends[0]), 0);
	cr_assert_str_eq(seen, expected);
}

Test(page, sink)
{
	static const struct {
		const char *json, *bytes, *expected;
	} cases[] = {
		/* RFC 4648, section 10. */
		{ "", "", "" },
		{ "", "f", "Zg==" },
		{ "", "fo", "Zm8=" },
		{ "", "foo", "Zm9v" },
		{ "", "foob", "Zm9vYg==" },
		{ "", "fooba", "Zm9vYmE=" },
		{ "", "foobar", "Zm9vYmFy" },
		{ "", "\xff\xfe\xfd", "//79" },
		{ "\"</script>&\"", "", "\"\\u003c/script\\u003e\\u0026\"" },
		{ "\"a\xe2\x80\xa8\xe2\x80\xa9z\"", "", "\"a\\u2028\\u2029z\"" },
		{ "\"\xe2\x82\xac \xe2\x80\xae\"", "", "\"\xe2\x82\xac \xe2\x80\xae\"" },
		{ "\"<!--\"", "f", "\"\\u003c!--\"Zg==" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		check(cases[i].json, cases[i].bytes, cases[i].expected);
}

Test(page, closed_file)
{
	struct err err = { 0 };
	AUTO(sink_done) struct sink sink = { .fd = -1, .name = "page.html" };

	cr_assert_eq(sink_put(&sink, "x", &err), ERR_OK);
	cr_assert_eq(sink_flush(&sink, &err), ERR_SYSTEM);
	cr_assert(strstr(err.message, "page.html") != NULL);
}
