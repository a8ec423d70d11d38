#include "num/nearest.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "num/blas.h"

/* Rows at once: their inner products take 2 MB. */
#define QUERY_ROWS 128
#define AMONG_ROWS 2048

/* An inner product's distance may be off by so much of the squared lengths, and more than rounding ever is. */
#define SLACK 1e-10

struct block {
	size_t count;
	const uint32_t *index;
	double *rows;	 /* (count, d) */
	double *squares; /* (count) */
};

struct search {
	const double *x;
	size_t features, k;
	struct block query, among;
	double *products;  /* (query, among) */
	double *distance;  /* (query, k) of those found, ascending; INFINITY: none yet */
	uint32_t *nearest; /* (query, k) */
};

static void fill_block(struct block *block, const double *x, size_t features, const uint32_t *index, size_t count)
{
	block->count = count;
	block->index = index;
	for (size_t i = 0; i < count; i++) {
		double *row = block->rows + i * features;
		double sum = 0;
		memcpy(row, x + index[i] * features, features * sizeof *row);
		for (size_t j = 0; j < features; j++)
			sum += row[j] * row[j];
		block->squares[i] = sum;
	}
}

static double exact_distance(const double *a, const double *b, size_t features)
{
	double sum = 0;

	for (size_t j = 0; j < features; j++)
		sum += (a[j] - b[j]) * (a[j] - b[j]);
	/* Numbers too large to be squared are as far away as can be. */
	return fmin(sum, DBL_MAX);
}

static void insert(struct search *search, size_t q, double distance, uint32_t at)
{
	double *found = search->distance + q * search->k;
	uint32_t *nearest = search->nearest + q * search->k;
	size_t place = search->k;

	/* Rows come by ascending index: one as far as another stays behind it. */
	while (place > 0 && distance < found[place - 1])
		place--;
	if (place == search->k)
		return;
	memmove(found + place + 1, found + place, (search->k - 1 - place) * sizeof *found);
	memmove(nearest + place + 1, nearest + place, (search->k - 1 - place) * sizeof *nearest);
	found[place] = distance;
	nearest[place] = at;
}

static void compare_blocks(struct search *search)
{
	size_t d = search->features, m = search->query.count, n = search->among.count;

	memset(search->products, 0, m * n * sizeof *search->products);
	blas_multiply_transposed_add(&(struct blas_size){ m, n, d, NULL }, search->query.rows, search->among.rows,
				     search->products);
	for (size_t q = 0; q < m; q++)
		for (size_t i = 0; i < n; i++) {
			double squares = search->query.squares[q] + search->among.squares[i];
			double about = squares - 2 * search->products[q * n + i];
			double worst = search->distance[(q + 1) * search->k - 1];
			bool is_far = worst < INFINITY && about - SLACK * squares >= worst;
			if (is_far || search->query.index[q] == search->among.index[i])
				continue;
			insert(search, q, exact_distance(search->query.rows + q * d, search->among.rows + i * d, d),
			       search->among.index[i]);
		}
}

static void find(struct search *search, const struct nearest_rows *queries, const struct nearest_rows *among,
		 uint32_t *ret_near)
{
	for (size_t first = 0; first < queries->count; first += QUERY_ROWS) {
		size_t left = queries->count - first;
		fill_block(&search->query, search->x, search->features, queries->index + first,
			   left < QUERY_ROWS ? left : QUERY_ROWS);
		for (size_t i = 0; i < search->query.count * search->k; i++)
			search->distance[i] = INFINITY;
		search->nearest = ret_near + first * search->k;
		for (size_t begin = 0; begin < among->count; begin += AMONG_ROWS) {
			left = among->count - begin;
			fill_block(&search->among, search->x, search->features, among->index + begin,
				   left < AMONG_ROWS ? left : AMONG_ROWS);
			compare_blocks(search);
		}
	}
}

enum err_code nearest_find(const double *x, size_t features, const struct nearest_rows *queries,
			   const struct nearest_rows *among, size_t k, uint32_t *ret_near, struct err *err)
{
	AUTO(mem_freep) double *query = NULL;
	AUTO(mem_freep) double *rows = NULL;
	AUTO(mem_freep) double *squares = NULL;
	AUTO(mem_freep) double *products = NULL;
	AUTO(mem_freep) double *distance = NULL;

	if (k == 0)
		return ERR_OK;
	if (mem_new(&query, QUERY_ROWS * features, err) != ERR_OK ||
	    mem_new(&rows, AMONG_ROWS * features, err) != ERR_OK ||
	    mem_new(&squares, QUERY_ROWS + AMONG_ROWS, err) != ERR_OK ||
	    mem_new(&products, QUERY_ROWS * AMONG_ROWS, err) != ERR_OK ||
	    mem_new(&distance, QUERY_ROWS * k, err) != ERR_OK)
		return err->code;
	struct search search = {
		.x = x,
		.features = features,
		.k = k,
		.query = { .rows = query, .squares = squares },
		.among = { .rows = rows, .squares = squares + QUERY_ROWS },
		.products = products,
		.distance = distance,
	};
	find(&search, queries, among, ret_near);
	return ERR_OK;
}
