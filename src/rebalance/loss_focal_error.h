/* Focal-R, the focal losses of a difference (Yang et al. 2021, section 4.1): |d|^power times the gamma-th power of
 *     sigmoid  2 sigma(beta |d|) - 1 = tanh(beta |d| / 2)
 *     tanh     tanh(beta |d|)  */
#ifndef HARDROW_REBALANCE_LOSS_FOCAL_ERROR_H
#define HARDROW_REBALANCE_LOSS_FOCAL_ERROR_H

#include "rebalance/loss.h"

/* ERR_INPUT: it is no name of a form. */
MUST_CHECK enum err_code focal_check_form(const char *text, struct err *err);

#endif
