/* What a run predicts: the class of an instance, or a number. */
#ifndef HARDROW_REBALANCE_TASK_H
#define HARDROW_REBALANCE_TASK_H

#include <stddef.h>

enum task { TASK_CLASSIFICATION, TASK_REGRESSION };
const char *task_name(size_t i); /* NULL behind the last */

#endif
