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
