/* One self-contained HTML page of an experiment or of runs: no network, nothing beside it.
 *
 * The page is page.html with the styles and scripts in it (embed.py) and, before the scripts, what they show:
 *
 *     <script type="application/json" id="data-NAME">                               a report's rows
 *     <script type="text/base64" id="data-NAME" data-columns="name:form name:form">   a matrix (page/matrix.h)
 *
 * The reports are html (the runs), accuracy-table, paired-differences, run-classes-RUN and label-issues-RUN;
 * put_report() says in which form. The matrices are learning, summary-RUN, epochs-RUN, series-RUN (of those epochs,
 * instance by instance), features-DATASET and pictured-DATASET (page/pictures.h).
 *
 * Runs are numbered as in the file; the data set's number is runs' features_of or pictures_of. Instances are in the
 * order of their instance_id everywhere. page.js is the only reader. */
#ifndef HARDROW_PAGE_PAGE_H
#define HARDROW_PAGE_PAGE_H

#include <stdbool.h>

#include "data/catalogue.h"
#include "db/db.h"
#include "report/report.h"

/* The report whose rows are the runs of the page; its parameters are those of page_write(). */
#define PAGE_REPORT "html"

struct page_request {
	const struct report_setting *settings;
	size_t setting_count;
	const struct data_path *path; /* where the files of images are */
	bool watched; /* it will be written again: its readers look again, too, unless it is two minutes old */
};

/* Writes the page to an open file called `name`, while it reads the database. *ret_is_growing: one of its
 * runs is still being trained, or others of its experiment will be. Memory does not grow with the number of instances,
 * but for images. Errors: those of report_run(); ERR_USAGE also for an experiment and runs together;
 * ERR_INPUT also: files of images are damaged; ERR_SYSTEM: writing fails. */
MUST_CHECK enum err_code page_write(struct db *db, const struct page_request *request, int fd, const char *name,
				    bool *ret_is_growing, struct err *err);

#endif
