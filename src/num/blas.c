#include "num/blas.h"

#include <cblas.h>

/* OpenBLAS's own, not in its header; its serial build has none. */
extern int blas_thread_shutdown_(void) __attribute__((weak));

void blas_use_one_thread(void)
{
	openblas_set_num_threads(1);
	/* The library starts a thread for each processor when it is loaded, and they spin for a tenth of a second. */
	if (blas_thread_shutdown_ != NULL)
		(void)blas_thread_shutdown_();
}

const char *blas_name(void)
{
	return openblas_get_config();
}

int blas_threads(void)
{
	return openblas_get_num_threads();
}

void blas_multiply_add(size_t m, size_t n, size_t l, const double *a, const double *b, double *c)
{
	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)l, 1.0, a, (blasint)l,
		    b, (blasint)n, 1.0, c, (blasint)n);
}

void blas_multiply_transposed_add(size_t m, size_t n, size_t l, const double *a, const double *b, double *c)
{
	cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)m, (blasint)n, (blasint)l, 1.0, a, (blasint)l, b,
		    (blasint)l, 1.0, c, (blasint)n);
}

void blas_multiply_first_transposed(size_t m, size_t n, size_t l, const double *a, const double *b, double *c)
{
	cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)l, 1.0, a, (blasint)m, b,
		    (blasint)n, 0.0, c, (blasint)n);
}

double blas_norm(size_t n, const double *x)
{
	return cblas_dnrm2((blasint)n, x, 1);
}
