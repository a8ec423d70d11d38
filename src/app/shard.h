/* Private to app: the runs of a sweep shared out among machines that do not see each other. */
#ifndef HARDROW_APP_SHARD_H
#define HARDROW_APP_SHARD_H

#include <stddef.h>

#include "app/runner.h"

/* Keeps those of the (*count) runs, in their order, that shard 0 .. shards - 1 has. The most work (epochs, instances
 * and weights) goes first, each run to the shard that has the least so far; equal work goes by keys. So every run is in
 * exactly one shard, the same on each machine and in whatever order the runs are planned. */
MUST_CHECK enum err_code shard_keep(struct planned_run *runs, size_t *count, size_t shard, size_t shards,
				    struct err *err);

#endif
