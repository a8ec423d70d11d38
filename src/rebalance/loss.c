#include "rebalance/loss.h"

#include "base/mem.h"

static const struct loss *const losses[] = {
	&loss_cross_entropy,
	&loss_class_balanced,
	&loss_inverse_frequency,
	&loss_difficulty,
};

const struct loss *loss_at(size_t i)
{
	return i < ARRAY_LENGTH(losses) ? losses[i] : NULL;
}

const char *loss_name(size_t i)
{
	return i < ARRAY_LENGTH(losses) ? losses[i]->name : NULL;
}

void loss_weigh_classes(const struct loss *loss, double beta, const uint32_t *counts, size_t classes,
			double *ret_weight)
{
	double sum = 0;
	double present = 0;

	for (size_t c = 0; c < classes; c++) {
		bool is_present = counts[c] > 0;
		bool is_weighed = is_present && loss->weigh_class != NULL;
		ret_weight[c] = is_weighed ? loss->weigh_class(beta, counts[c]) : is_present;
		sum += ret_weight[c];
		present += is_present;
	}
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] *= present / sum;
}
