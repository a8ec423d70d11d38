#include "data/relabel.h"

#include <stdint.h>

#include "base/mem.h"
#include "base/parse.h"

enum parity { EVEN, ODD, PARITIES };

const char *relabel_kind_name(size_t i)
{
	static const char *const names[] = { [RELABEL_NONE] = "none", [RELABEL_EVEN_ODD] = "even-odd" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* parity (k) of each class. */
static enum err_code find_parities(const struct dataset *dataset, uint32_t *parity, struct err *err)
{
	size_t odd = 0;

	for (size_t c = 0; c < dataset->classes; c++) {
		int64_t number = 0;
		if (!parse_integer(dataset->class_names[c], &number))
			return err_set(err, ERR_INPUT,
				       "%s: class '%s' is no whole number, so relabel even-odd will not do",
				       dataset->name, dataset->class_names[c]);
		parity[c] = number % 2 == 0 ? EVEN : ODD;
		odd += parity[c];
	}
	if (odd == 0 || odd == dataset->classes)
		return err_set(err, ERR_INPUT, "%s: all classes are %s, so relabel even-odd leaves one class only",
			       dataset->name, odd == 0 ? "even" : "odd");
	return ERR_OK;
}

static enum err_code split_by_parity(struct dataset *dataset, struct err *err)
{
	AUTO(mem_freep) uint32_t *parity = NULL;
	AUTO(mem_freep) uint32_t *y = NULL;
	AUTO(mem_freep) char *even = NULL;
	AUTO(mem_freep) char *odd = NULL;
	AUTO(mem_freep) char **names = NULL;

	if (mem_new(&parity, dataset->classes, err) != ERR_OK || find_parities(dataset, parity, err) != ERR_OK ||
	    mem_new(&y, dataset->instances, err) != ERR_OK || mem_new(&names, PARITIES, err) != ERR_OK ||
	    mem_copy_text("even", &even, err) != ERR_OK || mem_copy_text("odd", &odd, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < dataset->instances; i++)
		y[i] = parity[dataset->y[i]];
	names[EVEN] = take_ptr(&even);
	names[ODD] = take_ptr(&odd);
	dataset->subclass = dataset->y;
	dataset->subclass_names = dataset->class_names;
	dataset->subclasses = dataset->classes;
	dataset->y = take_ptr(&y);
	dataset->class_names = take_ptr(&names);
	dataset->classes = PARITIES;
	return ERR_OK;
}

enum err_code dataset_relabel(struct dataset *dataset, enum relabel_kind kind, struct err *err)
{
	if (kind == RELABEL_NONE)
		return ERR_OK;
	if (split_by_parity(dataset, err) != ERR_OK)
		return err->code;
	return dataset_derive(dataset, relabel_kind_name(kind), "", err);
}
