/* Errors as plain values: a code and one line of text, no heap, no global.
 *
 * Every fallible function returns `enum err_code` (0 is success) and takes `struct err *err` last. Outputs (`ret_*`)
 * stay untouched on failure. The message says what and where, on one line, with values in quotes; only the `cli`
 * layer prints it, once.
 */
#ifndef HARDROW_BASE_ERR_H
#define HARDROW_BASE_ERR_H

enum err_code {
	ERR_OK = 0,
	ERR_INPUT,	 /* bad data, file, value or name: the person can mend it */
	ERR_USAGE,	 /* the command line is wrong */
	ERR_FOREIGN,	 /* a database of another program, or of a newer hardrow */
	ERR_SYSTEM,	 /* memory, disk, a locked database, a failed call */
	ERR_MISSING,	 /* a data set that is known but not on this machine */
	ERR_INTERRUPTED, /* Ctrl-C */
};

struct err {
	enum err_code code;
	char message[1024]; /* UTF-8, no line break, cut if longer */
};

/* Fills *err and returns `code`, so that a failing function ends with `return err_set(err, ERR_INPUT, "…", …);`.
 * The message is cleaned (text_clean() in base/text.h): always one line, and no name in it drives a terminal. */
enum err_code err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4), nonnull));

/* Puts "prefix: " before the message that is there; returns err->code. */
enum err_code err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3), nonnull));

/* Marks a fallible function. */
#define MUST_CHECK __attribute__((warn_unused_result))

#endif
