/* Forward and backward passes. Compiled twice: as double and as float (num/real.h). */
#include <string.h>
#include <tgmath.h>

#include "base/mem.h"
#include "model/layers.h"

/* Rows that take more are fetched from memory before they are wanted. */
#define CACHE_BYTES ((size_t)1 << 20)

/* So many wide rows are worth another thread. */
#define PIECE_ROWS 64

/* Larger inputs are not kept a second time, tile by tile: reading them takes as long as putting a tile together. */
#define TILES_MOST_BYTES ((size_t)1 << 25)

/* tile <- some instances. */
static void gather_tile(const struct network_inputs *inputs, const uint32_t *index, bool is_far, struct tile *tile)
{
	if (inputs->packed != NULL)
		packed_gather(inputs->packed, index, tile->count, tile->lanes, is_far, (double *)tile->data);
	else
		tile_gather(tile, inputs->rows, inputs->features, index, is_far);
}

/* data (d, 64) <- the instances from `first` on; padding becomes 0. */
static void fill_tile(const struct network_inputs *inputs, size_t first, real *data)
{
	size_t left = inputs->instances - first;
	struct tile tile = { .lanes = TILE_INSTANCES,
			     .count = left < TILE_INSTANCES ? left : TILE_INSTANCES,
			     .data = data };
	uint32_t index[TILE_INSTANCES];

	for (size_t i = 0; i < tile.count; i++)
		index[i] = (uint32_t)(first + i);
	gather_tile(inputs, index, false, &tile);
}

static enum err_code fill_tiles(struct network_inputs *inputs, struct err *err)
{
	size_t n = inputs->instances;
	size_t tiles = (n + TILE_INSTANCES - 1) / TILE_INSTANCES;
	real *all_tiles = NULL;

	if (mem_new(&all_tiles, tiles * TILE_INSTANCES * inputs->features, err) != ERR_OK)
		return err->code;
	inputs->tiles = all_tiles;
	for (size_t first = 0; first < n; first += TILE_INSTANCES)
		fill_tile(inputs, first, all_tiles + first * inputs->features);
	return ERR_OK;
}

enum err_code layers_fill_inputs(const struct layers *layers, const double *x, struct network_inputs *inputs,
				 struct err *err)
{
	size_t count = inputs->instances * inputs->features;

	inputs->rows = x;
	if (!REAL_IS_DOUBLE) {
		real *copy = NULL;
		if (mem_new(&copy, count, err) != ERR_OK)
			return err->code;
		for (size_t i = 0; i < count; i++)
			copy[i] = (real)x[i];
		inputs->rows = inputs->copy = copy;
	}
	return layers->takes_rows || count * sizeof(real) > TILES_MOST_BYTES ? ERR_OK : fill_tiles(inputs, err);
}

/* Where tiles are put together again and again, in double precision. */
bool layers_takes_packed(const struct layers *layers, size_t count)
{
	return REAL_IS_DOUBLE && !layers->takes_rows && count * sizeof(real) > TILES_MOST_BYTES;
}

static void activate(enum network_activation activation, size_t count, real *values)
{
	switch (activation) {
	case ACTIVATION_RELU:
		tile_relu(count, values);
		break;
	case ACTIVATION_TANH:
		for (size_t i = 0; i < count; i++)
			values[i] = tanh(values[i]);
		break;
	}
}

/* delta <- delta * f'(sum), from the layer's output a = f(sum): 1 - a^2 for tanh, a > 0 for ReLU. Where dropout has
 * scaled a, its factor is taken off first; where it has set a to 0, delta is 0 already. */
static void differentiate(enum network_activation activation, size_t count, const real *output, const real *kept,
			  real *delta)
{
	switch (activation) {
	case ACTIVATION_RELU:
		tile_relu_backward(count, output, delta);
		break;
	case ACTIVATION_TANH:
		for (size_t i = 0; i < count; i++) {
			real a = kept == NULL || kept[i] == 0 ? output[i] : output[i] / kept[i];
			delta[i] *= 1 - a * a;
		}
		break;
	}
}

static void drop(struct rng *rng, double dropout, size_t count, real *kept, real *output)
{
	real factor = (real)(1.0 / (1.0 - dropout));

	for (size_t i = 0; i < count; i++) {
		kept[i] = rng_uniform(rng) < dropout ? 0 : factor;
		output[i] *= kept[i];
	}
}

/* Layer l as num knows it; of a cosine classifier with the weights that the last forward pass multiplied with. */
static struct tile_layer as_tile_layer(const struct layers *layers, size_t l)
{
	const struct dense_layer *layer = &layers->layer[l];
	bool is_cosine = l + 1 == layers->count && layers->cosine.heads > 0;

	return (struct tile_layer){
		.features = layer->inputs,
		.classes = layer->outputs,
		.weight = is_cosine ? layers->unit_weight : layer->weight,
		.bias = layer->bias,
		.pool = layers->pool,
	};
}

/* The sums of layer l. */
static void sum_up(const struct layers *layers, size_t l, const struct tile *below, real *ret_sums)
{
	const struct tile_layer layer = as_tile_layer(layers, l);

	if (l == 0 && layers->takes_rows)
		tile_forward_rows(&layer, below, ret_sums);
	else
		tile_forward(&layer, below, ret_sums);
}

static void classify(struct layers *layers, const struct tile *below, real *ret_logits)
{
	const struct dense_layer *last = &layers->layer[layers->count - 1];
	const struct tile_cosine *cosine = &layers->cosine;
	struct tile unit = *below;

	if (cosine->heads == 0) {
		sum_up(layers, layers->count - 1, below, ret_logits);
		return;
	}
	unit.data = layers->unit;
	tile_unit_features(below, last->inputs, cosine->heads, layers->unit, layers->inverse);
	tile_unit_weights(cosine, last->weight, last->inputs, last->outputs, layers->unit_weight);
	const struct tile_layer layer = as_tile_layer(layers, layers->count - 1);
	tile_forward(&layer, &unit, ret_logits);
}

/* layers->calibrated <- the features of layers->batch, the instances `index`; padding becomes 0. */
static void calibrate_features(struct layers *layers, const uint32_t *index)
{
	const struct network_calibration *calibration = layers->calibration;
	const struct dense_layer *layer = &layers->layer[layers->count - 2];
	size_t lanes = layers->batch.lanes;

	memset(layers->calibrated, 0, layer->outputs * lanes * sizeof *layers->calibrated);
	for (size_t i = 0; i < layers->batch.count; i++) {
		size_t first = calibration->group[index[i]] * layer->outputs;
		for (size_t j = 0; j < layer->outputs; j++) {
			real scale = (real)calibration->scale[first + j];
			real shift = (real)calibration->shift[first + j];
			layers->feature_scale[j * lanes + i] = scale;
			layers->calibrated[j * lanes + i] = layer->output[j * lanes + i] * scale + shift;
		}
	}
}

/* Whether what layer l gave out was multiplied by layer->kept. */
static bool has_kept(const struct layers *layers, size_t l)
{
	return layers->has_dropped || (layers->is_halved && l >= layers->shared);
}

/* Sends each half of the batch through its branch alone. */
static void part(const struct layers *layers, size_t l)
{
	const struct dense_layer *layer = &layers->layer[l];
	const struct network_halves *halves = layers->halves;
	bool is_last = l + 2 == layers->count;
	size_t lanes = layers->batch.lanes;

	for (size_t j = 0; j < layer->outputs; j++) {
		size_t branch = j >= layer->outputs / 2;
		real scale = is_last ? (real)halves->scale[branch] : 1;
		for (size_t i = 0; i < lanes; i++) {
			size_t at = j * lanes + i;
			real factor = (i >= halves->count) == branch ? scale : 0;
			layer->kept[at] = layers->has_dropped ? layer->kept[at] * factor : factor;
			layer->output[at] *= factor;
		}
	}
}

/* The network's outputs for layers->batch, of a calibrated pass the instances `index`. */
static void pass(struct layers *layers, const uint32_t *index, struct rng *dropout, real *ret_logits)
{
	struct tile below = layers->batch;

	layers->has_dropped = dropout != NULL && layers->dropout > 0;
	layers->is_halved = dropout != NULL && layers->halves != NULL;
	layers->is_calibrated = dropout != NULL && layers->calibration != NULL;
	for (size_t l = 0; l + 1 < layers->count; l++) {
		const struct dense_layer *layer = &layers->layer[l];
		size_t count = layer->outputs * below.lanes;
		sum_up(layers, l, &below, layer->output);
		activate(layers->activation, count, layer->output);
		below.data = layer->output;
		if (layers->is_calibrated && l + 2 == layers->count) {
			calibrate_features(layers, index);
			below.data = layers->calibrated;
		}
		if (layers->has_dropped)
			drop(dropout, layers->dropout, count, layer->kept, below.data);
		if (layers->is_halved && l >= layers->shared)
			part(layers, l);
	}
	classify(layers, &below, ret_logits);
}

/* The batch's rows, which stand in `gathered` at i * row + j * column, become mixed ones. */
static void mix(const struct network_batch *batch, real *gathered, size_t row, size_t column)
{
	size_t d = batch->inputs->features;

	for (size_t i = 0; i < batch->count; i++) {
		const real *partner = (const real *)batch->inputs->rows + batch->partner[i] * d;
		real share = (real)batch->share[i];
		if (share == 0)
			continue;
		for (size_t j = 0; j < d; j++) {
			real *x = &gathered[i * row + j * column];
			*x += share * (partner[j] - *x);
		}
	}
}

/* Rows of a batch, some at a time. */
struct gathering {
	const struct network_batch *batch;
	size_t first; /* without an index the batch is the instances from here on */
	real *gathered;
};

static void copy_rows(void *context, size_t piece, size_t thread)
{
	const struct gathering *gathering = context;
	const struct network_batch *batch = gathering->batch;
	size_t d = batch->inputs->features;
	const real *rows = batch->inputs->rows;
	size_t end = (piece + 1) * PIECE_ROWS < batch->count ? (piece + 1) * PIECE_ROWS : batch->count;

	(void)thread;
	for (size_t i = piece * PIECE_ROWS; i < end; i++) {
		size_t at = batch->index != NULL ? batch->index[i] : gathering->first + i;
		memcpy(gathering->gathered + i * d, rows + at * d, d * sizeof *rows);
	}
}

/* Puts a batch together, padded to `lanes`; without an index: the instances from `first` on. */
static void gather(struct layers *layers, const struct network_batch *batch, size_t first, size_t lanes)
{
	size_t d = batch->inputs->features;
	const real *rows = batch->inputs->rows;
	struct gathering gathering = { batch, first, layers->gathered };

	layers->batch = (struct tile){ .lanes = lanes, .count = batch->count, .data = layers->gathered };
	if (!layers->takes_rows) {
		bool is_far = batch->inputs->instances * d * sizeof *rows > CACHE_BYTES;
		gather_tile(batch->inputs, batch->index, is_far, &layers->batch);
		if (batch->partner != NULL)
			mix(batch, layers->gathered, 1, lanes);
		return;
	}
	pool_run(layers->pool, (batch->count + PIECE_ROWS - 1) / PIECE_ROWS, copy_rows, &gathering);
	memset(layers->gathered + batch->count * d, 0, (lanes - batch->count) * d * sizeof *rows);
	if (batch->partner != NULL)
		mix(batch, layers->gathered, d, 1);
}

void layers_forward(struct layers *layers, const struct network_batch *batch, struct rng *dropout, double *ret_logits)
{
	gather(layers, batch, 0, tile_real_lanes(batch->count));
	if (REAL_IS_DOUBLE) {
		pass(layers, batch->index, dropout, (real *)ret_logits);
		return;
	}
	pass(layers, batch->index, dropout, layers->logits);
	tile_widen(layers->logits, layers->batch.lanes, layers->layer[layers->count - 1].outputs, ret_logits,
		   tile_lanes(batch->count));
}

/* The next instances to predict as layers->batch: of `left`, as many full tiles as can be taken where they are. */
static void take_some(struct layers *layers, const struct network_inputs *inputs, size_t first, size_t left)
{
	size_t most = left < layers->lanes ? left : layers->lanes;
	size_t count = most / TILE_INSTANCES * TILE_INSTANCES;

	if (!layers->takes_rows) {
		real *tile =
		    inputs->tiles != NULL ? (real *)inputs->tiles + first * inputs->features : layers->gathered;
		if (inputs->tiles == NULL)
			fill_tile(inputs, first, tile);
		layers->batch = (struct tile){ .lanes = TILE_INSTANCES, .count = TILE_INSTANCES, .data = tile };
	} else if (count == 0) {
		const struct network_batch rest = { .inputs = inputs, .count = left };
		gather(layers, &rest, first, TILE_INSTANCES);
	} else {
		layers->batch = (struct tile){ .lanes = count,
					       .count = count,
					       .data = (real *)inputs->rows + first * inputs->features };
	}
}

void layers_predict(struct layers *layers, const struct network_inputs *inputs, size_t first, size_t count,
		    double *ret_logits)
{
	size_t outputs = layers->layer[layers->count - 1].outputs;
	size_t done = 0;

	while (done < count) {
		take_some(layers, inputs, first + done, count - done);
		size_t lanes = layers->batch.lanes;
		bool fits = REAL_IS_DOUBLE && lanes == TILE_INSTANCES;
		pass(layers, NULL, NULL, fits ? (real *)ret_logits : layers->logits);
		for (size_t i = 0; i < lanes; i += TILE_INSTANCES) {
			if (!fits)
				tile_widen(layers->logits + i, lanes, outputs, ret_logits, TILE_INSTANCES);
			ret_logits += outputs * TILE_INSTANCES;
		}
		done += lanes;
	}
}

/* The outputs of the layer below, or the network's inputs. */
static const real *input_of(const struct layers *layers, size_t l)
{
	if (l + 1 == layers->count && layers->is_calibrated)
		return layers->calibrated;
	return l > 0 ? layers->layer[l - 1].output : layers->batch.data;
}

static void take_delta(struct layers *layers, const double *delta)
{
	if (REAL_IS_DOUBLE) {
		layers->delta = (const real *)delta;
		return;
	}
	tile_narrow(delta, tile_lanes(layers->batch.count), layers->layer[layers->count - 1].outputs,
		    layers->narrow_delta, layers->batch.lanes);
	layers->delta = layers->narrow_delta;
}

/* Adds the gradients of layer l; ret_below (inputs, L): the gradient by what it read, unless NULL. */
static void backward_layer(struct layers *layers, size_t l, const real *delta, real *ret_below)
{
	const struct dense_layer *layer = &layers->layer[l];
	const struct tile_cosine *cosine = &layers->cosine;
	bool is_cosine = l + 1 == layers->count && cosine->heads > 0;
	size_t weights = layer->outputs * layer->inputs;
	const struct tile_layer tile_layer = as_tile_layer(layers, l);
	struct tile input = layers->batch;

	input.data = is_cosine ? layers->unit : (real *)input_of(layers, l);
	if (l == 0 && layers->takes_rows) {
		tile_backward_rows(&tile_layer, &input, delta, layer->weight_gradient, layer->bias_gradient);
		return;
	}
	if (is_cosine)
		memset(layers->unit_gradient, 0, weights * sizeof *layers->unit_gradient);
	tile_backward(&tile_layer, &input, delta, is_cosine ? layers->unit_gradient : layer->weight_gradient,
		      layer->bias_gradient);
	if (is_cosine)
		tile_unit_weights_backward(cosine, layer->weight, layer->inputs, layer->outputs, layers->unit_gradient,
					   layer->weight_gradient);
	if (ret_below == NULL)
		return;
	tile_backpropagate(&tile_layer, delta, input.lanes, ret_below);
	if (is_cosine)
		tile_unit_features_backward(&input, layers->inverse, layer->inputs, cosine->heads, ret_below);
}

void layers_backward(struct layers *layers, const double *outer_delta)
{
	take_delta(layers, outer_delta);
	const real *delta = layers->delta;
	for (size_t l = layers->count - 1; l > layers->first_learning; l--) {
		const struct dense_layer *under = &layers->layer[l - 1];
		size_t count = under->outputs * layers->batch.lanes;
		backward_layer(layers, l, delta, under->delta);
		bool is_calibrated = layers->is_calibrated && l + 1 == layers->count;
		bool dropped = has_kept(layers, l - 1);
		for (size_t i = 0; i < count && dropped; i++)
			under->delta[i] *= under->kept[i];
		for (size_t i = 0; i < count && is_calibrated; i++)
			under->delta[i] *= layers->feature_scale[i];
		/* Calibrated features leave the layer's own output as it was, without dropout. */
		differentiate(layers->activation, count, under->output, dropped && !is_calibrated ? under->kept : NULL,
			      under->delta);
		delta = under->delta;
	}
	backward_layer(layers, layers->first_learning, delta, NULL);
}

void layers_read_input(const struct layers *layers, size_t l, double *ret_input)
{
	size_t lanes = tile_lanes(layers->batch.count);
	size_t d = layers->layer[l].inputs;

	if (l == 0 && layers->takes_rows) {
		for (size_t j = 0; j < d; j++)
			for (size_t i = 0; i < lanes; i++)
				ret_input[j * lanes + i] = layers->batch.data[i * d + j];
		return;
	}
	tile_widen(input_of(layers, l), layers->batch.lanes, d, ret_input, lanes);
}

void layers_read_delta(const struct layers *layers, size_t l, double *ret_delta)
{
	const real *delta = l + 1 == layers->count ? layers->delta : layers->layer[l].delta;

	tile_widen(delta, layers->batch.lanes, layers->layer[l].outputs, ret_delta, tile_lanes(layers->batch.count));
}
