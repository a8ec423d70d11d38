/* OpenBLAS, the few calls that are used. All matrices row-major and dense. One thread: more threads change the order of
 * summation and so the digits. */
#ifndef HARDROW_NUM_BLAS_H
#define HARDROW_NUM_BLAS_H

#include <stddef.h>

#include "base/err.h"
#include "base/pool.h"
#include "num/real.h"

/* Loads the library, with one thread. Before this the products and the norm must not be called: what does not train
 * does not pay for it. A second call does nothing. ERR_SYSTEM: it is not there, or there is no memory for it. */
MUST_CHECK enum err_code blas_load(struct err *err);

/* "OpenBLAS 0.3.21 …" as the library names itself, static; "none" and 0 threads while it is not loaded. */
const char *blas_name(void);
int blas_threads(void);

/* In both precisions (num/real.h): */
#define blas_norm REAL_NAME(blas_norm)
#define blas_multiply_add REAL_NAME(blas_multiply_add)
#define blas_multiply_transposed_add REAL_NAME(blas_multiply_transposed_add)
#define blas_multiply_first_transposed REAL_NAME(blas_multiply_first_transposed)

/* Euclidean norm of x (n), summed in double precision. */
double blas_norm(size_t n, const real *x);

/* The size of a product C (m, n), a sum over l, and whose threads share it (NULL: nobody's). A large one is computed in
 * pieces, rows of C by rows of C, which are the same for any number of threads, one included. OpenBLAS may take another
 * way to sum up for a product that is smaller or begins elsewhere: the pieces are so large, and begin at such rows,
 * that on all processors that were looked at (tests/unit/test_num_dense.c) the digits are those of the whole product.
 */
struct blas_size {
	size_t m, n, l;
	struct pool *pool;
};

/* C (m, n) += A (m, l) · B (l, n). */
void blas_multiply_add(const struct blas_size *size, const real *a, const real *b, real *c);

/* C (m, n) += A (m, l) · B^T, B (n, l). */
void blas_multiply_transposed_add(const struct blas_size *size, const real *a, const real *b, real *c);

/* C (m, n) = A^T · B, A (l, m), B (l, n). */
void blas_multiply_first_transposed(const struct blas_size *size, const real *a, const real *b, real *c);

#endif
