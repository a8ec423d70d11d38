/* Cumulative learning of two branches: Zhou et al., "BBN: Bilateral-Branch Network with Cumulative Learning for
 * Long-Tailed Visual Recognition", CVPR 2020. Each step takes instances x_c of uniform draws through one branch and as
 * many x_r of reversed draws (sampler_reversed.c) through the other; with alpha of the epoch
 *     z = 2 (alpha W_c f_c(x_c) + (1 - alpha) W_r f_r(x_r)),   loss = alpha CE(z, y_c) + (1 - alpha) CE(z, y_r)
 * (their eq. 1 and 3 with the factor 2 of their code); predictions have alpha = 1/2 and x_c = x_r. */
#ifndef HARDROW_REBALANCE_BILATERAL_H
#define HARDROW_REBALANCE_BILATERAL_H

#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"

/* ERR_INPUT: not one of those below. */
MUST_CHECK enum err_code bilateral_check_mix(const char *text, struct err *err);

/* alpha of epoch t of T, from 1, with e = (t - 1) / T as in their code (their Table 4):
 *     parabolic            1 - e^2
 *     linear               1 - e
 *     cosine               cos(e pi / 2)
 *     parabolic-increment  e^2
 *     equal                1/2
 *     beta                 drawn anew for each batch from Beta(0.2, 0.2); with rng NULL its mean, 1/2 */
double bilateral_alpha(const char *mix, size_t epoch, size_t epochs, struct rng *rng);

#endif
