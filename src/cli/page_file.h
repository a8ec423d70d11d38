/* The page of `report html` in a file. */
#ifndef HARDROW_CLI_PAGE_FILE_H
#define HARDROW_CLI_PAGE_FILE_H

#include "cli/command.h"
#include "page/page.h"

/* Writes the page into `path` as file_fill() does, "-" being standard output; `timeout` is for reading the database. */
MUST_CHECK enum err_code page_file_write(const struct invocation *invocation, const struct page_request *request,
					 double timeout, const char *path, struct err *err);

/* Writes it again whenever the database has a new epoch or run, looking once a second, until its runs have ended:
 * then a last time, not watched. Ctrl-C ends it with ERR_INTERRUPTED. */
MUST_CHECK enum err_code page_file_watch(const struct invocation *invocation, const struct page_request *request,
					 double timeout, const char *path, struct err *err);

#endif
