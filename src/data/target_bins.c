#include "data/target_bins.h"

#include "base/mem.h"
#include "num/bins.h"

enum err_code dataset_bin_target(struct dataset *dataset, const char *text, struct err *err)
{
	struct bins bins;
	char **names = NULL;

	if (bins_lay_out(text, dataset->target, dataset->instances, &bins, err) != ERR_OK)
		return err_prefix(err, "%s: column '%s'", dataset->path, dataset->label);
	if (bins_name(&bins, &names, err) != ERR_OK)
		return err->code;
	mem_free_texts(dataset->class_names, dataset->classes);
	dataset->class_names = names;
	dataset->classes = bins.count;
	for (size_t i = 0; i < dataset->instances; i++)
		dataset->y[i] = bins_find(&bins, dataset->target[i]);
	return dataset_identify(dataset, "bins", text, err);
}
