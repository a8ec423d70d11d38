/* Compiled twice: as double and as float (num/real.h). */
#include <string.h>

#include "num/blas.h"
#include "num/tile.h"
#include "num/vector_sums.h"

/* Numbers in a line of the cache, and lanes up to which half a line of rows is gathered faster. */
#define LINE 8
#define NARROW_LANES 64

static const real_vector *as_vectors(const real *data)
{
	return (const real_vector *)data;
}

size_t tile_real_lanes(size_t count)
{
	return (count + REAL_LANES - 1) / REAL_LANES * REAL_LANES;
}

void tile_narrow(const double *from, size_t from_lanes, size_t rows, real *ret_to, size_t to_lanes)
{
	for (size_t j = 0; j < rows; j++)
		for (size_t i = 0; i < to_lanes; i++)
			ret_to[j * to_lanes + i] = i < from_lanes ? (real)from[j * from_lanes + i] : 0;
}

void tile_widen(const real *from, size_t from_lanes, size_t rows, double *ret_to, size_t to_lanes)
{
	for (size_t j = 0; j < rows; j++)
		for (size_t i = 0; i < to_lanes; i++)
			ret_to[j * to_lanes + i] = from[j * from_lanes + i];
}

/* Some rows at a time: one by one, every store goes to another line of the cache, and in wide tiles those of all
 * features share few places there, so that one must be full before the next is begun. Of rows that are far away the
 * next ones come into the cache meanwhile. */
VECTOR_INLINE size_t gather_rows(size_t some, bool is_far, struct tile *tile, const real *x, size_t features,
				 const uint32_t *index)
{
	size_t i = 0;

	for (; i + some <= tile->count; i += some) {
		const real *rows[LINE], *next[LINE];
		size_t ahead = i + 2 * some <= tile->count ? some : 0;
		for (size_t r = 0; r < some; r++) {
			rows[r] = x + index[i + r] * features;
			next[r] = x + index[i + ahead + r] * features;
		}
		for (size_t j = 0; j < features; j++) {
			if (is_far)
				__builtin_prefetch(next[j % some] + j / LINE * LINE);
			for (size_t r = 0; r < some; r++)
				tile->data[j * tile->lanes + i + r] = rows[r][j];
		}
	}
	return i;
}

void tile_gather(struct tile *tile, const real *x, size_t features, const uint32_t *index, bool is_far)
{
	size_t i = is_far			? gather_rows(LINE, true, tile, x, features, index)
		   : tile->lanes > NARROW_LANES ? gather_rows(LINE, false, tile, x, features, index)
						: gather_rows(LINE / 2, false, tile, x, features, index);

	for (; i < tile->count; i++)
		for (size_t j = 0; j < features; j++)
			tile->data[j * tile->lanes + i] = x[index[i] * features + j];
	for (size_t j = 0; j < features && tile->count < tile->lanes; j++)
		memset(tile->data + j * tile->lanes + tile->count, 0, (tile->lanes - tile->count) * sizeof(real));
}

/* Rows of weights, each `length` numbers, `step` apart in memory; rows are `stride` apart. */
struct rows {
	const real *weight;
	size_t length, stride, step;
};

/* Sums of `n` <= 4 rows for `m` <= 4 vectors of instances: they stay in registers, and each load serves n or m of them.
 * bias NULL: none. */
VECTOR_INLINE void forward_block(int n, int m, const struct rows *rows, const real *bias, const real *x, size_t lanes,
				 real *ret_sums)
{
	real_vector sum[4][4];

	for (int c = 0; c < n; c++)
		for (int v = 0; v < m; v++)
			sum[c][v] = real_vector_splat(bias != NULL ? bias[c] : 0);
	for (size_t j = 0; j < rows->length; j++)
		for (int c = 0; c < n; c++)
			for (int v = 0; v < m; v++)
				sum[c][v] += as_vectors(x + j * lanes)[v] *
					     rows->weight[(size_t)c * rows->stride + j * rows->step];
	for (int c = 0; c < n; c++)
		for (int v = 0; v < m; v++)
			((real_vector *)(ret_sums + (size_t)c * lanes))[v] = sum[c][v];
}

VECTOR_INLINE void forward_rows(int n, const struct rows *rows, const real *bias, const struct tile *tile,
				real *ret_sums)
{
	size_t lanes = tile->lanes;
	size_t i = 0;

	for (; i + 4 * REAL_LANES <= lanes; i += 4 * REAL_LANES)
		forward_block(n, 4, rows, bias, tile->data + i, lanes, ret_sums + i);
	for (; i + 2 * REAL_LANES <= lanes; i += 2 * REAL_LANES)
		forward_block(n, 2, rows, bias, tile->data + i, lanes, ret_sums + i);
	if (i < lanes)
		forward_block(n, 1, rows, bias, tile->data + i, lanes, ret_sums + i);
}

/* ret_sums (count, L) = rows (count) · tile + bias. */
VECTOR_INLINE void forward(struct rows rows, const real *bias, size_t count, const struct tile *tile, real *ret_sums)
{
	for (size_t c = 0; c < count; c += 4) {
		const real *b = bias != NULL ? bias + c : NULL;
		real *sums = ret_sums + c * tile->lanes;
		switch (count - c) {
		case 1:
			forward_rows(1, &rows, b, tile, sums);
			break;
		case 2:
			forward_rows(2, &rows, b, tile, sums);
			break;
		case 3:
			forward_rows(3, &rows, b, tile, sums);
			break;
		default:
			forward_rows(4, &rows, b, tile, sums);
		}
		rows.weight += 4 * rows.stride;
	}
}

VECTOR_CLONES static void forward_narrow(const struct tile *tile, const real *weight, const real *bias, size_t features,
					 size_t classes, real *ret_logits)
{
	const struct rows rows = { weight, .length = features, .stride = features, .step = 1 };

	forward(rows, bias, classes, tile, ret_logits);
}

static void fill_bias(const real *bias, size_t classes, size_t lanes, real *ret_logits)
{
	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < lanes; i++)
			ret_logits[c * lanes + i] = bias[c];
}

void tile_forward_rows(const struct tile_layer *layer, const struct tile *rows, real *ret_logits)
{
	const struct blas_size size = { layer->classes, rows->lanes, layer->features, layer->pool };

	fill_bias(layer->bias, layer->classes, rows->lanes, ret_logits);
	blas_multiply_transposed_add(&size, layer->weight, rows->data, ret_logits);
}

void tile_forward(const struct tile_layer *layer, const struct tile *tile, real *ret_logits)
{
	const struct blas_size size = { layer->classes, tile->lanes, layer->features, layer->pool };

	if (layer->features < TILE_WIDE_FEATURES) {
		forward_narrow(tile, layer->weight, layer->bias, layer->features, layer->classes, ret_logits);
		return;
	}
	fill_bias(layer->bias, layer->classes, tile->lanes, ret_logits);
	blas_multiply_add(&size, layer->weight, tile->data, ret_logits);
}

/* `n` <= 4 classes of `m` <= 4 features: the sums stay in registers, and each load serves n or m of them. */
VECTOR_INLINE void backward_block(int n, int m, const real *x, size_t lanes, const real *delta, size_t features,
				  real *gradient)
{
	real_vector sum[16] = { 0 };

	for (size_t i = 0; i < lanes; i += REAL_LANES)
		for (int j = 0; j < m; j++) {
			real_vector v = *as_vectors(x + (size_t)j * lanes + i);
			for (int c = 0; c < n; c++)
				sum[c * m + j] += *as_vectors(delta + (size_t)c * lanes + i) * v;
		}
	for (int first = 0; first < n * m; first += (int)REAL_LANES) {
		real_vector total = real_vector_sums(sum + first);
		for (int i = 0; i < (int)REAL_LANES && first + i < n * m; i++)
			gradient[(size_t)((first + i) / m) * features + (size_t)((first + i) % m)] += total[i];
	}
}

VECTOR_INLINE void backward_classes(int n, const struct tile *tile, const real *delta, size_t features, real *gradient)
{
	size_t lanes = tile->lanes;
	size_t j = 0;

	for (; j + 4 <= features; j += 4)
		backward_block(n, 4, tile->data + j * lanes, lanes, delta, features, gradient + j);
	for (; j < features; j++)
		backward_block(n, 1, tile->data + j * lanes, lanes, delta, features, gradient + j);
}

VECTOR_CLONES static void backward(const struct tile *tile, const real *delta, size_t features, size_t classes,
				   real *gradient)
{
	for (size_t c = 0; c < classes; c += 4) {
		const real *d = delta + c * tile->lanes;
		real *g = gradient + c * features;
		switch (classes - c) {
		case 1:
			backward_classes(1, tile, d, features, g);
			break;
		case 2:
			backward_classes(2, tile, d, features, g);
			break;
		case 3:
			backward_classes(3, tile, d, features, g);
			break;
		default:
			backward_classes(4, tile, d, features, g);
		}
	}
}

VECTOR_CLONES static void backward_bias(const real *delta, size_t lanes, size_t classes, real *gradient)
{
	for (size_t c = 0; c < classes; c++) {
		real_vector sum = (real_vector){ 0 };
		for (size_t i = 0; i < lanes; i += REAL_LANES)
			sum += *as_vectors(delta + c * lanes + i);
		gradient[c] += real_vector_sum(sum);
	}
}

void tile_backward(const struct tile_layer *layer, const struct tile *tile, const real *delta, real *weight_gradient,
		   real *bias_gradient)
{
	const struct blas_size size = { layer->classes, layer->features, tile->lanes, layer->pool };

	if (layer->features < TILE_WIDE_FEATURES)
		backward(tile, delta, layer->features, layer->classes, weight_gradient);
	else
		blas_multiply_transposed_add(&size, delta, tile->data, weight_gradient);
	backward_bias(delta, tile->lanes, layer->classes, bias_gradient);
}

void tile_backward_rows(const struct tile_layer *layer, const struct tile *rows, const real *delta,
			real *weight_gradient, real *bias_gradient)
{
	const struct blas_size size = { layer->classes, layer->features, rows->lanes, layer->pool };

	blas_multiply_add(&size, delta, rows->data, weight_gradient);
	backward_bias(delta, rows->lanes, layer->classes, bias_gradient);
}

VECTOR_CLONES static void backpropagate_narrow(const real *delta, size_t lanes, const real *weight, size_t features,
					       size_t classes, real *ret_delta)
{
	const struct rows columns = { weight, .length = classes, .stride = 1, .step = features };
	const struct tile tile = { .lanes = lanes, .data = (real *)delta };

	forward(columns, NULL, features, &tile, ret_delta);
}

void tile_backpropagate(const struct tile_layer *layer, const real *delta, size_t lanes, real *ret_delta)
{
	const struct blas_size size = { layer->features, lanes, layer->classes, layer->pool };

	if (layer->classes < TILE_WIDE_FEATURES)
		backpropagate_narrow(delta, lanes, layer->weight, layer->features, layer->classes, ret_delta);
	else
		blas_multiply_first_transposed(&size, layer->weight, delta, ret_delta);
}

VECTOR_CLONES void tile_relu(size_t count, real *values)
{
	for (size_t i = 0; i < count; i++)
		values[i] = values[i] < 0 ? 0 : values[i];
}

VECTOR_CLONES void tile_relu_backward(size_t count, const real *output, real *delta)
{
	for (size_t i = 0; i < count; i++)
		delta[i] = output[i] > 0 ? delta[i] : 0;
}
