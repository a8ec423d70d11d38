#include "page/pictures.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "page/element.h"
#include "page/matrix.h"

static const struct catalogue_entry *find_images(const struct catalogue *catalogue, const char *origin)
{
	for (size_t i = 0; i < catalogue_count(catalogue); i++)
		if (catalogue_has_images(catalogue_at(catalogue, i)) &&
		    strcmp(catalogue_at(catalogue, i)->sha256, origin) == 0)
			return catalogue_at(catalogue, i);
	return NULL;
}

/* The images of that sha256; NULL if they are not here. */
static enum err_code open_images(const char *origin, const struct data_path *path, struct idx_pictures **ret_pictures,
				 struct err *err)
{
	AUTO(catalogue_freep) struct catalogue *catalogue = NULL;
	AUTO(idx_pictures_freep) struct idx_pictures *pictures = NULL;
	AUTO(mem_freep) char *folder = NULL;
	char sha256[FILE_SHA256_SIZE];

	*ret_pictures = NULL;
	if (catalogue_create(&catalogue, err) != ERR_OK)
		return err->code;
	const struct catalogue_entry *entry = find_images(catalogue, origin);
	if (entry == NULL)
		return ERR_OK;
	struct err missing = { 0 };
	enum err_code code = catalogue_locate(entry, path, &folder, &missing);
	if (code == ERR_MISSING)
		return ERR_OK;
	if (code != ERR_OK) {
		*err = missing;
		return code;
	}
	if (idx_pictures_open(folder, &pictures, err) != ERR_OK)
		return err->code;
	idx_pictures_sum(pictures, sha256);
	if (strcmp(sha256, origin) == 0)
		*ret_pictures = take_ptr(&pictures);
	return ERR_OK;
}

/* What the page has pictures of: the result of *statement, which is reset. */
struct choice {
	struct db_stmt *statement;
	int64_t dataset_id, count;
	const char *runs;
};

static struct db_stmt *choose(const struct choice *choice)
{
	db_bind_text(choice->statement, ":runs", choice->runs);
	db_bind_int(choice->statement, ":count", choice->count);
	return choice->statement;
}

static enum err_code put_pixels(struct sink *sink, const struct choice *choice, const struct idx_pictures *pictures,
				struct err *err)
{
	struct db_stmt *chosen = choose(choice);
	size_t rows = 0;
	size_t columns = 0;
	char attribute[48];
	bool row = false;

	idx_pictures_size(pictures, &rows, &columns);
	(void)snprintf(attribute, sizeof attribute, " data-width=\"%zu\">", columns);
	if (element_begin(sink, "text/base64", "pictures", choice->dataset_id, err) != ERR_OK ||
	    sink_put(sink, attribute, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(chosen, &row, err) != ERR_OK)
			return err->code;
		if (!row)
			return element_end_matrix(sink, err);
		const uint8_t *picture = idx_picture(pictures, (size_t)db_column_int(chosen, 0));
		if (picture == NULL)
			return err_set(err, ERR_INPUT, "row %lld of data set %lld is no image of its files",
				       (long long)db_column_int(chosen, 0), (long long)choice->dataset_id);
		if (sink_put_base64(sink, picture, rows * columns, err) != ERR_OK)
			return err->code;
	}
}

enum err_code pictures_put(struct sink *sink, struct db *db, int64_t dataset_id, const char *runs,
			   const struct data_path *path, struct err *err)
{
	AUTO(idx_pictures_freep) struct idx_pictures *pictures = NULL;
	AUTO(db_stmt_freep) struct db_stmt *dataset = NULL;
	AUTO(db_stmt_freep) struct db_stmt *chosen = NULL;
	bool row = false;

	if (db_prepare(db, "SELECT origin, features FROM dataset WHERE dataset_id = :dataset_id", &dataset, err) !=
		ERR_OK ||
	    db_prepare(db,
		       "SELECT instance_id FROM instance_summary WHERE run_id IN (SELECT value FROM json_each(:runs)) "
		       "GROUP BY instance_id ORDER BY min(p_true_mean), instance_id LIMIT :count",
		       &chosen, err) != ERR_OK)
		return err->code;
	db_bind_int(dataset, ":dataset_id", dataset_id);
	if (db_step(dataset, &row, err) != ERR_OK ||
	    open_images(db_column_text(dataset, 0), path, &pictures, err) != ERR_OK)
		return err->code;
	int64_t count = pictures == NULL ? 0 : PICTURES_BYTES_MAX / db_column_int(dataset, 1);
	const struct choice choice = { chosen, dataset_id, count, runs };
	if (element_put_matrix(sink, choose(&choice), "pictured", dataset_id, "u", err) != ERR_OK)
		return err->code;
	return pictures == NULL ? ERR_OK : put_pixels(sink, &choice, pictures, err);
}
