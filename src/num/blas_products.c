/* Compiled twice: as double and as float (num/real.h). */
#include <math.h>
#include <stdbool.h>

#include "num/blas.h"
#include "num/blas_library.h"

#if REAL_IS_DOUBLE
#define GEMM blas_library.dgemm
#else
#define GEMM blas_library.sgemm
#endif

/* A piece has so many multiplications at least, below which sharing costs more than it gains, and so many rows, below
 * which OpenBLAS spends more on the other matrix than it saves. Pieces begin at multiples of ROW_STEP: a product's
 * kernels work on 4, 6, 8 or 12 rows at once. */
#define PIECE_MULTIPLICATIONS ((size_t)8 << 20)
#define PIECE_ROWS 96
#define ROW_STEP 24

struct product {
	const struct blas_size *size;
	size_t pieces;
	CBLAS_TRANSPOSE transpose_a, transpose_b;
	const real *a, *b;
	real beta; /* C is multiplied by it first */
	real *c;
};

/* A power of two, as processors are. */
static size_t count_pieces(const struct blas_size *size)
{
	size_t work = size->m * size->n * size->l;
	size_t pieces = 1;

	while (work / (2 * pieces) >= PIECE_MULTIPLICATIONS && size->m / (2 * pieces) >= PIECE_ROWS)
		pieces *= 2;
	return pieces;
}

static size_t first_row(const struct product *product, size_t piece)
{
	size_t m = product->size->m;

	return piece == product->pieces ? m : (m * piece / product->pieces + ROW_STEP / 2) / ROW_STEP * ROW_STEP;
}

static void multiply_rows(void *context, size_t piece, size_t thread)
{
	const struct product *product = context;
	size_t n = product->size->n, l = product->size->l;
	size_t first = first_row(product, piece);
	bool is_transposed = product->transpose_a == CblasTrans;

	(void)thread;
	GEMM(CblasRowMajor, product->transpose_a, product->transpose_b,
	     (blasint)(first_row(product, piece + 1) - first), (blasint)n, (blasint)l, 1.0,
	     product->a + (is_transposed ? first : first * l), (blasint)(is_transposed ? product->size->m : l),
	     product->b, (blasint)(product->transpose_b == CblasTrans ? l : n), product->beta, product->c + first * n,
	     (blasint)n);
}

static void multiply(struct product *product)
{
	product->pieces = count_pieces(product->size);
	pool_run(product->size->pool, product->pieces, multiply_rows, product);
}

void blas_multiply_add(const struct blas_size *size, const real *a, const real *b, real *c)
{
	multiply(&(struct product){ size, 0, CblasNoTrans, CblasNoTrans, a, b, 1, c });
}

void blas_multiply_transposed_add(const struct blas_size *size, const real *a, const real *b, real *c)
{
	multiply(&(struct product){ size, 0, CblasNoTrans, CblasTrans, a, b, 1, c });
}

void blas_multiply_first_transposed(const struct blas_size *size, const real *a, const real *b, real *c)
{
	multiply(&(struct product){ size, 0, CblasTrans, CblasNoTrans, a, b, 0, c });
}

double blas_norm(size_t n, const real *x)
{
#if REAL_IS_DOUBLE
	return blas_library.dnrm2((blasint)n, x, 1);
#else
	return sqrt(blas_library.dsdot((blasint)n, x, 1, x, 1));
#endif
}
