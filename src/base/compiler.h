/* What the program was built with. */
#ifndef HARDROW_BASE_COMPILER_H
#define HARDROW_BASE_COMPILER_H

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

#endif
