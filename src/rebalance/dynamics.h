/* Training dynamics of every instance over the epochs that it was predicted in: running statistics, no per-epoch
 * memory. a_t = 1 if it was predicted right after epoch t. p_true_mean, p_true_sd   mean and population deviation of
 * p(true class) over epochs, by Welford's recurrence
 *                              ("confidence" and "variability": dataset cartography, Swayamdipta et al. 2020)
 *     correctness              share of epochs with a_t = 1
 *     forgetting events        number of epochs t with a_{t-1} = 1 and a_t = 0 (Toneva et al. 2019); not known for an
 *                              instance that was never learned
 *     first learned            the first t with a_t = 1 (Toneva et al. 2019)
 *     mean loss                mean of -ln p(true class)
 *     AUM                      mean of ln p_y - max_{j != y} ln p_j (area under the margin, Pleiss et al. 2020): of a
 *                              softmax these are the differences of the logits
 *     EL2N                     |p - onehot(y)|_2 after one early epoch (Paul et al. 2021)
 *     GraNd                    |gradient of -ln p_y by the last layer's weights and biases|_2 at the weights that the
 *                              same epoch begins with (Paul et al. 2021). With p the softmax of the network's logits
 *                              and h what its last layer reads, the gradient is (p - onehot(y)) (h, 1)^T, its norm
 *                              |p - onehot(y)|_2 sqrt(|h|^2 + 1)
 *     unlearned epochs         number of t with p_y(t-1) - p_y(t) > DYNAMICS_FALL, p_y(0) = 1/k: the unlearning
 *                              frequency of Yu et al. 2022, Figure 3, times the epochs */
#ifndef HARDROW_REBALANCE_DYNAMICS_H
#define HARDROW_REBALANCE_DYNAMICS_H

#include <stddef.h>

#include "base/err.h"
#include "base/state.h"

#define DYNAMICS_FALL 1e-5

struct dynamics {
	size_t el2n_epoch;
	size_t epoch;	       /* the number of the last */
	double *epochs;	       /* (n) that each was taken in with */
	double *mean;	       /* (n) of p_true */
	double *squares;       /* (n) sum of squared deviations from the mean */
	double *correct;       /* (n) epochs predicted right */
	double *forgotten;     /* (n) forgetting events */
	double *was_correct;   /* (n) 1 or 0, of the last epoch */
	double *first_learned; /* (n) 0: never */
	double *loss;	       /* (n) mean of -log p_true */
	double *margin;	       /* (n) AUM */
	double *el2n;	       /* (n) NAN until that epoch */
	double *grand;	       /* (n) NAN: not known; NULL: of nobody */
	double *unlearned;     /* (n) epochs in which p_true fell */
	double *last_p_true;   /* (n) */
};

/* Of k classes, without GraNd; el2n_epoch: of which epoch EL2N and GraNd are. */
MUST_CHECK enum err_code dynamics_create(size_t instances, size_t classes, size_t el2n_epoch,
					 struct dynamics **ret_dynamics, struct err *err);

/* Room for GraNd of so many instances, which is known of nobody. */
MUST_CHECK enum err_code dynamics_add_grand(struct dynamics *dynamics, size_t instances, struct err *err);
void dynamics_free(struct dynamics *dynamics);
void dynamics_freep(struct dynamics **dynamics);

/* All of them, of so many instances. */
void dynamics_visit_state(struct dynamics *dynamics, size_t instances, struct state_visitor *visitor);

/* Opens an epoch, of a number above the last; then dynamics_update for every instance. */
void dynamics_begin_epoch(struct dynamics *dynamics, size_t epoch);

/* Some instances after the open epoch; (count), classes as doubles. */
struct dynamics_tile {
	const double *p_true, *log_p_true, *margin; /* margin: log p_y less the largest log p of another class */
	const double *predicted, *y;
	const double *p; /* (k, stride), of which the first `count` of each class */
	size_t classes, stride;
};

/* Instances first .. first+count-1. */
void dynamics_update(struct dynamics *dynamics, size_t first, size_t count, const struct dynamics_tile *tile);

/* GraNd of instances first .. first+count-1, of which `tile` needs p, y, classes and stride; features (h, stride). */
void dynamics_take_grand(struct dynamics *dynamics, size_t first, size_t count, const struct dynamics_tile *tile,
			 const double *features, size_t h);

double dynamics_p_true_sd(const struct dynamics *dynamics, size_t i);

#endif
