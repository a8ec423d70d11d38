/* Memory: checked allocation and owned locals.
 *
 *     AUTO(mem_freep) double *x = NULL;           // freed when the scope ends
 *     ...
 *     *ret_x = take_ptr(&x);                      // handed over: the scope frees nothing
 */
#ifndef HARDROW_BASE_MEM_H
#define HARDROW_BASE_MEM_H

#include <stddef.h>

#include "base/err.h"

#define AUTO(done) __attribute__((cleanup(done)))

/* Returns *pointer and sets it to NULL. */
#define take_ptr(pointer)                                                                                              \
	__extension__({                                                                                                \
		__typeof__(*(pointer)) taken_ = *(pointer);                                                            \
		*(pointer) = NULL;                                                                                     \
		taken_;                                                                                                \
	})

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof *(array))

/* `count` zeroed objects of `size` bytes, aligned to 64 bytes (a cache line, a vector register). The block is freed
 * with free(). count * size may be 0: the pointer is still valid to free. ERR_SYSTEM when memory is short or the
 * product overflows. */
MUST_CHECK enum err_code mem_alloc(size_t count, size_t size, void **ret_block, struct err *err);

/* Typed form: `double *x = NULL; if (mem_new(&x, n, err) != ERR_OK) return err->code;` */
#define mem_new(ret_pointer, count, err)                                                                               \
	__extension__({                                                                                                \
		void *block_ = NULL;                                                                                   \
		enum err_code code_ = mem_alloc((count), sizeof **(ret_pointer), &block_, (err));                      \
		if (code_ == ERR_OK)                                                                                   \
			*(ret_pointer) = block_;                                                                       \
		code_;                                                                                                 \
	})

/* The memory of some of a block's bytes, as far as they fill pages, goes back to the system until they are written to
 * again; what was in them is lost. */
void mem_drop(void *block, size_t bytes);

/* A copy of `text`, freed with free(). */
MUST_CHECK enum err_code mem_copy_text(const char *text, char **ret_copy, struct err *err);

/* Gives the system back what the C library keeps of many small blocks that were freed. */
void mem_give_back(void);

/* Frees `count` texts and the array of them, which may be NULL. */
void mem_free_texts(char **texts, size_t count);

/* Makes room for one more element: *items holds `count` elements of `size` bytes with room for *capacity; on success
 * there is room for count + 1. Grows by doubling with realloc (no alignment promise). */
MUST_CHECK enum err_code mem_grow(void **items, size_t count, size_t *capacity, size_t size, struct err *err);

/* Typed form: `if (mem_more(&items, count, &capacity, err) != ERR_OK) return err->code;` */
#define mem_more(items, count, capacity, err)                                                                          \
	__extension__({                                                                                                \
		void *grown_ = *(items);                                                                               \
		enum err_code code_ = mem_grow(&grown_, (count), (capacity), sizeof **(items), (err));                 \
		*(items) = grown_;                                                                                     \
		code_;                                                                                                 \
	})

/* For AUTO: frees *pointer (any pointer's address). */
void mem_freep(void *pointer);

#endif
