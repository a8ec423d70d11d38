#include "rebalance/loss_focal_error.h"

#include <string.h>

#include "num/tile_error.h"

enum err_code focal_check_form(const char *text, struct err *err)
{
	if (strcmp(text, "sigmoid") == 0 || strcmp(text, "tanh") == 0)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: focal-form takes sigmoid or tanh", text);
}

static double evaluate(struct loss_state *state, const struct loss_tile *tile, int power, double *ret_delta)
{
	const struct loss_parameters *parameters = &state->parameters;
	double slope = parameters->focal_beta * (strcmp(parameters->focal_form, "sigmoid") == 0 ? 0.5 : 1);

	return tile_focal_error(tile->logits, tile->y, tile->scale, tile->lanes, slope, parameters->gamma, power,
				ret_delta);
}

static double evaluate_square(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	return evaluate(state, tile, 2, ret_delta);
}

static double evaluate_absolute(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	return evaluate(state, tile, 1, ret_delta);
}

#define FACTOR "(2 sigma(beta |d|) - 1)^gamma, or tanh(beta |d|)^gamma by --focal-form, d = z - t"

const struct loss loss_focal_mse = {
	.name = "focal-mse",
	.task = TASK_REGRESSION,
	.summary = "squared difference, small ones counting less, --focal-beta --gamma (Yang et al. 2021)",
	.formula = "d^2 " FACTOR,
	.link = LINK_IDENTITY,
	.defaults = { .gamma = 1, .focal_beta = 0.2, .focal_form = "sigmoid" },
	.evaluate = evaluate_square,
};

const struct loss loss_focal_l1 = {
	.name = "focal-l1",
	.task = TASK_REGRESSION,
	.summary = "absolute difference, small ones counting less, --focal-beta --gamma (Yang et al. 2021)",
	.formula = "|d| " FACTOR,
	.link = LINK_IDENTITY,
	.defaults = { .gamma = 1, .focal_beta = 0.2, .focal_form = "sigmoid" },
	.evaluate = evaluate_absolute,
};
