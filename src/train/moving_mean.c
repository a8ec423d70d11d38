#include "train/moving_mean.h"

#include <stdlib.h>

#include "base/mem.h"
#include "num/tile.h"

#define MOMENTUM 0.9

enum err_code moving_mean_init(struct moving_mean *mean, const struct network *network, size_t lanes, struct err *err)
{
	mean->features = network_layer(network, network_layer_count(network) - 1).inputs;
	if (mem_new(&mean->value, mean->features, err) != ERR_OK ||
	    mem_new(&mean->sum, mean->features, err) != ERR_OK ||
	    mem_new(&mean->instance, mean->features * lanes, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

void moving_mean_done(struct moving_mean *mean)
{
	free(mean->value);
	free(mean->sum);
	free(mean->instance);
}

void moving_mean_add(struct moving_mean *mean, const struct network *network, size_t count)
{
	size_t lanes = tile_lanes(count);

	network_read_input(network, network_layer_count(network) - 1, mean->instance);
	for (size_t j = 0; j < mean->features; j++)
		for (size_t i = 0; i < count; i++)
			mean->sum[j] += mean->instance[j * lanes + i];
}

void moving_mean_end_batch(struct moving_mean *mean, size_t count)
{
	for (size_t j = 0; j < mean->features; j++) {
		mean->value[j] = MOMENTUM * mean->value[j] + mean->sum[j] / (double)count;
		mean->sum[j] = 0;
	}
}

void moving_mean_visit_state(struct moving_mean *mean, struct state_visitor *visitor)
{
	state_visit(visitor, "mean_feature", STATE_DOUBLE, mean->features, mean->value);
}
