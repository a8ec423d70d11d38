/* Learning-rate schedules: the learning rate of epoch t = 1..T as a factor of the given one. */
#ifndef HARDROW_MODEL_SCHEDULE_H
#define HARDROW_MODEL_SCHEDULE_H

#include <stddef.h>

enum schedule_kind { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE };
const char *schedule_name(size_t i); /* NULL behind the last */

struct schedule {
	enum schedule_kind kind;
	size_t epochs;	       /* T */
	size_t step_epochs;    /* step: epochs between two steps */
	double step_factor;    /* step: the rate is multiplied by it at each */
	size_t warm_up_epochs; /* W */
};

/*     constant  1
 *     step      step_factor ^ floor((t - 1) / step_epochs)
 *     cosine    (1 + cos(pi (t - 1) / T)) / 2  (Loshchilov and Hutter 2017, without restarts)
 * times t / W for t <= W (linear warm-up, Goyal et al. 2017). */
double schedule_factor(const struct schedule *schedule, size_t epoch);

#endif
