/* hardrow compare: two runs, or two methods of an experiment. */
#include <ctype.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/query.h"

struct options {
	const char *experiment, *metric;
	struct query_form form;
};

static bool is_number(const char *word)
{
	while (isdigit((unsigned char)*word) != 0)
		word++;
	return *word == '\0';
}

static enum err_code compare_command(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	const char *const *words = invocation->arguments;
	struct report_setting settings[4];
	size_t count = 0;

	if (options->experiment == NULL && is_number(words[0]) && is_number(words[1])) {
		if (options->metric != NULL)
			return err_set(err, ERR_USAGE,
				       "--metric is for two methods; two runs are compared in every metric");
		settings[count++] = (struct report_setting){ "run", words[0] };
		settings[count++] = (struct report_setting){ "other", words[1] };
		return query_run_named(invocation, "compare-runs", settings, count, &options->form, err);
	}
	settings[count++] = (struct report_setting){ "method", words[0] };
	settings[count++] = (struct report_setting){ "other", words[1] };
	if (options->experiment != NULL)
		settings[count++] = (struct report_setting){ "experiment", options->experiment };
	if (options->metric != NULL)
		settings[count++] = (struct report_setting){ "metric", options->metric };
	return query_run_named(invocation, "compare-methods", settings, count, &options->form, err);
}

static const struct option_spec specs[] = {
	{ .name = "experiment",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, experiment),
	  .argument = "NAME",
	  .help = "of two methods: which experiment; without it the newest" },
	{ .name = "metric",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, metric),
	  .argument = "NAME",
	  .help = "of two methods: what is compared, accuracy without it; 'hardrow report' lists the metrics" },
	FORMAT_OPTION(struct options, form.format),
	CSV_SAFE_OPTION(struct options, form.csv_safe),
};

const struct command command_compare = {
	.name = "compare",
	.arguments = "RUN RUN | METHOD METHOD",
	.summary = "Two runs, or two methods of an experiment: metrics, settings that differ, rows fixed and broken",
	.details =
	    "The second is compared with the first. As CSV or JSON only the metrics: the tables below are "
	    "reports too,\n"
	    "compare-runs-settings, compare-runs-classes, of regressions compare-runs-residuals, and of methods\n"
	    "compare-methods-settings, compare-methods-classes.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.minimum = 2,
	.maximum = 2,
	.run = compare_command,
};
