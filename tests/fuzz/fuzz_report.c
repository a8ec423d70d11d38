/* The header of a report file, and what `hardrow report` says of its parameters. */
#include "base/mem.h"
#include "input.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(input_close) const struct input input = input_open(data, size);
	AUTO(report_freep) struct report *report = NULL;
	struct err err;

	if (report_load(input.path, &report, &err) != ERR_OK)
		return 0;
	for (size_t i = 0; i < report->param_count; i++) {
		struct text text AUTO(text_done) = { 0 };
		(void)!report_append_argument(&report->params[i], &text, &err);
	}
	return 0;
}
