#include "base/mem.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Blocks so large are looked at all over, and in small pages most looks would first have to find the page. */
#define LARGE ((size_t)4 << 20)

/* Advice about the pages that lie in the block as a whole; *ret_first .. *ret_end. Returns whether it was taken. */
static bool advise(void *block, size_t bytes, int advice, char **ret_first, char **ret_end)
{
	/* Where pages are larger than here, what lies behind a part of one would go as well. */
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t first = ((uintptr_t)block + page - 1) / page * page;
	uintptr_t end = ((uintptr_t)block + bytes) / page * page;

	*ret_first = (char *)block + (first - (uintptr_t)block);
	*ret_end = end > first ? *ret_first + (end - first) : *ret_first;
	return end <= first || madvise(*ret_first, end - first, advice) == 0;
}

void mem_drop(void *block, size_t bytes)
{
	char *first, *end;

	/* If they cannot be taken they stay. */
	(void)advise(block, bytes, MADV_DONTNEED, &first, &end);
}

/* Pages that are given back are 0, and are there only once they are written to: many large blocks are not used in full.
 */
static void clear_large(void *block, size_t bytes)
{
	char *first, *end;

	/* Without large pages all is as before. */
	(void)advise(block, bytes, MADV_HUGEPAGE, &first, &end);
	if (!advise(block, bytes, MADV_DONTNEED, &first, &end)) {
		memset(block, 0, bytes);
		return;
	}
	memset(block, 0, (size_t)(first - (char *)block));
	memset(end, 0, (size_t)((char *)block + bytes - end));
}

enum err_code mem_alloc(size_t count, size_t size, void **ret_block, struct err *err)
{
	const size_t alignment = 64;

	if (size != 0 && count > (SIZE_MAX - alignment) / size)
		return err_set(err, ERR_SYSTEM, "out of memory: %zu objects of %zu bytes", count, size);
	size_t bytes = (count * size + alignment - 1) / alignment * alignment;
	if (bytes == 0)
		bytes = alignment;
	void *block = aligned_alloc(alignment, bytes);
	if (block == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory: %zu bytes", bytes);
	if (bytes >= LARGE)
		clear_large(block, bytes);
	else
		memset(block, 0, bytes);
	*ret_block = block;
	return ERR_OK;
}

enum err_code mem_copy_text(const char *text, char **ret_copy, struct err *err)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory: %zu bytes", strlen(text) + 1);
	*ret_copy = copy;
	return ERR_OK;
}

void mem_give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

void mem_free_texts(char **texts, size_t count)
{
	for (size_t i = 0; texts != NULL && i < count; i++)
		free(texts[i]);
	free(texts);
}

enum err_code mem_grow(void **items, size_t count, size_t *capacity, size_t size, struct err *err)
{
	if (count < *capacity)
		return ERR_OK;
	size_t wanted = *capacity == 0 ? 16 : *capacity * 2;
	void *grown = reallocarray(*items, wanted, size);
	if (grown == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory: %zu objects of %zu bytes", wanted, size);
	*items = grown;
	*capacity = wanted;
	return ERR_OK;
}

void mem_freep(void *pointer)
{
	void *block;

	memcpy(&block, pointer, sizeof block);
	free(block);
}
