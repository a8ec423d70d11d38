#include "report/functions.h"

#include "base/mem.h"
#include "num/calibration.h"
#include "num/comparisons.h"
#include "num/distributions.h"

static enum err_code resampled_p_of(const double *d, size_t n, const double *means, double *ret_value, struct err *err)
{
	(void)err;
	*ret_value = resampled_p(d, n, means[0]);
	return ERR_OK;
}

static enum err_code half_width_of(const double *d, size_t n, const double *means, double *ret_value, struct err *err)
{
	(void)err;
	*ret_value = resampled_half_width(d, n, means[0], means[1]);
	return ERR_OK;
}

static enum err_code signed_rank_of(const double *d, size_t n, const double *means, double *ret_value, struct err *err)
{
	(void)means;
	return signed_rank_p(d, n, ret_value, err);
}

static enum err_code posterior_of(const double *d, size_t n, const double *means, double *ret_value, struct err *err)
{
	return signed_rank_posterior(d, n, means[0], (means[1] > 0) - (means[1] < 0), ret_value, err);
}

static enum err_code calibration_of(const double *confidence, size_t n, const double *means, double *ret_value,
				    struct err *err)
{
	return calibration_level(confidence, n, means[0], ret_value, err);
}

static double chi_square_of(const double *arguments)
{
	return chi_square_tail(arguments[0], arguments[1]);
}

static double f_of(const double *arguments)
{
	return f_tail(arguments[0], arguments[1], arguments[2]);
}

static double range_tail_of(const double *arguments)
{
	return studentized_range_tail(arguments[0], arguments[1]);
}

static double range_quantile_of(const double *arguments)
{
	return studentized_range_quantile(arguments[0], arguments[1]);
}

static double mcnemar_of(const double *arguments)
{
	return mcnemar_p(arguments[0], arguments[1]);
}

static const struct db_function functions[] = {
	{ .name = "resampled_p", .arguments = 2, .of_rows = resampled_p_of },
	{ .name = "resampled_half_width", .arguments = 3, .of_rows = half_width_of },
	{ .name = "signed_rank_p", .arguments = 1, .of_rows = signed_rank_of },
	{ .name = "signed_rank_posterior", .arguments = 3, .of_rows = posterior_of },
	{ .name = "calibration_level", .arguments = 2, .of_rows = calibration_of },
	{ .name = "chi_square_tail", .arguments = 2, .of = chi_square_of },
	{ .name = "f_tail", .arguments = 3, .of = f_of },
	{ .name = "studentized_range_tail", .arguments = 2, .of = range_tail_of },
	{ .name = "studentized_range_quantile", .arguments = 2, .of = range_quantile_of },
	{ .name = "mcnemar_p", .arguments = 2, .of = mcnemar_of },
};

enum err_code functions_add(struct db *db, struct err *err)
{
	return db_add_functions(db, functions, ARRAY_LENGTH(functions), err);
}
