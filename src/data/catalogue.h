/* The known data sets (datasets/catalogue.ini, built into the program) and where their files are on this machine. */
#ifndef HARDROW_DATA_CATALOGUE_H
#define HARDROW_DATA_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/idx.h"

struct catalogue_entry {
	const char *name;  /* "iris" */
	const char *title; /* "Iris", as the paper's table has it */
	const char *uci_name, *doi, *citation, *licence;
	const char *file; /* "iris.csv"; of images the folder of the four files, "mnist" */
	const char *label;
	const char *task;		/* "regression": the label is a number to predict; NULL: a class */
	size_t rows, features, classes; /* no classes where the label is a number */
	const char *sha256;		/* of the CSV; data/idx.h says of what for images */
	/* For those that are fetched (NULL when bundled): UCI's address, the sha256 of UCI's file, and how to convert
	 * it. */
	const char *url, *raw_sha256;
	const char *raw_separator; /* "comma", "semicolon" or "blank" (any run of blanks and tabs) */
	size_t raw_skip;	   /* lines dropped at the front (winequality: its header row) */
	size_t raw_drop;	   /* columns dropped at the front (ecoli: the sequence name) */
	/* "F,I,M" (abalone): the first column left is one of these texts, and becomes a column of 0 and 1 for each;
	 * NULL: it is as the others. */
	const char *raw_levels;
	const char *header; /* the CSV's header row */
	/* For image data sets (data/idx.h), else NULL: the sha256 of each expanded file. They are fetched from the
	 * folder `url`, whose files end in ".gz"; `installed` is where the Debian package `package` puts them, or NULL.
	 */
	const char *part_sha256[IDX_PARTS];
	const char *installed, *package;
};

/* The name that a wrong one may have meant; NULL: none is near. */
const char *catalogue_nearest(const char *name);

/* Whether the entry is an image data set. */
bool catalogue_has_images(const struct catalogue_entry *entry);

/* Whether its label is a number to predict. */
bool catalogue_is_regression(const struct catalogue_entry *entry);

struct catalogue;
MUST_CHECK enum err_code catalogue_create(struct catalogue **ret_catalogue, struct err *err);
void catalogue_free(struct catalogue *catalogue);
void catalogue_freep(struct catalogue **catalogue);
size_t catalogue_count(const struct catalogue *catalogue);
const struct catalogue_entry *catalogue_at(const struct catalogue *catalogue, size_t i);
const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, const char *name); /* NULL: unknown */

/* The folders to look in, first match wins. Borrowed strings, NULL-terminated array. */
struct data_path {
	const char *const *folders;
	const char
	    *bundled; /* the folder of what comes with hardrow: looked in behind the others; NULL: it is not here */
};

/* The file of `entry` in the search path (of images the folder with all four, `installed` comes last), freed with
 * free(). ERR_MISSING with one line that says how to get it
 * ("seeds: not found; 'hardrow datasets fetch seeds' gets it from UCI, or put seeds.csv into …"). */
MUST_CHECK enum err_code catalogue_locate(const struct catalogue_entry *entry, const struct data_path *path,
					  char **ret_file, struct err *err);

/* A data set by catalogue name or by path (anything with '/' or ending in ".csv" is a path; so is a name the catalogue
 * does not know when such a file exists; a path that is a folder with four IDX files is an image data set). From the
 * catalogue, the label is the entry's unless `reading` says otherwise. The sha256 of a catalogue file is checked:
 * another content is ERR_INPUT naming both sums. Unknown name: ERR_INPUT with the nearest known one. Images have no
 * targets. An entry whose label is a number wants a reading with a target, or with a label: ERR_INPUT. */
MUST_CHECK enum err_code catalogue_open(const struct catalogue *catalogue, const struct data_path *path,
					const char *name_or_path, const struct reading *reading,
					struct dataset **ret_dataset, struct err *err);

/* Gets UCI's own file with the `curl` command, checks raw_sha256, converts it, checks sha256, writes
 * folder/entry->file; of images the four files as they come, each when its expanded content is right. `mirror`, if not
 * NULL, replaces the folder part of the address (a file:// or https:// URL ending before the file's name). ERR_SYSTEM:
 * no curl, or curl failed (its words); ERR_INPUT: another checksum (both named). Nothing is left half-written. */
MUST_CHECK enum err_code catalogue_fetch(const struct catalogue_entry *entry, const char *mirror, const char *folder,
					 struct err *err);

#endif
