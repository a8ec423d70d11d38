/* Compiled twice: as double and as float (num/real.h). */
#include <math.h>

#include "num/blas.h"
#include "num/blas_library.h"

#if REAL_IS_DOUBLE
#define GEMM blas_library.dgemm
#else
#define GEMM blas_library.sgemm
#endif

void blas_multiply_add(size_t m, size_t n, size_t l, const real *a, const real *b, real *c)
{
	GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)l, 1.0, a, (blasint)l, b,
	     (blasint)n, 1.0, c, (blasint)n);
}

void blas_multiply_transposed_add(size_t m, size_t n, size_t l, const real *a, const real *b, real *c)
{
	GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)m, (blasint)n, (blasint)l, 1.0, a, (blasint)l, b,
	     (blasint)l, 1.0, c, (blasint)n);
}

void blas_multiply_first_transposed(size_t m, size_t n, size_t l, const real *a, const real *b, real *c)
{
	GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, (blasint)m, (blasint)n, (blasint)l, 1.0, a, (blasint)m, b,
	     (blasint)n, 0.0, c, (blasint)n);
}

double blas_norm(size_t n, const real *x)
{
#if REAL_IS_DOUBLE
	return blas_library.dnrm2((blasint)n, x, 1);
#else
	return sqrt(blas_library.dsdot((blasint)n, x, 1, x, 1));
#endif
}
