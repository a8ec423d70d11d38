#include "rebalance/seen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code seen_create(const struct instances *instances, struct seen **ret_seen, struct err *err)
{
	AUTO(seen_freep) struct seen *made = NULL;

	if (mem_new(&made, 1, err) != ERR_OK || mem_new(&made->is_seen, instances->count, err) != ERR_OK ||
	    mem_new(&made->index, instances->count, err) != ERR_OK ||
	    mem_new(&made->class_count, 2 * instances->classes, err) != ERR_OK)
		return err->code;
	*ret_seen = take_ptr(&made);
	return ERR_OK;
}

void seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	free(seen->is_seen);
	free(seen->index);
	free(seen->class_count);
	free(seen);
}

void seen_freep(struct seen **seen)
{
	seen_free(*seen);
}

static struct part count_part(const struct seen *seen, const struct instances *instances, const struct part *whole,
			      uint32_t *index, uint32_t *class_count)
{
	size_t count = 0;

	memset(class_count, 0, instances->classes * sizeof *class_count);
	for (size_t i = 0; i < whole->count; i++) {
		uint32_t at = whole->index[i];
		if (seen->is_seen[at] == 0)
			continue;
		index[count++] = at;
		class_count[instances->y[at]]++;
	}
	return (struct part){ count, index, class_count };
}

void seen_count(struct seen *seen, const struct instances *instances)
{
	seen->count = 0;
	for (size_t i = 0; i < instances->count; i++)
		seen->count += seen->is_seen[i];
	seen->train = count_part(seen, instances, &instances->train, seen->index, seen->class_count);
	seen->test = count_part(seen, instances, &instances->test, seen->index + seen->train.count,
				seen->class_count + instances->classes);
}
