#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE ((uintptr_t)4096)

/* Blocks so large are looked at all over, and in small pages most looks would first have to find the page. */
#define LARGE ((size_t)4 << 20)

static void ask_for_large_pages(void *block, size_t bytes)
{
	uintptr_t first = ((uintptr_t)block + PAGE - 1) / PAGE * PAGE;

	/* Without them all is as before. */
	(void)madvise((void *)first, (uintptr_t)block + bytes - first, MADV_HUGEPAGE);
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
		ask_for_large_pages(block, bytes);
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
