#include "train/split_instances.h"

struct instances split_instances(const struct dataset *dataset, const struct split *split)
{
	return (struct instances){
		.count = dataset->instances,
		.classes = dataset->classes,
		.y = dataset->y,
		.target = dataset->target,
		.train = { split->train_count, split->train, split->train_class },
		.test = { split->test_count, split->test, split->test_class },
	};
}
