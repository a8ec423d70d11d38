/* A program that logs a training through hardrow.h. */
#ifndef HARDROW_TESTS_UNIT_LOGGING_H
#define HARDROW_TESTS_UNIT_LOGGING_H

#include <criterion/criterion.h>
#include <hardrow.h>
#include <string.h>

#define LOGGING_FILE "a.db"
#define ROWS 130 /* the last tile is not full */
#define CLASSES 3

/* Of the last call that took it. */
extern hardrow_error logging_error;

#define GOOD(call) cr_assert_eq((call), HARDROW_OK, "%s", logging_error.message)
#define BAD(call, code, words)                                                                                         \
	do {                                                                                                           \
		cr_expect_eq((call), (code));                                                                          \
		cr_expect(strstr(logging_error.message, (words)) != NULL, "'%s' without '%s'", logging_error.message,  \
			  (words));                                                                                    \
	} while (0)

/* The one number that the query says; NAN for NULL. */
double logging_ask(const char *sql);

hardrow_tracker *logging_open(void);

/* ROWS instances of CLASSES classes; instance i is of class i % CLASSES, and of the test part if i % 5 = 0. */
hardrow_dataset *logging_put(hardrow_tracker *tracker);
hardrow_run *logging_begin(hardrow_tracker *tracker, const hardrow_dataset *dataset);

double logging_logit(size_t epoch, size_t i, size_t c);

/* All logits of an epoch, in float64. */
int logging_log(hardrow_run *run, size_t epoch, hardrow_error *error);

/* Done; and everything is closed. */
void logging_finish(hardrow_tracker *tracker, hardrow_dataset *dataset, hardrow_run *run);

#endif
