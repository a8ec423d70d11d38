/* How the features of a data set lie in the table feature_block: an instance is a row of bytes, a feature some of them,
 * in the narrowest form that gives back exactly its numbers. The rows of table `feature` say which form it is; the view
 * `features` reads them in SQL. */
#ifndef HARDROW_BASE_PACKING_H
#define HARDROW_BASE_PACKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Instances in a row of feature_block; the last one of a data set has fewer. */
#define PACKING_INSTANCES 64

/* Little-endian. The unsigned ones are n of the number (low + n) / divisor, all bits set: NaN. */
enum packing_kind { PACKING_UINT8, PACKING_UINT16, PACKING_UINT32, PACKING_FLOAT32, PACKING_FLOAT64 };

struct packing {
	enum packing_kind kind;
	size_t place; /* of its first byte in an instance's row */
	int64_t low;
	double divisor; /* a power of ten: decimal numbers are whole ones, divided */
};

const char *packing_name(size_t i); /* as in feature.storage; NULL behind the last */
bool packing_find(const char *name, enum packing_kind *ret_kind);
size_t packing_width(enum packing_kind kind);

/* Chooses the form of each feature of x (n, d), row-major, so that packing_read() gives back every number, NaN as NaN,
 * bit by bit otherwise. Returns the bytes of an instance. */
size_t packing_choose(const double *x, size_t n, size_t d, struct packing *ret_packings);

/* A number of what its feature was chosen for, into or out of the row of its instance. */
void packing_write(const struct packing *packing, double value, unsigned char *row);
double packing_read(const struct packing *packing, const unsigned char *row);

#endif
