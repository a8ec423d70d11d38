/* Linked into the tests of what multiplies matrices: OpenBLAS is there before they start. */
#include <stdlib.h>

#include "num/blas.h"

static void __attribute__((constructor)) load_blas(void)
{
	struct err err = { 0 };

	if (blas_load(&err) != ERR_OK)
		abort();
}
