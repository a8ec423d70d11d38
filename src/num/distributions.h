/* Distribution functions that comparisons need. A tail is the probability of more than x. NaN where an argument is
 * outside of what is said. Compared with SciPy to 1e-10 (tests/reference/make_distributions.py); above 10,000 degrees
 * of freedom digits are lost. */
#ifndef HARDROW_NUM_DISTRIBUTIONS_H
#define HARDROW_NUM_DISTRIBUTIONS_H

/* The regularised incomplete beta function I_x(a, b); a, b > 0; x in [0, 1], y = 1 - x (given so that neither end loses
 * digits). The continued fraction of DLMF 8.17.22. */
double incomplete_beta(double a, double b, double x, double y);

/* Student's t of `freedom` > 0 degrees: the probability of more than |t| on both sides together; the t >= 0 of which
 * that probability is p in (0, 1). */
double student_t_sides(double t, double freedom);
double student_t_quantile(double p, double freedom);

/* Chi-square of `freedom` > 0, and F of (f1, f2) > 0 degrees of freedom; x >= 0. */
double chi_square_tail(double x, double freedom);
double f_tail(double x, double f1, double f2);

/* The range of k >= 2 normal numbers of known variance 1: the studentized range of infinitely many degrees of freedom;
 * q >= 0. And the q whose tail is p in (0, 1). */
double studentized_range_tail(double q, double k);
double studentized_range_quantile(double p, double k);

/* The exact test of McNemar (1947): the probability that of b + c fair coins at least as many as max(b, c) fall on one
 * side, whichever; b, c >= 0. 1 if there is none. */
double mcnemar_p(double b, double c);

#endif
