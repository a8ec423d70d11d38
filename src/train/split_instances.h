/* A data set and its split as the numbers of rebalance take them. */
#ifndef HARDROW_TRAIN_SPLIT_INSTANCES_H
#define HARDROW_TRAIN_SPLIT_INSTANCES_H

#include "data/dataset.h"
#include "data/split.h"
#include "rebalance/instances.h"

/* Arrays are borrowed from both. */
struct instances split_instances(const struct dataset *dataset, const struct split *split);

#endif
