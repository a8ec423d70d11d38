/* Coarser classes than the file's. */
#ifndef HARDROW_DATA_RELABEL_H
#define HARDROW_DATA_RELABEL_H

#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"

enum relabel_kind { RELABEL_NONE, RELABEL_EVEN_ODD };
const char *relabel_kind_name(size_t i); /* NULL behind the last */

/* RELABEL_EVEN_ODD: the classes become "even" and "odd", by the number that each class is named by; the old ones become
 * the sub-classes (dataset->subclass). The data set is called NAME-even-odd from then on, and its sha256 is
 * dataset_derive's. ERR_INPUT: a class that is no whole number, or all even or all odd. */
MUST_CHECK enum err_code dataset_relabel(struct dataset *dataset, enum relabel_kind kind, struct err *err);

#endif
