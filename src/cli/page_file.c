#include "cli/page_file.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/query.h"
#include "db/db.h"

/* Between two runs of a sweep none may be there for a moment: looks without one before it is over. */
#define LOOKS_AT_THE_END 3

/* A page that is older than this is written again, so that its readers know that somebody still looks after it. */
#define SECONDS_MAX 30

struct page {
	struct db *db;
	const struct page_request *request;
	bool is_growing;
};

static enum err_code fill_page(void *context, int fd, const char *path, struct err *err)
{
	struct page *page = context;

	return page_write(page->db, page->request, fd, path, &page->is_growing, err);
}

static enum err_code write_page(struct db *db, const struct page_request *request, const char *path,
				bool *ret_is_growing, struct err *err)
{
	struct page page = { .db = db, .request = request };

	if (file_fill(query_path(path), &(struct file_content){ &page, fill_page }, err) != ERR_OK)
		return err->code;
	*ret_is_growing = page.is_growing;
	return ERR_OK;
}

enum err_code page_file_write(const struct invocation *invocation, const struct page_request *request, double timeout,
			      const char *path, struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	bool is_growing = false;

	if (query_open(invocation, timeout, &db, err) != ERR_OK)
		return err->code;
	(void)interrupt_catch(db);
	enum err_code code = write_page(db, request, path, &is_growing, err);
	interrupt_release();
	return code;
}

/* What a watched file was like. */
struct look {
	int64_t size;	/* epochs, runs and ends of runs */
	double written; /* clock_seconds() */
	size_t quiet;	/* looks in which no run was there */
};

/* A number that grows with each epoch, run and end of a run. */
static enum err_code measure(struct db *db, int64_t *ret_size, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool row = false;

	if (db_prepare(db, "SELECT (SELECT count(*) FROM epoch) + count(*) + count(finished_at_ms) FROM run", &stmt,
		       err) != ERR_OK ||
	    db_step(stmt, &row, err) != ERR_OK)
		return err->code;
	*ret_size = db_column_int(stmt, 0);
	return ERR_OK;
}

/* Opened anew each time: that is when runs of dead processes are known as such. */
static enum err_code look_again(const struct invocation *invocation, const struct page_request *request, double timeout,
				const char *path, struct look *look, struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	bool is_growing = false;
	int64_t size = 0;

	if (query_open(invocation, timeout, &db, err) != ERR_OK)
		return err->code;
	(void)interrupt_catch(db);
	enum err_code code = measure(db, &size, err);
	bool is_old = clock_seconds() - look->written > SECONDS_MAX;
	if (code == ERR_OK && (size != look->size || look->quiet > 0 || is_old)) {
		code = write_page(db, request, path, &is_growing, err);
		*look = (struct look){ size, clock_seconds(), is_growing ? 0 : look->quiet + 1 };
	}
	interrupt_release();
	return code;
}

enum err_code page_file_watch(const struct invocation *invocation, const struct page_request *request, double timeout,
			      const char *path, struct err *err)
{
	struct page_request watched = *request;
	struct look look = { .size = -1, .written = clock_seconds() };
	const atomic_bool *stop = interrupt_catch(NULL);

	watched.watched = true;
	while (look.quiet < LOOKS_AT_THE_END && !atomic_load(stop)) {
		if (look_again(invocation, &watched, timeout, path, &look, err) != ERR_OK)
			return err->code;
		if (!atomic_load(stop))
			(void)sleep(1);
	}
	if (atomic_load(stop))
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	return page_file_write(invocation, request, timeout, path, err);
}
