#include "train/settings.h"

#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "data/relabel.h"
#include "data/scale.h"

const char *model_name(size_t i)
{
	static const char *const names[] = { "logreg", "mlp" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

const char *classifier_name(size_t i)
{
	static const char *const names[] = { "method", "linear", "cosine", "bilateral" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

const char *settings_section(size_t i)
{
	static const char *const names[] = { "data", "method", "model", "optimiser", "recording" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

const struct tile_cosine settings_cosine = { .scale = 30, .heads = 1, .gamma = 0 };

size_t settings_read_hidden(const char *text, size_t *ret_units)
{
	size_t count = 0;

	for (;;) {
		char digits[16] = "";
		size_t length = strcspn(text, ",");
		uint64_t value = 0;
		if (length >= sizeof digits || count == NETWORK_HIDDEN_MAX)
			return 0;
		memcpy(digits, text, length);
		if (!parse_unsigned(digits, &value) || value == 0 || value > 1000000)
			return 0;
		ret_units[count++] = (size_t)value;
		if (text[length] == '\0')
			return count;
		text += length + 1;
	}
}

enum err_code settings_imbalance(const struct data_settings *settings, struct imbalance *ret_imbalance, struct err *err)
{
	struct imbalance imbalance;

	if (imbalance_parse(settings->imbalance, &imbalance, err) != ERR_OK)
		return err->code;
	if (settings->imbalance_max > 0 && imbalance.kind == IMBALANCE_NONE)
		return err_set(err, ERR_INPUT, "imbalance-max %zu will not do: there is no imbalance",
			       settings->imbalance_max);
	imbalance.max = settings->imbalance_max;
	*ret_imbalance = imbalance;
	return ERR_OK;
}

enum err_code settings_check_task(const struct data_settings *settings, struct err *err)
{
	if (settings->task == TASK_REGRESSION) {
		if (settings->relabel == RELABEL_NONE && settings->flip_labels == 0)
			return ERR_OK;
		return err_set(err, ERR_INPUT, "%s will not do: task regression has no classes",
			       settings->relabel != RELABEL_NONE ? "relabel" : "flip-labels");
	}
	if (strcmp(settings->target_bins, SETTINGS_TARGET_BINS) != 0)
		return err_set(err, ERR_INPUT, "target-bins '%s' will not do: it is of task regression",
			       settings->target_bins);
	if (settings->target_scale != SCALE_STANDARD)
		return err_set(err, ERR_INPUT, "target-scale '%s' will not do: it is of task regression",
			       scale_kind_name((size_t)settings->target_scale));
	return ERR_OK;
}

static bool draws_fraction(const struct data_settings *settings)
{
	double usual = 0;

	return !parse_real(SETTINGS_TEST_FRACTION, &usual) || settings->test_fraction != usual;
}

enum err_code settings_check_folds(const struct data_settings *settings, struct err *err)
{
	if (settings->folds == 0 && (settings->fold > 0 || settings->blocks || settings->reading.groups != NULL))
		return err_set(err, ERR_INPUT, "%s will not do without folds",
			       settings->fold > 0 ? "fold"
			       : settings->blocks ? "blocks"
						  : "groups");
	if (settings->folds > 0 && settings->fold >= settings->folds)
		return err_set(err, ERR_INPUT, "fold %zu will not do: %zu folds are 0 to %zu", settings->fold,
			       settings->folds, settings->folds - 1);
	if (settings->folds > 0 && draws_fraction(settings))
		return err_set(err, ERR_INPUT, "test-fraction %g will not do: the test part is one of %zu folds",
			       settings->test_fraction, settings->folds);
	if (settings->folds == 1)
		return err_set(err, ERR_INPUT, "folds 1 will not do: it takes two at least, or 0 for none");
	if (settings->blocks && settings->stratified)
		return err_set(err, ERR_INPUT, "blocks will not do: it does not go with stratified");
	if (settings->blocks && settings->reading.groups != NULL)
		return err_set(err, ERR_INPUT, "blocks will not do: it does not go with groups");
	return ERR_OK;
}

enum err_code settings_check_flip(const struct data_settings *settings, struct err *err)
{
	if (settings->flip_kind != FLIP_SYMMETRIC && settings->flip_labels == 0)
		return err_set(err, ERR_INPUT, "flip-kind %s will not do: no labels are flipped",
			       flip_kind_name((size_t)settings->flip_kind));
	return ERR_OK;
}

bool settings_draw_test_part(const struct data_settings *settings)
{
	return settings->stratified || draws_fraction(settings);
}
