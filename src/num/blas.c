#include "num/blas.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "num/blas_library.h"

/* Its name for programs, by which the system finds it. */
static const char file[] = "libopenblas.so.0";

/* Bytes of addresses that it takes to load OpenBLAS and multiply, and more: where it gets no memory it tries for ever.
 */
#define ROOM ((size_t)256 << 20)

/* What the linker would keep: a writable global like the table of any shared library. */
struct blas_library blas_library;

static const struct {
	const char *name;
	size_t offset;
} functions[] = {
	{ "cblas_dgemm", offsetof(struct blas_library, dgemm) },
	{ "cblas_sgemm", offsetof(struct blas_library, sgemm) },
	{ "cblas_dnrm2", offsetof(struct blas_library, dnrm2) },
	{ "cblas_dsdot", offsetof(struct blas_library, dsdot) },
	{ "openblas_get_config", offsetof(struct blas_library, get_config) },
	{ "openblas_get_num_threads", offsetof(struct blas_library, get_num_threads) },
};

static enum err_code check_room(struct err *err)
{
	void *room = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return err_set(err, ERR_SYSTEM,
			       "not enough memory for OpenBLAS: it needs %zu MiB of address space ('ulimit -v')",
			       ROOM >> 20);
	(void)munmap(room, ROOM);
	return ERR_OK;
}

enum err_code blas_load(struct err *err)
{
	void *library;

	if (blas_library.dgemm != NULL)
		return ERR_OK;
	if (check_room(err) != ERR_OK)
		return err->code;
	/* Read while it loads: later it would have started a thread for each processor, which spin. */
	(void)setenv("OPENBLAS_NUM_THREADS", "1", 1);
	library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return err_set(err, ERR_SYSTEM, "OpenBLAS does not load (%s): Debian's package 'libopenblas0' has it",
			       dlerror());
	struct blas_library found = { 0 };
	for (size_t i = 0; i < ARRAY_LENGTH(functions); i++) {
		void *function = dlsym(library, functions[i].name);
		if (function == NULL)
			return err_set(err, ERR_SYSTEM, "%s: has no %s: it is not OpenBLAS", file, functions[i].name);
		*(void **)((char *)&found + functions[i].offset) = function;
	}
	blas_library = found;
	return ERR_OK;
}

const char *blas_name(void)
{
	return blas_library.get_config != NULL ? blas_library.get_config() : "none";
}

int blas_threads(void)
{
	return blas_library.get_num_threads != NULL ? blas_library.get_num_threads() : 0;
}
