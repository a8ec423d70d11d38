/* The functions of OpenBLAS that num calls, as it was found when blas_load() ran. Only num/blas*.c include this. */
#ifndef HARDROW_NUM_BLAS_LIBRARY_H
#define HARDROW_NUM_BLAS_LIBRARY_H

#include <cblas.h>

struct blas_library {
	__typeof__(cblas_dgemm) *dgemm;
	__typeof__(cblas_sgemm) *sgemm;
	__typeof__(cblas_dnrm2) *dnrm2;
	__typeof__(cblas_dsdot) *dsdot;
	__typeof__(openblas_get_config) *get_config;
	__typeof__(openblas_get_num_threads) *get_num_threads;
};

/* Written once, by blas_load(). */
extern struct blas_library blas_library;

#endif
