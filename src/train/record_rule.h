/* Which epochs of a run are recorded: "every:N" (and the last), "last" or "none". */
#ifndef HARDROW_TRAIN_RECORD_RULE_H
#define HARDROW_TRAIN_RECORD_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_rule {
	enum { RECORD_NONE, RECORD_LAST, RECORD_EVERY } kind;
	uint64_t period; /* RECORD_EVERY: N >= 1, else 0 */
};

/* Reads its text; false if it is none. */
bool record_rule_read(const char *text, struct record_rule *ret_rule);

#define RECORD_RULE_TEXT 32

/* Its text, at most RECORD_RULE_TEXT bytes. */
void record_rule_write(const struct record_rule *rule, char *ret_text);

/* Whether it takes epoch `epoch` of 1..epochs, or epoch 0, before training: "every:N" does. */
bool record_rule_takes(const struct record_rule *rule, size_t epoch, size_t epochs);

/* How many epochs of 1..epochs it takes, epoch 0 not counted. */
size_t record_rule_count(const struct record_rule *rule, size_t epochs);

#endif
