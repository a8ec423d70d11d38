/* base: errors, parsing, options, random numbers. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/err.h"
#include "base/file.h"
#include "base/life.h"
#include "base/mem.h"
#include "base/option.h"
#include "base/parse.h"
#include "base/process.h"
#include "base/rng.h"
#include "base/text.h"

Test(err, a_message_is_always_one_line)
{
	struct err err;

	(void)err_set(&err, ERR_INPUT, "a\nb");
	(void)err_prefix(&err, "file.csv:%d", 3);
	cr_assert_str_eq(err.message, "file.csv:3: a b");
	cr_assert_eq(err.code, ERR_INPUT);
}

Test(parse, reads_whole_texts_only)
{
	static const struct {
		const char *text;
		bool ok;
		double value;
	} cases[] = { { "1.5", true, 1.5 }, { ".28", true, .28 }, { " 7 ", true, 7 },	{ "1e3", true, 1000 },
		      { "", false, 0 },	    { "1.5x", false, 0 }, { "0x10", false, 0 }, { "1 2", false, 0 } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		double value = 0;
		cr_expect_eq(parse_real(cases[i].text, &value), cases[i].ok, "'%s'", cases[i].text);
		cr_expect_eq(value, cases[i].value, "'%s'", cases[i].text);
	}
}

Test(text, numbers_read_back_exactly)
{
	static const double values[] = { 0.1, 1.0 / 3, 1e-300, 123456789.0, 0.30000000000000004 };
	struct text text = { 0 };
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		double back = 0;
		text_clear(&text);
		cr_assert_eq(text_append_number(&text, values[i], &err), ERR_OK);
		cr_assert(parse_real(text.data, &back));
		cr_expect_eq(back, values[i]);
	}
	text_done(&text);
}

Test(text, what_drives_a_terminal_is_cleaned)
{
	static const struct {
		const char *text, *line, *lines;
	} cases[] = {
		{ "", "", "" },
		{ "plain – \xf0\x9f\x98\x80", "plain – \xf0\x9f\x98\x80", "plain – \xf0\x9f\x98\x80" },
		{ "a\tb\nc\rd", "a b c d", "a b\nc d" },
		{ "\001\033[2J\037\177", "??[2J??", "??[2J??" },
		/* C1 controls, and their neighbours U+00A0 and U+0100. */
		{ "\xc2\x80|\xc2\x9b"
		  "31m|\xc2\x9f|\xc2\xa0|\xc4\x80",
		  "?|?31m|?|\xc2\xa0|\xc4\x80", "?|?31m|?|\xc2\xa0|\xc4\x80" },
		/* U+061B to D, U+200D to 2010, U+2029 to 202F, U+2065 to 206A */
		{ "\xd8\x9b\xd8\x9c\xd8\x9d", "\xd8\x9b?\xd8\x9d", "\xd8\x9b?\xd8\x9d" },
		{ "\u200d\u200e\u200f\u2010", "\u200d??\u2010", "\u200d??\u2010" },
		{ "\u2029\u202a\u202e\u202f", "\u2029??\u202f", "\u2029??\u202f" },
		{ "\u2065\u2066\u2069\u206a", "\u2065??\u206a", "\u2065??\u206a" },
		/* Not UTF-8: a lone byte, an overlong form, a surrogate, a cut character. */
		{ "\x9b"
		  "1m|\xc0\x8a|\xed\xa0\x80|\xe2\x80",
		  "?1m|??|???|??", "?1m|??|???|??" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		for (int lines = 0; lines < 2; lines++) {
			char text[64];
			const char *expected = lines != 0 ? cases[i].lines : cases[i].line;
			(void)snprintf(text, sizeof text, "%s", cases[i].text);
			size_t length = text_clean(text, lines != 0);
			cr_expect_str_eq(text, expected, "case %zu: '%s'", i, text);
			cr_expect_eq(length, strlen(expected), "case %zu: %zu", i, length);
		}
}

Test(text, a_word_is_quoted_for_a_shell_if_it_has_to_be)
{
	static const char *const cases[][2] = {
		{ "a/b-1.db", "a/b-1.db" }, { "", "''" },	{ "my file.db", "'my file.db'" },
		{ "it's", "'it'\\''s'" },   { "'", "''\\'''" }, { "$(a)", "'$(a)'" }
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO(text_done) struct text text = { 0 };
		struct err err;
		cr_assert_eq(text_append_word(&text, cases[i][0], &err), ERR_OK);
		cr_expect_str_eq(text.data, cases[i][1]);
	}
}

Test(text, they_are_cut_between_characters)
{
	static const struct {
		size_t size;
		const char *expected;
	} cases[] = {
		{ 1, "" },   { 2, "a" },   { 3, "a" },	  { 4, "aé" },
		{ 6, "aé" }, { 7, "aé€" }, { 8, "aé€b" }, { 20, "aé€b" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char text[20];
		text_copy_fitting(text, cases[i].size, "aé€b");
		cr_expect_str_eq(text, cases[i].expected, "%zu bytes: '%s'", cases[i].size, text);
	}
}

/* What was in memory that is used again does not show. */
Test(mem, large_blocks_are_cleared)
{
	const size_t sizes[] = { (size_t)5 << 20, ((size_t)5 << 20) + 3000, ((size_t)4 << 20) + 64 };
	struct err err;

	for (size_t i = 0; i < 3 * ARRAY_LENGTH(sizes); i++) {
		size_t size = sizes[i % ARRAY_LENGTH(sizes)];
		AUTO(mem_freep) unsigned char *block = NULL;
		cr_assert_eq(mem_new(&block, size, &err), ERR_OK);
		cr_expect(block[0] == 0 && memcmp(block, block + 1, size - 1) == 0, "block %zu", i);
		memset(block, 0xff, size);
	}
}

Test(process, hands_over_input_and_output)
{
	static const char *const arguments[] = { "cat", NULL };
	const struct process cat = { .arguments = arguments, .package = "coreutils" };
	enum { LENGTH = 1 << 20 }; /* more than a pipe holds */
	AUTO(mem_freep) char *input = NULL;
	struct text output AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(mem_new(&input, LENGTH + 1, &err), ERR_OK);
	memset(input, 'x', LENGTH);
	cr_assert_eq(process_run(&cat, input, &output, &err), ERR_OK, "%s", err.message);
	cr_assert_str_eq(output.data, input);
}

Test(process, failures_are_one_line)
{
	static const struct {
		const char *arguments[4];
		bool last_line;
		const char *words;
		enum err_code code;
	} cases[] = {
		{ { "sh", "-c", "echo out; printf '\\n first\\nsecond\\n\\n' >&2; exit 3" },
		  false,
		  "first",
		  ERR_SYSTEM },
		{ { "sh", "-c", "echo out; printf '\\n first\\nsecond\\n\\n' >&2; exit 3" },
		  true,
		  "second",
		  ERR_SYSTEM },
		{ { "sh", "-c", "exit 1" }, true, "sh failed", ERR_SYSTEM },
		{ { "sh", "-c", "kill -KILL $$" }, false, "sh failed", ERR_SYSTEM },
		{ { "sh", "-c", "kill -INT $$" }, false, "interrupted", ERR_INTERRUPTED },
		{ { "no-such-program" },
		  false,
		  "the command 'no-such-program' does not start (No such file or directory): Debian's package 'dash' "
		  "has it",
		  ERR_SYSTEM },
	};
	struct text output AUTO(text_done) = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct process process = { .arguments = cases[i].arguments,
						 .package = "dash",
						 .last_line = cases[i].last_line };
		struct err err;
		cr_expect_eq(process_run(&process, "", &output, &err), cases[i].code);
		cr_expect_str_eq(err.message, cases[i].words);
	}
	cr_expect_eq(output.length, 0);
}

/* Its exit code is lost then. */
Test(process, ignored_children_have_not_succeeded)
{
	static const char *const arguments[] = { "false", NULL };
	const struct process process = { .arguments = arguments, .package = "coreutils" };
	struct text output AUTO(text_done) = { 0 };
	struct err err;

	(void)signal(SIGCHLD, SIG_IGN);
	cr_expect_eq(process_run(&process, "", &output, &err), ERR_SYSTEM);
}

/* Hidden by /proc, or no file can be opened: it may well live. */
Test(life, who_cannot_be_seen_is_not_dead)
{
	struct process_identity self;
	struct rlimit limit;

	life_identify(&self);
	cr_expect_eq(life_of(&self, &self), LIFE_ALIVE);
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 0;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	enum life unseen = life_of(&self, &self);
	limit.rlim_cur = limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	cr_expect_eq(unseen, LIFE_UNKNOWN);
}

Test(file, sha256_of_abc_is_the_published_one)
{
	char hex[FILE_SHA256_SIZE];

	file_sha256("abc", 3, hex);
	cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(rng, equals_the_published_generator)
{
	/* xoshiro256++ from state {1, 2, 3, 4}: the first outputs of the authors' C code. */
	static const uint64_t expected[] = { 41943041u, 58720359u, 3588806011781223u, 3591011842654386u };
	struct rng rng = { { 1, 2, 3, 4 } };

	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++)
		cr_expect_eq(rng_next(&rng), expected[i]);
}

Test(rng, below_is_uniform)
{
	uint32_t counts[7] = { 0 };
	struct rng rng;
	double chi_square = 0;

	rng_init(&rng, 1, RNG_SAMPLING);
	for (int i = 0; i < 70000; i++)
		counts[rng_below(&rng, 7)]++;
	for (int i = 0; i < 7; i++)
		chi_square += (counts[i] - 10000.0) * (counts[i] - 10000.0) / 10000.0;
	cr_assert_lt(chi_square, 22.46, "chi-square %g, 99.9 %% bound of 6 degrees of freedom", chi_square);
}

Test(rng, streams_differ)
{
	struct rng a, b;

	rng_init(&a, 1, RNG_SPLIT);
	rng_init(&b, 1, RNG_SAMPLING);
	cr_assert_neq(rng_next(&a), rng_next(&b));
}

struct sample {
	size_t epochs;
	double rate;
	int colour;
	bool loud;
};

static const char *colour_name(size_t i)
{
	static const char *const names[] = { "red", "green", NULL };
	return names[i];
}

static const struct option_spec specs[] = {
	{ .name = "epochs", .type = OPTION_COUNT, .offset = offsetof(struct sample, epochs), .min = 1, .initial = "7" },
	{ .name = "learning-rate",
	  .type = OPTION_REAL,
	  .offset = offsetof(struct sample, rate),
	  .above_min = true,
	  .initial = "0.1" },
	{ .name = "colour",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct sample, colour),
	  .choice = colour_name,
	  .initial = "green" },
	{ .name = "loud", .type = OPTION_FLAG, .offset = offsetof(struct sample, loud) },
};

Test(option, defaults_and_canonical_json)
{
	struct sample sample;
	struct text json = { 0 };
	struct err err;

	option_reset(specs, ARRAY_LENGTH(specs), &sample);
	cr_assert_eq(option_append_json(specs, ARRAY_LENGTH(specs), &sample, &json, &err), ERR_OK);
	cr_assert_str_eq(json.data, "\"epochs\":7,\"learning_rate\":0.1,\"colour\":\"green\",\"loud\":false");
	text_done(&json);
}

Test(option, refuses_what_is_out_of_range_and_suggests)
{
	static const struct {
		const char *name, *text, *message;
	} cases[] = {
		{ "epochs", "0", "'0' will not do: epochs takes a whole number from 1" },
		{ "epochs", "-3", "'-3' will not do: epochs takes a whole number from 1" },
		{ "learning_rate", "0", "'0' will not do: learning-rate takes a number above 0" },
		{ "learning-rate", "nan", "'nan' will not do: learning-rate takes a number above 0" },
		{ "colour", "gren", "'gren' will not do: did you mean 'green'? colour takes one of red, green" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sample sample;
		struct err err;
		option_reset(specs, ARRAY_LENGTH(specs), &sample);
		const struct option_spec *spec = option_find(specs, ARRAY_LENGTH(specs), cases[i].name);
		cr_assert_not_null(spec);
		cr_expect_eq(option_set(spec, &sample, cases[i].text, &err), ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
		cr_expect_eq(sample.epochs, 7u);
	}
}

Test(option, a_list_takes_texts_until_it_is_full)
{
	static const struct option_spec spec = { .name = "folder", .type = OPTION_LIST };
	struct option_list list;
	struct text json = { 0 };
	struct err err;

	option_reset(&spec, 1, &list);
	cr_assert_eq(option_append_json(&spec, 1, &list, &json, &err), ERR_OK);
	cr_expect_str_eq(json.data, "\"folder\":[]");
	for (size_t i = 0; i < OPTION_LIST_MAX; i++)
		cr_assert_eq(option_set(&spec, &list, i == 0 ? "a" : "b", &err), ERR_OK);
	cr_expect_eq(option_set(&spec, &list, "c", &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "'c' is too many: folder can be given 16 times");
	list.count = 2;
	text_clear(&json);
	cr_assert_eq(option_append_json(&spec, 1, &list, &json, &err), ERR_OK);
	cr_expect_str_eq(json.data, "\"folder\":[\"a\",\"b\"]");
	text_done(&json);
}

Test(option, the_nearest_name_is_near)
{
	static const char *const names[] = { "accuracy", "balanced-error", "drw (late)", "drw" };

	cr_expect_str_eq(option_nearest_of("acuracy", names, ARRAY_LENGTH(names)), "accuracy");
	cr_expect_str_eq(option_nearest_of("dwr", names, ARRAY_LENGTH(names)), "drw");
	cr_expect_str_eq(option_nearest_of("dr", names, ARRAY_LENGTH(names)), "drw");
	cr_expect_str_eq(option_nearest_of("DRW", names, ARRAY_LENGTH(names)), "drw");
	cr_expect_str_eq(option_nearest_of("Balance", names, ARRAY_LENGTH(names)), "balanced-error");
	cr_expect_null(option_nearest_of("d", names, ARRAY_LENGTH(names)));
	cr_expect_null(option_nearest_of("loss", names, ARRAY_LENGTH(names)));
	cr_expect_null(option_nearest_of("accuracy", names, 0));
}

Test(text, lines_are_broken_at_blanks_and_not_within_quotes)
{
	static const struct {
		size_t width;
		const char *line, *expected;
	} cases[] = {
		{ 0, "as wide as it is", "as wide as it is" },
		{ 10, "nine  or ten ten nine or", "nine or\nten ten\nnine or" },
		{ 7, "of ten 漢字漢字", "of ten\n漢字漢字" },
		{ 4, "longer than that", "longer\nthan\nthat" },
		{ 10, "say 'hardrow show 1', or don't say it", "say\n'hardrow show 1',\nor don't\nsay it" },
		{ 10, "an \"open quote is none", "an \"open\nquote is\nnone" },
		{ 10, "  a line that is set off", "  a line that is set off" },
		{ 10, "", "" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text text AUTO(text_done) = { 0 };
		struct err err;
		cr_assert_eq(text_append_wrapped(&text, cases[i].line, cases[i].width, &err), ERR_OK);
		cr_expect_str_eq(text.data == NULL ? "" : text.data, cases[i].expected);
	}
}
