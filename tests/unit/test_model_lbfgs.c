/* model: L-BFGS on functions whose minima are known. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "model/optimizer_step.h"

#define DIMENSIONS_MAX 20

/* A function of theta (count) and where to begin. */
struct problem {
	const char *name;
	size_t count;
	double (*f)(const double *theta, size_t count, double *ret_gradient);
	double start;			/* of each parameter */
	double least;			/* value */
	size_t iterations, evaluations; /* bounds: what was measured, and a third more */
};

/* On the way down. */
struct descent {
	const struct problem *problem;
	double theta[DIMENSIONS_MAX], gradient[DIMENSIONS_MAX];
	double pairs[2][OPTIMIZER_PAIRS * DIMENSIONS_MAX], scratch[3 * DIMENSIONS_MAX];
	size_t steps, asked;
	struct optimizer_iteration iteration;
};

static double evaluate(void *context)
{
	struct descent *descent = context;

	descent->asked++;
	return descent->problem->f(descent->theta, descent->problem->count, descent->gradient);
}

static void begin(struct descent *descent, const struct problem *problem)
{
	*descent = (struct descent){ .problem = problem };
	for (size_t i = 0; i < problem->count; i++)
		descent->theta[i] = problem->start;
	descent->iteration = (struct optimizer_iteration){
		.arrays = { problem->count,
			    descent->theta,
			    descent->gradient,
			    { descent->pairs[0], descent->pairs[1] } },
		.scratch = descent->scratch,
		.steps = &descent->steps,
		.evaluate = evaluate,
		.context = descent,
	};
	descent->iteration.value = evaluate(descent);
}

/* Of pairs: (1 - a)^2 + 100 (b - a^2)^2. */
static double rosenbrock(const double *theta, size_t count, double *ret_gradient)
{
	double value = 0;

	for (size_t i = 0; i < count; i += 2) {
		double a = theta[i], gap = theta[i + 1] - a * a;
		value += (1 - a) * (1 - a) + 100 * gap * gap;
		ret_gradient[i] = -2 * (1 - a) - 400 * a * gap;
		ret_gradient[i + 1] = 200 * gap;
	}
	return value;
}

/* As hard for L-BFGS as for SciPy's, which takes 457 iterations. Sum of i^3 (theta_i - 1)^2 / 2: its Hessian spans a
 * factor of 8000. */
static double bowl(const double *theta, size_t count, double *ret_gradient)
{
	double value = 0;

	for (size_t i = 0; i < count; i++) {
		double weight = pow((double)(i + 1), 3), gap = theta[i] - 1;
		value += weight * gap * gap / 2;
		ret_gradient[i] = weight * gap;
	}
	return value;
}

/* A minimum of -1 at 1 and a wall at 2: not a number beyond. */
static double wall(const double *theta, size_t count, double *ret_gradient)
{
	(void)count;
	ret_gradient[0] = 1 / (2 - theta[0]) - 1;
	return -log(2 - theta[0]) - theta[0];
}

static double far(const double *theta, size_t count, double *ret_gradient)
{
	(void)count;
	ret_gradient[0] = 1e-3 * (theta[0] - 1e7) / sqrt(1 + pow(theta[0] - 1e7, 2));
	return 1e-3 * sqrt(1 + pow(theta[0] - 1e7, 2));
}

/* Nothing falls anywhere, whatever the gradient says. */
static double step_up(const double *theta, size_t count, double *ret_gradient)
{
	(void)count;
	ret_gradient[0] = 1;
	return theta[0] == 0 ? 0 : 1;
}

static const struct problem problems[] = {
	{ "Rosenbrock", 2, rosenbrock, -1.2, 0, 60, 80 },
	{ "Rosenbrock, ten times", 20, rosenbrock, -1.2, 0, 60, 80 },
	{ "bowl", 20, bowl, 0, 0, 500, 550 },
	{ "wall", 1, wall, -50, -1, 20, 40 },
	{ "far away", 1, far, 0, 1e-3, 40, 80 },
};

/* Value and gradient are those of the place; of a place that is not higher. */
static void iterate_to_the_end(struct descent *descent, size_t *ret_iterations)
{
	const struct problem *problem = descent->problem;
	double gradient[DIMENSIONS_MAX], before = descent->iteration.value;

	for (*ret_iterations = 0; optimizer_iterate_lbfgs(&descent->iteration); ++*ret_iterations) {
		double value = problem->f(descent->theta, problem->count, gradient);
		cr_assert_lt(*ret_iterations, 1000, "%s", problem->name);
		cr_expect_eq(descent->iteration.value, value, "%s", problem->name);
		cr_expect_eq(memcmp(gradient, descent->gradient, problem->count * sizeof *gradient), 0, "%s",
			     problem->name);
		cr_expect_leq(value, before + 1e-12 * fabs(before), "%s", problem->name);
		before = value;
	}
}

Test(lbfgs, finds_known_minima)
{
	for (size_t i = 0; i < ARRAY_LENGTH(problems); i++) {
		const struct problem *problem = &problems[i];
		struct descent descent;
		double gradient[DIMENSIONS_MAX];
		size_t iterations;
		begin(&descent, problem);
		iterate_to_the_end(&descent, &iterations);
		double value = problem->f(descent.theta, problem->count, gradient);
		cr_expect_float_eq(value, problem->least, 1e-12, "%s: %g", problem->name, value);
		cr_expect_leq(iterations, problem->iterations, "%s: %zu", problem->name, iterations);
		cr_expect_leq(descent.asked, problem->evaluations, "%s: %zu", problem->name, descent.asked);
	}
}

/* Strong Wolfe conditions of every step, but for the last digits. */
Test(lbfgs, steps_are_long_enough_and_not_too_long)
{
	const struct problem *problem = &problems[1];
	struct descent descent;

	begin(&descent, problem);
	while (descent.iteration.value > 1e-8) {
		const struct descent from = descent;
		double first = 0, last = 0;
		cr_assert(optimizer_iterate_lbfgs(&descent.iteration));
		for (size_t i = 0; i < problem->count; i++) {
			double move = descent.theta[i] - from.theta[i];
			first += from.gradient[i] * move;
			last += descent.gradient[i] * move;
		}
		cr_expect_lt(first, 0);
		cr_expect_leq(descent.iteration.value, from.iteration.value + 1e-4 * first + 1e-12);
		cr_expect_leq(fabs(last), -0.9 * first);
	}
}

Test(lbfgs, stays_where_nothing_is_lower)
{
	const struct problem problem = { .name = "step up", .count = 1, .f = step_up };
	struct descent descent;
	size_t iterations;

	begin(&descent, &problem);
	iterate_to_the_end(&descent, &iterations);
	cr_expect_eq(iterations, 0);
	cr_expect_eq(descent.theta[0], 0.0);
}
