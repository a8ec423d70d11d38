#include "model/class_scales.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/optimizer_step.h"

struct class_scales {
	const struct optimizer_kind *kind;
	struct optimizer_settings settings;
	struct network *network;
	size_t layer, classes, features, steps;
	double *factor, *gradient;	     /* (k) */
	void *moment[OPTIMIZER_MOMENTS_MAX]; /* (k) of double */
	double *weight, *bias;		     /* (k, h), (k) of the unscaled classifier */
	double *scaled_weight, *scaled_bias; /* the same times the factors */
	double *logits;			     /* (k, L) unscaled, of the last forward pass */
};

enum err_code class_scales_create(size_t kind, const struct optimizer_settings *settings, struct network *network,
				  size_t lanes, struct class_scales **ret_scales, struct err *err)
{
	AUTO(class_scales_freep) struct class_scales *scales = NULL;
	size_t layer = network_layer_count(network) - 1;
	size_t k = network_layer(network, layer).outputs;
	size_t h = network_layer(network, layer).inputs;

	if (mem_new(&scales, 1, err) != ERR_OK)
		return err->code;
	scales->kind = optimizer_kind_at(kind);
	scales->settings = *settings;
	scales->network = network;
	scales->layer = layer;
	scales->classes = k;
	scales->features = h;
	if (mem_new(&scales->factor, k, err) != ERR_OK || mem_new(&scales->gradient, k, err) != ERR_OK ||
	    mem_new(&scales->weight, k * h, err) != ERR_OK || mem_new(&scales->bias, k, err) != ERR_OK ||
	    mem_new(&scales->scaled_weight, k * h, err) != ERR_OK || mem_new(&scales->scaled_bias, k, err) != ERR_OK ||
	    mem_new(&scales->logits, k * lanes, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < scales->kind->moments; i++)
		if (mem_alloc(k, sizeof *scales->factor, &scales->moment[i], err) != ERR_OK)
			return err->code;
	*ret_scales = take_ptr(&scales);
	return ERR_OK;
}

void class_scales_free(struct class_scales *scales)
{
	if (scales == NULL)
		return;
	free(scales->factor);
	free(scales->gradient);
	for (size_t i = 0; i < OPTIMIZER_MOMENTS_MAX; i++)
		free(scales->moment[i]);
	free(scales->weight);
	free(scales->bias);
	free(scales->scaled_weight);
	free(scales->scaled_bias);
	free(scales->logits);
	free(scales);
}

void class_scales_freep(struct class_scales **scales)
{
	class_scales_free(*scales);
}

void class_scales_start(struct class_scales *scales)
{
	network_read_layer(scales->network, scales->layer, scales->weight, scales->bias);
	for (size_t c = 0; c < scales->classes; c++)
		scales->factor[c] = 1;
}

void class_scales_begin_epoch(struct class_scales *scales)
{
	network_write_layer(scales->network, scales->layer, scales->weight, scales->bias);
}

void class_scales_end_epoch(struct class_scales *scales)
{
	size_t h = scales->features;

	for (size_t c = 0; c < scales->classes; c++) {
		for (size_t j = 0; j < h; j++)
			scales->scaled_weight[c * h + j] = scales->factor[c] * scales->weight[c * h + j];
		scales->scaled_bias[c] = scales->factor[c] * scales->bias[c];
	}
	network_write_layer(scales->network, scales->layer, scales->scaled_weight, scales->scaled_bias);
}

void class_scales_forward(struct class_scales *scales, size_t lanes, double *logits)
{
	memcpy(scales->logits, logits, scales->classes * lanes * sizeof *logits);
	for (size_t c = 0; c < scales->classes; c++)
		for (size_t i = 0; i < lanes; i++)
			logits[c * lanes + i] *= scales->factor[c];
}

void class_scales_backward(struct class_scales *scales, size_t lanes, const double *delta)
{
	for (size_t c = 0; c < scales->classes; c++)
		for (size_t i = 0; i < lanes; i++)
			scales->gradient[c] += delta[c * lanes + i] * scales->logits[c * lanes + i];
}

void class_scales_step(struct class_scales *scales, double rate_factor)
{
	struct optimizer_settings settings = scales->settings;
	struct optimizer_arrays arrays = {
		.count = scales->classes,
		.theta = scales->factor,
		.gradient = scales->gradient,
	};

	for (size_t i = 0; i < scales->kind->moments; i++)
		arrays.moment[i] = scales->moment[i];
	settings.learning_rate *= rate_factor;
	scales->steps++;
	scales->kind->step[PRECISION_DOUBLE](&settings, scales->steps, &arrays);
	memset(scales->gradient, 0, scales->classes * sizeof *scales->gradient);
}

void class_scales_visit_state(struct class_scales *scales, struct state_visitor *visitor)
{
	size_t k = scales->classes;

	state_visit(visitor, "factors", STATE_DOUBLE, k, scales->factor);
	state_visit(visitor, "weights", STATE_DOUBLE, k * scales->features, scales->weight);
	state_visit(visitor, "biases", STATE_DOUBLE, k, scales->bias);
	state_visit_size(visitor, "steps", &scales->steps, SIZE_MAX);
	optimizer_visit_moments(scales->kind, STATE_DOUBLE, k, scales->moment, visitor);
}
