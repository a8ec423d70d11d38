/* Preloaded into a program: the n-th allocation of memory fails.
 *     FAIL_ALLOCATION=n      the n-th from the start of main (from 1)
 *     FAIL_ALLOCATION=n,all  the n-th and all after it
 *     FAIL_REPORT=FILE       at the end of the program, how many there were is written to FILE */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, under the names that are not replaced here. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static atomic_long allocations;
static long first_failure;
static bool fails_on, counting;

/* A preloaded library is initialised last, just before main. */
__attribute__((constructor)) static void start(void)
{
	const char *order = getenv("FAIL_ALLOCATION");

	if (order != NULL) {
		first_failure = atol(order);
		fails_on = strstr(order, ",all") != NULL;
	}
	counting = true;
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("FAIL_REPORT");

	counting = false;
	FILE *file = path == NULL ? NULL : fopen(path, "w");
	if (file == NULL)
		return;
	fprintf(file, "%ld\n", atomic_load(&allocations));
	fclose(file);
}

static bool fails(void)
{
	if (!counting)
		return false;
	long number = atomic_fetch_add(&allocations, 1) + 1;
	if (first_failure == 0 || (number != first_failure && !(fails_on && number > first_failure)))
		return false;
	errno = ENOMEM;
	return true;
}

/* A library that is loaded starts as it would before main: Fortran's cannot fail, it ends the program. */
void *dlopen(const char *path, int flags)
{
	void *(*load)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
	bool counted = counting;

	counting = false;
	void *library = load(path, flags);
	counting = counted;
	return library;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return fails() ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
	return aligned_alloc(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	void *memory = aligned_alloc(alignment, size);

	if (memory == NULL)
		return ENOMEM;
	*ret = memory;
	return 0;
}
