#include "db/presence.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "db/identity.h"

/* The files beside the database, in the order of struct presence. */
static const char *const suffixes[PRESENCE_BESIDE] = { "-wal", "-shm" };

/* What stands at the name of file i beside the database; inode 0: nothing. */
static struct presence_file look_beside(struct db *db, size_t i)
{
	char path[PATH_MAX + 8];
	struct stat status;

	(void)snprintf(path, sizeof path, "%s%s", sqlite3_db_filename(db->handle, "main"), suffixes[i]);
	if (stat(path, &status) != 0)
		return (struct presence_file){ 0 };
	return (struct presence_file){ status.st_dev, status.st_ino };
}

static bool is_same(struct presence_file one, struct presence_file two)
{
	return one.device == two.device && one.inode == two.inode;
}

static bool has_moved(struct db *db)
{
	int moved = 0;

	(void)sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

static enum err_code check_moved(struct db *db, struct err *err)
{
	if (!has_moved(db))
		return ERR_OK;
	if (file_exists(db->file))
		return err_set(err, ERR_SYSTEM,
			       "%s: another file has taken its place while it was in use, and is left as it is; run "
			       "the command again",
			       db->path);
	return err_set(err, ERR_SYSTEM,
		       "%s: was removed or renamed while it was in use; put it back or leave it, and run the command "
		       "again",
		       db->path);
}

/* A checkpoint of somebody else writes the header first and the rest later, but lets the file shrink only to what the
 * header says. */
static enum err_code check_size(struct db *db, struct err *err)
{
	int64_t before = db->presence.size;
	int64_t size = 0;

	if (!identity_size(db, &size))
		return ERR_OK;
	int64_t claimed = size < before ? identity_claimed_size(db) : 0;
	if (size >= before || (claimed > 0 && size >= claimed)) {
		db->presence.size = size;
		return ERR_OK;
	}
	db->presence.is_cut = true;
	return err_set(err, ERR_SYSTEM,
		       "%s: was cut short while it was in use, from %jd to %jd bytes, and is damaged; put a copy in "
		       "its place or remove it, and run the command again",
		       db->path, (intmax_t)before, (intmax_t)size);
}

/* In WAL mode they are there while a transaction is open: what is seen first is ours. */
static enum err_code check_beside(struct db *db, struct err *err)
{
	for (size_t i = 0; db->presence.is_wal && i < PRESENCE_BESIDE; i++) {
		struct presence_file seen = look_beside(db, i);
		if (db->presence.beside[i].inode == 0)
			db->presence.beside[i] = seen;
		if (!is_same(seen, db->presence.beside[i]))
			return err_set(err, ERR_SYSTEM,
				       "%s%s: was removed or replaced while it was in use, though it is a part of the "
				       "database until hardrow ends; run the command again",
				       db->path, suffixes[i]);
	}
	return ERR_OK;
}

enum err_code presence_check(struct db *db, struct err *err)
{
	if (!db->presence.is_watched)
		return ERR_OK;
	if (check_moved(db, err) == ERR_OK && check_size(db, err) == ERR_OK && check_beside(db, err) == ERR_OK)
		return ERR_OK;
	db->presence.is_gone = true;
	return err->code;
}

void presence_leave(struct db *db)
{
	bool has_other = false;

	if (!db->presence.is_gone)
		return;
	for (size_t i = 0; i < PRESENCE_BESIDE; i++) {
		struct presence_file seen = look_beside(db, i);
		has_other = has_other || (seen.inode != 0 && !is_same(seen, db->presence.beside[i]));
	}
	/* Somebody else works on what stands there, or there is nothing left to save. */
	if (has_other || db->presence.is_cut) {
		(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		return;
	}
	db_rollback(db);
	/* Closing alone leaves the WAL of a file that has moved as it is. */
	if (db->presence.is_wal && has_moved(db))
		(void)sqlite3_exec(db->handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
}
