/* Data sets made from others. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"

enum err_code dataset_identify(struct dataset *dataset, const char *suffix, const char *choice, struct err *err)
{
	struct text identity AUTO(text_done) = { 0 };

	if (text_append(&identity, err, "%s %s %s", dataset->sha256, suffix, choice) != ERR_OK)
		return err->code;
	file_sha256(identity.data, identity.length, dataset->sha256);
	return ERR_OK;
}

enum err_code dataset_derive(struct dataset *dataset, const char *suffix, const char *choice, struct err *err)
{
	struct text name AUTO(text_done) = { 0 };

	if (text_append(&name, err, "%s-%s", dataset->name, suffix) != ERR_OK ||
	    dataset_identify(dataset, suffix, choice, err) != ERR_OK)
		return err->code;
	free(dataset->name);
	dataset->name = take_ptr(&name.data);
	return ERR_OK;
}

static enum err_code copy_texts(char *const *texts, size_t count, char ***ret_copy, struct err *err)
{
	if (mem_new(ret_copy, count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++)
		if (mem_copy_text(texts[i], &(*ret_copy)[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code copy_level_places(const struct dataset *source, struct dataset *copy, struct err *err)
{
	if (source->level_at == NULL)
		return ERR_OK;
	if (mem_new(&copy->level_at, source->features, err) != ERR_OK)
		return err->code;
	memcpy(copy->level_at, source->level_at, source->features * sizeof *copy->level_at);
	return ERR_OK;
}

static enum err_code copy_names(const struct dataset *source, struct dataset *copy, struct err *err)
{
	memcpy(copy->sha256, source->sha256, sizeof copy->sha256);
	memcpy(copy->origin, source->origin, sizeof copy->origin);
	copy->missing = source->missing;
	copy->features = source->features;
	copy->classes = source->classes;
	copy->subclasses = source->subclasses;
	copy->groups = source->groups;
	copy->has_images = source->has_images;
	copy->has_levels = source->has_levels;
	if (mem_copy_text(source->name, &copy->name, err) != ERR_OK ||
	    mem_copy_text(source->path, &copy->path, err) != ERR_OK ||
	    mem_copy_text(source->label, &copy->label, err) != ERR_OK ||
	    copy_texts(source->feature_names, source->features, &copy->feature_names, err) != ERR_OK ||
	    copy_level_places(source, copy, err) != ERR_OK ||
	    copy_texts(source->class_names, source->classes, &copy->class_names, err) != ERR_OK)
		return err->code;
	return source->subclass == NULL
		   ? ERR_OK
		   : copy_texts(source->subclass_names, source->subclasses, &copy->subclass_names, err);
}

static enum err_code allocate(const struct dataset *source, struct dataset *copy, size_t n, struct err *err)
{
	copy->instances = n;
	if (mem_new(&copy->x, n * source->features, err) != ERR_OK || mem_new(&copy->y, n, err) != ERR_OK ||
	    mem_new(&copy->instance_id, n, err) != ERR_OK || mem_new(&copy->source_line, n, err) != ERR_OK ||
	    (source->target != NULL && mem_new(&copy->target, n, err) != ERR_OK) ||
	    (source->own_part != NULL && mem_new(&copy->own_part, n, err) != ERR_OK) ||
	    (source->subclass != NULL && mem_new(&copy->subclass, n, err) != ERR_OK) ||
	    (source->group != NULL && mem_new(&copy->group, n, err) != ERR_OK) ||
	    (source->flipped_from != NULL && mem_new(&copy->flipped_from, n, err) != ERR_OK))
		return err->code;
	return ERR_OK;
}

static void copy_instance(const struct dataset *source, size_t from, struct dataset *copy, size_t to)
{
	memcpy(copy->x + to * copy->features, source->x + from * copy->features, copy->features * sizeof *copy->x);
	copy->y[to] = source->y[from];
	copy->instance_id[to] = source->instance_id[from];
	copy->source_line[to] = source->source_line[from];
	if (source->target != NULL)
		copy->target[to] = source->target[from];
	if (source->own_part != NULL)
		copy->own_part[to] = source->own_part[from];
	if (source->subclass != NULL)
		copy->subclass[to] = source->subclass[from];
	if (source->group != NULL)
		copy->group[to] = source->group[from];
	if (source->flipped_from != NULL)
		copy->flipped_from[to] = source->flipped_from[from];
}

enum err_code dataset_select(const struct dataset *source, const uint8_t *keep, struct dataset **ret_dataset,
			     struct err *err)
{
	AUTO(dataset_freep) struct dataset *copy = NULL;
	size_t n = 0;

	for (size_t i = 0; i < source->instances; i++)
		n += keep[i];
	if (mem_new(&copy, 1, err) != ERR_OK || copy_names(source, copy, err) != ERR_OK ||
	    allocate(source, copy, n, err) != ERR_OK)
		return err->code;
	n = 0;
	for (size_t i = 0; i < source->instances; i++)
		if (keep[i])
			copy_instance(source, i, copy, n++);
	*ret_dataset = take_ptr(&copy);
	return ERR_OK;
}
