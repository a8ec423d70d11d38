#include "cli/checkpoint.h"

#include <math.h>
#include <string.h>

#include "base/parse.h"

enum err_code checkpoint_check(const char *text, struct err *err)
{
	double seconds;

	if (strcmp(text, "none") == 0 || (parse_real(text, &seconds) && seconds >= 0))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: checkpoint takes seconds, or none", text);
}

double checkpoint_seconds(const struct checkpoint *checkpoint)
{
	double seconds = INFINITY;

	return parse_real(checkpoint->period, &seconds) ? seconds : INFINITY;
}
