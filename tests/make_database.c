/* make_database FILE: an empty database of the newest version, as the program itself makes it. */
#include <stdio.h>

#include "base/mem.h"
#include "db/db.h"

int main(int argc, char **argv)
{
	AUTO(db_freep) struct db *db = NULL;
	struct err err = { 0 };

	if (argc != 2 || db_open(argv[1], DB_WRITE, &db, &err) != ERR_OK || db_finish(db, &err) != ERR_OK) {
		(void)fprintf(stderr, "make_database: %s\n", err.message);
		return 1;
	}
	return 0;
}
