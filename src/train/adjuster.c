#include "train/adjuster.h"

#include <stdlib.h>

#include "base/mem.h"
#include "num/tile.h"

enum err_code adjuster_init(struct adjuster *adjuster, const struct adjustment *adjustment,
			    const struct adjustment_parameters *parameters, const struct dataset *dataset,
			    const struct split *split, const struct network *network, struct err *err)
{
	AUTO(adjuster_done) struct adjuster made = { .adjustment = adjustment };
	size_t k = dataset->classes;
	size_t h = network_layer(network, network_layer_count(network) - 1).inputs;

	made.tiles = (dataset->instances + TILE_INSTANCES - 1) / TILE_INSTANCES;
	if (adjustment_state_init(&made.state, adjustment, parameters, split->train_class, h, k, err) != ERR_OK)
		return err->code;
	if (adjustment != NULL &&
	    (mem_new(&made.weight, k * h, err) != ERR_OK || mem_new(&made.bias, k, err) != ERR_OK ||
	     mem_new(&made.features, h * TILE_INSTANCES, err) != ERR_OK ||
	     mem_new(&made.logits, k * TILE_INSTANCES, err) != ERR_OK ||
	     mem_new(&made.y, made.tiles * TILE_INSTANCES, err) != ERR_OK ||
	     mem_new(&made.is_train, made.tiles * TILE_INSTANCES, err) != ERR_OK))
		return err->code;
	for (size_t i = 0; adjustment != NULL && i < dataset->instances; i++) {
		made.y[i] = dataset->y[i];
		made.is_train[i] = !split->is_test[i];
	}
	*adjuster = made;
	made = (struct adjuster){ 0 };
	return ERR_OK;
}

void adjuster_done(struct adjuster *adjuster)
{
	adjustment_state_done(&adjuster->state);
	free(adjuster->weight);
	free(adjuster->bias);
	free(adjuster->features);
	free(adjuster->logits);
	free(adjuster->y);
	free(adjuster->is_train);
}

void adjuster_prepare(struct adjuster *adjuster, struct network *network, const struct network_inputs *inputs,
		      const double *mean_feature)
{
	if (adjuster->adjustment == NULL)
		return;
	adjustment_state_clear(&adjuster->state);
	for (size_t pass = 0; pass < adjuster->adjustment->passes; pass++)
		for (size_t t = 0; t < adjuster->tiles; t++) {
			const struct adjustment_tile tile = {
				.features = adjuster->features,
				.y = adjuster->y + t * TILE_INSTANCES,
				.is_train = adjuster->is_train + t * TILE_INSTANCES,
				.lanes = TILE_INSTANCES,
			};
			network_read_tile(network, inputs, t, adjuster->logits, adjuster->features);
			adjuster->adjustment->see(&adjuster->state, pass, &tile);
		}
	network_read_layer(network, network_layer_count(network) - 1, adjuster->weight, adjuster->bias);
	const struct tile_cosine cosine = network_cosine(network);
	const struct adjustment_classifier classifier = {
		.weight = adjuster->weight,
		.bias = adjuster->bias,
		.scale = cosine.scale,
		.gamma = cosine.gamma,
		.heads = cosine.heads,
		.mean_feature = mean_feature,
	};
	adjuster->adjustment->prepare(&adjuster->state, &classifier);
}

void adjuster_predict(struct adjuster *adjuster, struct network *network, const struct network_inputs *inputs, size_t t,
		      double *ret_logits)
{
	network_read_tile(network, inputs, t, ret_logits, adjuster->features);
	adjuster->adjustment->apply(&adjuster->state, adjuster->features, TILE_INSTANCES, ret_logits);
}
