#include "model/schedule.h"

#include <math.h>

#include "base/mem.h"

const char *schedule_name(size_t i)
{
	static const char *const names[] = { "constant", "step", "cosine" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

double schedule_factor(const struct schedule *schedule, size_t epoch)
{
	double done = (double)(epoch - 1);
	double factor = 1.0;

	switch (schedule->kind) {
	case SCHEDULE_CONSTANT:
		break;
	case SCHEDULE_STEP:
		factor = pow(schedule->step_factor, floor(done / (double)schedule->step_epochs));
		break;
	case SCHEDULE_COSINE:
		factor = (1.0 + cos(M_PI * done / (double)schedule->epochs)) / 2.0;
		break;
	}
	if (epoch < schedule->warm_up_epochs)
		factor *= (double)epoch / (double)schedule->warm_up_epochs;
	return factor;
}
