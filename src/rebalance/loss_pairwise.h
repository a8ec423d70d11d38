/* The texts of the pairwise-margin loss, as settings take them. */
#ifndef HARDROW_REBALANCE_LOSS_PAIRWISE_H
#define HARDROW_REBALANCE_LOSS_PAIRWISE_H

#include "base/err.h"

/* ERR_INPUT unless `text` is "one", "inverse", or a list of numbers above 0: "1,2,5". */
MUST_CHECK enum err_code pairwise_check_alpha(const char *text, struct err *err);

/* ERR_INPUT unless `text` is "zero", "adaptive", "equalized", "logit-adjusted", or a square of numbers, row by row:
 * "0,1;2,0". */
MUST_CHECK enum err_code pairwise_check_delta(const char *text, struct err *err);

#endif
