#include "rebalance/task.h"

#include "base/mem.h"

const char *task_name(size_t i)
{
	static const char *const names[] = { "classification", "regression" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}
