/* L-BFGS (Nocedal and Wright 2006, "Numerical Optimization", 2nd edition, algorithms 7.4 and 7.5): theta <- theta +
 * a d, d = -H g by the two loops over the last 10 pairs s = theta' - theta, y = g' - g, from H = s·y / y·y of the last
 * (eq. 7.20). The step a satisfies the strong Wolfe conditions
 *     phi(a) <= phi(0) + c1 a phi'(0),   |phi'(a)| <= c2 |phi'(0)|,   phi(a) = f(theta + a d), c1 = 1e-4, c2 = 0.9
 * (algorithms 3.5 and 3.6, with cubic interpolation, eq. 3.59); the first to be tried is 1, without pairs
 * min(1, 1 / |g|). Near a minimum what a step gains is less than the rounding of f, so that the first condition is held
 * but for ROUNDING |f|, and the gradient decides. */
#include <math.h>
#include <string.h>

#include "model/optimizer_step.h"

#define PAIRS OPTIMIZER_PAIRS
#define DECREASE 1e-4
#define CURVATURE 0.9
#define ROUNDING 1e-13
#define EVALUATIONS_MAX 30
/* What has such a gradient, in each parameter, is a minimum. */
#define CONVERGED 1e-12

/* phi at one step. */
struct point {
	double step, value, slope;
};

/* Along a direction from where the iteration began. */
struct line {
	struct optimizer_iteration *iteration;
	const double *start, *direction; /* (count) */
	struct point first;		 /* at 0 */
	size_t evaluations;
};

static double dot(const double *a, const double *b, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Sets direction (count) to -H g. */
static void find_direction(const struct optimizer_iteration *iteration, double *direction)
{
	size_t count = iteration->arrays.count;
	const double *s = iteration->arrays.moment[0], *y = iteration->arrays.moment[1];
	size_t steps = *iteration->steps, pairs = steps < PAIRS ? steps : PAIRS;
	double weight[PAIRS], factor = 1;

	memcpy(direction, iteration->arrays.gradient, count * sizeof *direction);
	for (size_t i = 0; i < pairs; i++) {
		size_t at = (steps - 1 - i) % PAIRS * count;
		double curvature = dot(s + at, y + at, count);
		weight[i] = dot(s + at, direction, count) / curvature;
		for (size_t j = 0; j < count; j++)
			direction[j] -= weight[i] * y[at + j];
		if (i == 0)
			factor = curvature / dot(y + at, y + at, count);
	}
	for (size_t j = 0; j < count; j++)
		direction[j] *= factor;
	for (size_t i = pairs; i-- > 0;) {
		size_t at = (steps - 1 - i) % PAIRS * count;
		double change = weight[i] - dot(y + at, direction, count) / dot(s + at, y + at, count);
		for (size_t j = 0; j < count; j++)
			direction[j] += change * s[at + j];
	}
	for (size_t j = 0; j < count; j++)
		direction[j] = -direction[j];
}

static struct point look_at(struct line *line, double step)
{
	struct optimizer_iteration *iteration = line->iteration;
	double *theta = iteration->arrays.theta;
	size_t count = iteration->arrays.count;

	line->evaluations++;
	for (size_t j = 0; j < count; j++)
		theta[j] = line->start[j] + step * line->direction[j];
	double value = iteration->evaluate(iteration->context);
	return (struct point){ step, value, dot(iteration->arrays.gradient, line->direction, count) };
}

/* Whether the value has fallen enough; not where it is not a number. */
static bool is_low(const struct line *line, const struct point *point)
{
	double bound = line->first.value + DECREASE * point->step * line->first.slope;

	return point->value <= bound + ROUNDING * fabs(line->first.value) && isfinite(point->slope);
}

static bool is_higher(const struct point *point, const struct point *other)
{
	return point->value > other->value + ROUNDING * fabs(other->value);
}

static bool is_flat(const struct line *line, const struct point *point)
{
	return fabs(point->slope) <= -CURVATURE * line->first.slope;
}

/* The minimum of the cubic through both points, kept within [low, high]; their middle where there is none. */
static double interpolate(const struct point *a, const struct point *b, double low, double high)
{
	double d1 = a->slope + b->slope - 3 * (a->value - b->value) / (a->step - b->step);
	double d2 = copysign(sqrt(d1 * d1 - a->slope * b->slope), b->step - a->step);
	double step = b->step - (b->step - a->step) * (b->slope + d2 - d1) / (b->slope - a->slope + 2 * d2);

	if (!isfinite(step))
		return (low + high) / 2;
	return fmin(fmax(step, low), high);
}

/* Algorithm 3.6: between `low`, which is low but not flat, and `high`; ends with the point that it looked at last. */
static struct point zoom(struct line *line, struct point low, struct point high)
{
	struct point point = low;

	while (line->evaluations < EVALUATIONS_MAX) {
		double from = fmin(low.step, high.step), width = fabs(high.step - low.step);
		point = look_at(line, interpolate(&low, &high, from + 0.1 * width, from + 0.9 * width));
		if (!is_low(line, &point) || is_higher(&point, &low)) {
			high = point;
			continue;
		}
		if (is_flat(line, &point))
			return point;
		if (point.slope * (high.step - low.step) >= 0)
			high = low;
		low = point;
	}
	return low.step > 0 && low.step != point.step ? look_at(line, low.step) : point;
}

/* Algorithm 3.5, from `step` on; ends with the point that it looked at last. */
static struct point bracket(struct line *line, double step)
{
	struct point before = line->first;

	for (;;) {
		struct point point = look_at(line, step);
		if (!is_low(line, &point) || is_higher(&point, &before))
			return zoom(line, before, point);
		if (is_flat(line, &point) || line->evaluations == EVALUATIONS_MAX)
			return point;
		if (point.slope >= 0)
			return zoom(line, point, before);
		step = interpolate(&before, &point, 2 * step, 10 * step);
		before = point;
	}
}

/* Whether there is a point that is low from `step` on; the iteration is there then. */
static bool search(struct line *line, double step)
{
	struct point point = bracket(line, step);

	line->iteration->value = point.value;
	return is_low(line, &point);
}

/* The pair of the step that was made, from where the gradient was `before`. Without curvature it says nothing. */
static void remember(struct optimizer_iteration *iteration, const double *start, const double *before)
{
	size_t count = iteration->arrays.count, at = *iteration->steps % PAIRS * count;
	double *s = (double *)iteration->arrays.moment[0] + at, *y = (double *)iteration->arrays.moment[1] + at;
	const double *theta = iteration->arrays.theta, *gradient = iteration->arrays.gradient;

	for (size_t j = 0; j < count; j++) {
		s[j] = theta[j] - start[j];
		y[j] = gradient[j] - before[j];
	}
	if (dot(s, y, count) > 0)
		(*iteration->steps)++;
}

static bool has_converged(const struct optimizer_iteration *iteration)
{
	const double *gradient = iteration->arrays.gradient;

	for (size_t j = 0; j < iteration->arrays.count; j++)
		if (!(fabs(gradient[j]) <= CONVERGED))
			return false;
	return true;
}

bool optimizer_iterate_lbfgs(struct optimizer_iteration *iteration)
{
	size_t count = iteration->arrays.count;
	double *start = iteration->scratch, *before = start + count, *direction = before + count;

	if (has_converged(iteration))
		return false;
	memcpy(start, iteration->arrays.theta, count * sizeof *start);
	memcpy(before, iteration->arrays.gradient, count * sizeof *before);
	for (;;) {
		struct line line = { iteration, start, direction, { 0, iteration->value, 0 }, 0 };
		find_direction(iteration, direction);
		line.first.slope = dot(before, direction, count);
		double step = *iteration->steps > 0 ? 1 : fmin(1, 1 / sqrt(-line.first.slope));
		if (line.first.slope < 0 && search(&line, step)) {
			remember(iteration, start, before);
			return true;
		}
		/* From pairs that mislead the way leads down the gradient; from there nowhere. */
		memcpy(iteration->arrays.theta, start, count * sizeof *start);
		if (*iteration->steps == 0)
			return false;
		*iteration->steps = 0;
		iteration->value = iteration->evaluate(iteration->context);
	}
}
