/* The two precisions of networks. A source file that works on `real` is compiled twice, as double and, with
 * HARDROW_SINGLE defined, as float; REAL_NAME gives what it defines a name of its own in each. Only num and model have
 * such files: everywhere else `real` is double and the names are those of the double functions. */
#ifndef HARDROW_NUM_REAL_H
#define HARDROW_NUM_REAL_H

#ifdef HARDROW_SINGLE
typedef float real;
#define REAL_NAME(name) name##_single
#define REAL_IS_DOUBLE 0
#else
typedef double real;
#define REAL_NAME(name) name##_double
#define REAL_IS_DOUBLE 1
#endif

#endif
