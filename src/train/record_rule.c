#include "train/record_rule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

bool record_rule_read(const char *text, struct record_rule *ret_rule)
{
	struct record_rule rule = { RECORD_NONE, 0 };

	if (strncmp(text, "every:", 6) == 0 && parse_unsigned(text + 6, &rule.period) && rule.period > 0)
		rule.kind = RECORD_EVERY;
	else if (strcmp(text, "last") == 0)
		rule = (struct record_rule){ RECORD_LAST, 0 };
	else if (strcmp(text, "none") != 0)
		return false;
	*ret_rule = rule;
	return true;
}

void record_rule_write(const struct record_rule *rule, char *ret_text)
{
	if (rule->kind == RECORD_EVERY)
		(void)snprintf(ret_text, RECORD_RULE_TEXT, "every:%" PRIu64, rule->period);
	else
		(void)strcpy(ret_text, rule->kind == RECORD_LAST ? "last" : "none");
}

bool record_rule_takes(const struct record_rule *rule, size_t epoch, size_t epochs)
{
	if (rule->kind == RECORD_EVERY && epoch % rule->period == 0)
		return true;
	return rule->kind != RECORD_NONE && epoch == epochs;
}

size_t record_rule_count(const struct record_rule *rule, size_t epochs)
{
	if (rule->kind == RECORD_EVERY)
		return (size_t)(epochs / rule->period + (epochs % rule->period != 0));
	return rule->kind == RECORD_LAST;
}
