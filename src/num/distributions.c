#include "num/distributions.h"

#include <float.h>
#include <math.h>

/* Far more steps than either fraction or series needs for arguments that occur. */
#define STEPS_MAX 100000

/* Keeps Lentz's method from dividing by zero. */
static double away_from_zero(double x)
{
	return fabs(x) < DBL_MIN ? DBL_MIN : x;
}

/* Lentz's method (as modified by Thompson and Barnett 1986) for 1 / (1 + d_1 / (1 + d_2 / (1 + ...))). */
static double beta_fraction(double a, double b, double x)
{
	double c = 1;
	double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
	double value = d;

	for (int m = 1; m < STEPS_MAX; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 / away_from_zero(1 + even * d);
		c = away_from_zero(1 + even / c);
		value *= c * d;
		d = 1 / away_from_zero(1 + odd * d);
		c = away_from_zero(1 + odd / c);
		value *= c * d;
		if (fabs(c * d - 1) < DBL_EPSILON)
			break;
	}
	return value;
}

/* lgamma() writes a global. */
static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

double incomplete_beta(double a, double b, double x, double y)
{
	if (!(a > 0 && b > 0 && x >= 0 && y >= 0))
		return NAN;
	if (x == 0 || y == 0)
		return x == 0 ? 0 : 1;
	double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log(y));
	/* The fraction converges fast on this side of the mean. */
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, y) / b;
}

double student_t_sides(double t, double freedom)
{
	double square = t * t;

	if (!(freedom > 0) || isnan(t))
		return NAN;
	if (isinf(square))
		return 0;
	return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + square), square / (freedom + square));
}

/* The x >= 0 where the falling function is p < its value at 0; infinity where rounding keeps it above p. */
static double solve(double (*falling)(double x, double parameter), double parameter, double p)
{
	double low = 0;
	double high = 1;

	while (falling(high, parameter) > p) {
		if (isinf(high))
			return high;
		high *= 2;
	}
	for (;;) {
		double middle = low + (high - low) / 2;
		if (middle <= low || middle >= high)
			return middle;
		if (falling(middle, parameter) > p)
			low = middle;
		else
			high = middle;
	}
}

double student_t_quantile(double p, double freedom)
{
	return p > 0 && p < 1 && freedom > 0 ? solve(student_t_sides, freedom, p) : NAN;
}

/* Lower incomplete gamma function over gamma(a), by its series (DLMF 8.7.1), without the factor in front. */
static double gamma_series(double a, double x)
{
	double term = 1 / a;
	double sum = term;

	for (int n = 1; n < STEPS_MAX && term > sum * DBL_EPSILON; n++) {
		term *= x / (a + n);
		sum += term;
	}
	return sum;
}

/* The upper one, by its continued fraction (DLMF 8.9.2), likewise. */
static double gamma_fraction(double a, double x)
{
	double b = x + 1 - a;
	double c = 1 / DBL_MIN;
	double d = 1 / away_from_zero(b);
	double value = d;

	for (int n = 1; n < STEPS_MAX; n++) {
		double an = -n * (n - a);
		b += 2;
		d = 1 / away_from_zero(an * d + b);
		c = away_from_zero(b + an / c);
		value *= c * d;
		if (fabs(c * d - 1) < DBL_EPSILON)
			break;
	}
	return value;
}

double chi_square_tail(double x, double freedom)
{
	double a = freedom / 2;

	if (!(freedom > 0 && x >= 0))
		return NAN;
	if (x == 0 || isinf(x))
		return x == 0 ? 1 : 0;
	double front = exp(a * log(x / 2) - x / 2 - log_gamma(a));
	return x / 2 < a + 1 ? 1 - front * gamma_series(a, x / 2) : front * gamma_fraction(a, x / 2);
}

double f_tail(double x, double f1, double f2)
{
	if (!(x >= 0 && f1 > 0 && f2 > 0))
		return NAN;
	if (isinf(x))
		return 0;
	return incomplete_beta(f2 / 2, f1 / 2, f2 / (f2 + f1 * x), f1 * x / (f2 + f1 * x));
}

static double normal_cdf(double x)
{
	return erfc(-x * M_SQRT1_2) / 2;
}

double studentized_range_tail(double q, double k)
{
	const double step = 0.05;
	double sum = 0;

	if (!(q >= 0 && k >= 2))
		return NAN;
	/* P(range <= q) = k times the integral of phi(z) (Phi(z) - Phi(z - q))^(k-1): the largest lies at z. Sums of
	 * equal steps converge exponentially for a function that is smooth and falls like this one. */
	for (double z = -9; z <= 9; z += step)
		sum += exp(-z * z / 2) * pow(normal_cdf(z) - normal_cdf(z - q), k - 1);
	return fmax(1 - k * sum * step * M_SQRT1_2 * M_2_SQRTPI / 2, 0);
}

double studentized_range_quantile(double p, double k)
{
	return p > 0 && p < 1 && k >= 2 ? solve(studentized_range_tail, k, p) : NAN;
}

double mcnemar_p(double b, double c)
{
	double less = fmin(b, c);
	double more = fmax(b, c);

	if (!(b >= 0 && c >= 0))
		return NAN;
	if (less == more)
		return 1;
	return fmin(2 * incomplete_beta(more, less + 1, 0.5, 0.5), 1);
}
