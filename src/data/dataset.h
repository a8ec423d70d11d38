/* A data set in memory: numeric features and a class per instance.
 * Shapes: n instances, d features, k classes. */
#ifndef HARDROW_DATA_DATASET_H
#define HARDROW_DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"
#include "data/reading.h"

#define NOT_FLIPPED UINT32_MAX

/* What the bytes of a mask say (data/split.h). */
enum split_part { SPLIT_TRAIN, SPLIT_TEST, SPLIT_META };

struct dataset {
	char *name; /* catalogue name, or the file's name without folder and ".csv" */
	char *path;
	char *label;		       /* the label column's name */
	char sha256[FILE_SHA256_SIZE]; /* of the CSV; data/idx.h says of what for images */
	char origin[FILE_SHA256_SIZE]; /* the same of what was read, whatever was made of it */
	const char *missing;	       /* how missing values were treated: "error", "mean", "drop"; NULL: not known */
	size_t instances, features, classes;
	bool has_images;       /* the features are the pixels of images */
	bool has_levels;       /* some features stand for the texts of a column */
	double *x;	       /* X (n, d), row-major; NaN is missing (data/scale.h fills it in) */
	uint32_t *y;	       /* (n) class index, 0 .. k-1 */
	double *target;	       /* (n) of a data set that was read for its targets, else NULL */
	uint32_t *instance_id; /* (n) 0-based data row of the file; consecutive unless rows were dropped */
	uint32_t *source_line; /* (n) 1-based line of the file on which the row starts */
	/* (n) enum split_part: who tests, or is in the meta set, by the data set itself; NULL: it does not say */
	uint8_t *own_part;
	size_t groups;	      /* 0 if rows have none; then the next is NULL */
	uint32_t *group;      /* (n) 0 .. groups-1: rows of one group train together or test together */
	char **feature_names; /* (d) */
	uint32_t *level_at;   /* (d) where in its name the text begins that the feature stands for; 0: it is a number */
	char **class_names;   /* (k), by value if all are numbers, else bytewise, or as the file declares them */
	size_t subclasses;    /* 0 if it is not relabelled (data/relabel.h); then the next two are NULL */
	uint32_t *subclass;   /* (n) index of the original class */
	char **subclass_names; /* (subclasses) */
	char *notes;	       /* lines for the person: what was found out about the file; NULL: nothing */
	uint32_t
	    *flipped_from; /* (n) class before the label was made wrong (data/flip.h), or NOT_FLIPPED; NULL: none was */
};

/* Reads a file of rows: separated values, ARFF or KEEL, also compressed with gzip; "-" is standard input. What is not
 * said in `reading` is found out (data/table.h, data/design.h says how), and said in dataset->notes. Quoted fields,
 * LF, CRLF or CR, a UTF-8 byte order mark, a Ctrl-Z at the end and blank lines are all right; lines are counted as an
 * editor does, also through quoted line breaks. The values of the column of groups are taken as
 * texts; read with one, the data set is called NAME-groups:COLUMN (dataset_derive). ERR_INPUT, one line with file, line
 * and column, for what those refuse,
 * and: one class only, more than 65535 classes, no rows, an empty file, a directory, another compression, no UTF-8,
 * a missing group (all with the option to use, if the first line begins as comments do), missing values under
 * MISSING_ERROR (their count and the first), a missing label but under MISSING_DROP, a target that is no finite number
 * up to TABLE_LARGEST_TARGET. */
MUST_CHECK enum err_code dataset_read(const char *path, const struct reading *reading, struct dataset **ret_dataset,
				      struct err *err);

/* Whether its classes are numbers, and such that a number may have been meant: more than two and not all whole, or
 * more than 20 whole ones that are at least half of those between the least and the most, or more than a tenth of the
 * instances. */
bool dataset_looks_continuous(const struct dataset *dataset);

/* Gives a data set that was changed, or read in an unusual way, another identity: its sha256 becomes that of the text
 * "SHA256 suffix choice", where `choice` says which of the possible ones of that name it is. The second also calls it
 * NAME-suffix. */
MUST_CHECK enum err_code dataset_identify(struct dataset *dataset, const char *suffix, const char *choice,
					  struct err *err);
MUST_CHECK enum err_code dataset_derive(struct dataset *dataset, const char *suffix, const char *choice,
					struct err *err);

/* A copy with the instances for which keep (n) is 1, in their order; name and sha256 are still the source's. All
 * classes stay, also those without instances. */
MUST_CHECK enum err_code dataset_select(const struct dataset *source, const uint8_t *keep, struct dataset **ret_dataset,
					struct err *err);

/* Whether it says itself who is in the part. */
bool dataset_has_own(const struct dataset *dataset, enum split_part part);

void dataset_free(struct dataset *dataset);
void dataset_freep(struct dataset **dataset);

#endif
