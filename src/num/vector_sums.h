/* Sums of the lanes of many vectors at once (num/vector.h), in both precisions (num/real.h). Private to num. */
#ifndef HARDROW_NUM_VECTOR_SUMS_H
#define HARDROW_NUM_VECTOR_SUMS_H

#include "num/vector.h"

/* a and b hold groups of lanes, each the rest of a vector that is being summed up. The lower halves of all their groups
 * plus the upper halves, in one vector: those of a, then those of b. */
#if REAL_IS_DOUBLE
#define ADD_GROUPS_OF_8(a, b)                                                                                          \
	(__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11) +                                                     \
	 __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15))
#define ADD_GROUPS_OF_4(a, b)                                                                                          \
	(__builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13) +                                                     \
	 __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15))
#define ADD_GROUPS_OF_2(a, b)                                                                                          \
	(__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +                                                    \
	 __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15))
#else
#define ADD_GROUPS_OF_16(a, b)                                                                                         \
	(__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +                       \
	 __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define ADD_GROUPS_OF_8(a, b)                                                                                          \
	(__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +                     \
	 __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define ADD_GROUPS_OF_4(a, b)                                                                                          \
	(__builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) +                     \
	 __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31))
#define ADD_GROUPS_OF_2(a, b)                                                                                          \
	(__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +                    \
	 __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))
#endif

/* Lane i <- real_vector_sum(v[i]), v (REAL_LANES), added in the same order: equal to the last bit. v is used up. */
VECTOR_INLINE real_vector real_vector_sums(real_vector *v)
{
	int left = (int)REAL_LANES;

#if !REAL_IS_DOUBLE
	left /= 2;
	for (int i = 0; i < left; i++)
		v[i] = ADD_GROUPS_OF_16(v[2 * i], v[2 * i + 1]);
#endif
	left /= 2;
	for (int i = 0; i < left; i++)
		v[i] = ADD_GROUPS_OF_8(v[2 * i], v[2 * i + 1]);
	left /= 2;
	for (int i = 0; i < left; i++)
		v[i] = ADD_GROUPS_OF_4(v[2 * i], v[2 * i + 1]);
	return ADD_GROUPS_OF_2(v[0], v[1]);
}

#endif
