#include "rebalance/loss_pairwise.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "rebalance/loss.h"

struct numbers {
	size_t rows, columns;
	double least;
};

/* The number up to the next ',' or ';' or the end of *text, which is moved there. */
static bool take_number(const char **text, double *ret_value)
{
	char digits[64] = "";
	size_t length = strcspn(*text, ",;");

	if (length >= sizeof digits)
		return false;
	memcpy(digits, *text, length);
	*text += length;
	return parse_real(digits, ret_value) && isfinite(*ret_value);
}

/* Reads rows of equal length, divided by ';', of numbers divided by ','. ret_value (rows, columns), or NULL. */
static bool read_numbers(const char *text, struct numbers *ret_numbers, double *ret_value)
{
	struct numbers numbers = { .least = HUGE_VAL };
	size_t count = 0, column = 0;

	for (;; text++) {
		double value = 0;
		if (!take_number(&text, &value))
			return false;
		if (ret_value != NULL)
			ret_value[count++] = value;
		numbers.least = fmin(numbers.least, value);
		column++;
		if (*text == ',')
			continue;
		if (numbers.rows > 0 && column != numbers.columns)
			return false;
		numbers.rows++;
		numbers.columns = column;
		column = 0;
		if (*text == '\0')
			break;
	}
	*ret_numbers = numbers;
	return true;
}

static bool is_one_of(const char *text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, names[i]) == 0)
			return true;
	return false;
}

static bool is_named_alpha(const char *text)
{
	static const char *const names[] = { "one", "inverse" };
	return is_one_of(text, names, ARRAY_LENGTH(names));
}

static bool is_named_delta(const char *text)
{
	static const char *const names[] = { "zero", "adaptive", "equalized", "logit-adjusted" };
	return is_one_of(text, names, ARRAY_LENGTH(names));
}

enum err_code pairwise_check_alpha(const char *text, struct err *err)
{
	struct numbers numbers;

	if (is_named_alpha(text) || (read_numbers(text, &numbers, NULL) && numbers.rows == 1 && numbers.least > 0))
		return ERR_OK;
	return err_set(
	    err, ERR_INPUT,
	    "'%s' will not do: pairwise-alpha takes one, inverse, or a number above 0 for each class, as 1,2,5", text);
}

enum err_code pairwise_check_delta(const char *text, struct err *err)
{
	struct numbers numbers;

	if (is_named_delta(text) || (read_numbers(text, &numbers, NULL) && numbers.rows == numbers.columns))
		return ERR_OK;
	return err_set(err, ERR_INPUT,
		       "'%s' will not do: pairwise-delta takes zero, adaptive, equalized, logit-adjusted, or a row of "
		       "numbers for each class, as 0,1;2,0",
		       text);
}

static enum err_code check(const struct loss_parameters *parameters, size_t classes, struct err *err)
{
	const char *alpha = parameters->pairwise_alpha;
	const char *delta = parameters->pairwise_delta;
	struct numbers numbers = { 0 };

	if (pairwise_check_alpha(alpha, err) != ERR_OK || pairwise_check_delta(delta, err) != ERR_OK)
		return err->code;
	if (!is_named_alpha(alpha) && read_numbers(alpha, &numbers, NULL) && numbers.columns != classes)
		return err_set(err, ERR_INPUT, "pairwise-alpha '%s' will not do: it has %zu numbers for %zu classes",
			       alpha, numbers.columns, classes);
	if (!is_named_delta(delta) && read_numbers(delta, &numbers, NULL) && numbers.columns != classes)
		return err_set(err, ERR_INPUT, "pairwise-delta '%s' will not do: it has %zu rows for %zu classes",
			       delta, numbers.rows, classes);
	return strcmp(delta, "equalized") == 0 ? loss_check_probability(parameters, classes, err) : ERR_OK;
}

static void weigh_by_alpha(const struct loss_parameters *parameters, const double *sizes, size_t classes,
			   double *ret_weight)
{
	const char *alpha = parameters->pairwise_alpha;
	double all = loss_sum_sizes(sizes, classes);
	struct numbers numbers;

	if (!is_named_alpha(alpha)) {
		(void)read_numbers(alpha, &numbers, ret_weight);
		return;
	}
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = strcmp(alpha, "one") == 0 ? 1 : 1 / (sizes[c] / all);
}

/* Delta_yy' of a named form, from the shares of the two classes. An absent class is left as it is, as in the losses
 * that are special cases. */
static double margin_between(const struct loss_parameters *parameters, double own, double other)
{
	const char *delta = parameters->pairwise_delta;

	if (strcmp(delta, "adaptive") == 0)
		return own > 0 ? pow(own, -0.25) : 0;
	if (strcmp(delta, "equalized") == 0)
		return other > 0 && other < parameters->lambda ? fmax(log(1 - parameters->gamma), LOSS_LEFT_OUT) : 0;
	if (strcmp(delta, "logit-adjusted") == 0)
		return parameters->tau * ((other > 0 ? log(other) : 0) - (own > 0 ? log(own) : 0));
	return 0;
}

static void prepare_margins(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			    double *ret_constant)
{
	double all = loss_count_instances(counts, classes);
	struct numbers numbers;

	if (!is_named_delta(parameters->pairwise_delta)) {
		(void)read_numbers(parameters->pairwise_delta, &numbers, ret_constant);
		return;
	}
	for (size_t y = 0; y < classes; y++)
		for (size_t c = 0; c < classes; c++)
			ret_constant[y * classes + c] = margin_between(parameters, counts[y] / all, counts[c] / all);
}

/* log(1 + sum of e^(Delta + z_c - z_y)) is the cross-entropy of the logits with their margins added. */
static double evaluate_with_margins(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	for (size_t i = 0; i < tile->lanes; i++) {
		size_t y = (size_t)tile->y[i];
		for (size_t c = 0; c < state->classes; c++)
			if (c != y)
				tile->logits[c * tile->lanes + i] += state->constant[y * state->classes + c];
	}
	return loss_evaluate_cross_entropy(state, tile, ret_delta);
}

/* The pairwise-margin loss of Menon et al. 2021. The named forms are its special cases there, pi the class's share:
 *     alpha  one              1                       inverse    1 / pi_y (balanced)
 *     Delta  zero             0                       adaptive   pi_y^(-1/4) (Cao et al. 2019)
 *            logit-adjusted   tau log(pi_c / pi_y)    equalized  log F(pi_c), F = 1 - gamma if pi_c < lambda, else 1
 * The last is what softmax-equalization expects of its draws. */
const struct loss loss_pairwise = {
	.name = "pairwise-margin",
	.summary =
	    "a margin for each pair of classes, --pairwise-delta, and a weight for each class, --pairwise-alpha (Menon "
	    "et al. 2021)",
	.formula =
	    "log(1 + sum_{c != y} e^(Delta_yc + z_c - z_y)); Delta_yc: zero 0, adaptive pi_y^(-1/4), equalized log(1 - "
	    "gamma [pi_c < lambda]), logit-adjusted tau log(pi_c / pi_y), pi_c = n_c / N",
	.class_weights = "alpha_y: one 1, inverse 1 / pi_y",
	.weights_mean = MEAN_AS_IT_COMES,
	.by_pairs = true,
	.defaults = { .gamma = 0.9,
		      .tau = 1,
		      .lambda = 0.005,
		      .pairwise_alpha = "one",
		      .pairwise_delta = "logit-adjusted" },
	.weigh_classes = weigh_by_alpha,
	.check = check,
	.prepare = prepare_margins,
	.evaluate = evaluate_with_margins,
};
