#include "db/network.h"

#include <sys/vfs.h>

#include "base/clock.h"
#include "base/mem.h"

#define RETRY_MS 20

/* statfs(2), linux/magic.h and the file systems' own sources. Of FUSE one cannot tell what is behind it, most often
 * sshfs. */
static const uint32_t types[] = {
	0x00006969, /* NFS */
	0x0000517b, /* SMB */
	0xff534d42, /* CIFS */
	0xfe534d42, /* SMB 2 */
	0x65735546, /* FUSE */
	0x5346414f, /* AFS */
	0x6b414653, /* AFS of Linux */
	0x73757245, /* Coda */
	0x0000564c, /* NCP */
	0x01021997, /* 9P */
	0x0bd00bd0, /* Lustre */
	0x47504653, /* GPFS */
	0x00c36400, /* Ceph */
	0x01161970, /* GFS2 */
	0x7461636f, /* OCFS2 */
	0x19830326, /* BeeGFS */
	0xaad7aaea, /* PanFS */
	0x20030528, /* OrangeFS */
	0x786f4256, /* folders of VirtualBox */
	0xbacbacbc, /* folders of VMware */
};

bool network_is_type(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_LENGTH(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

bool network_has(const struct db *db)
{
	struct statfs status;

	return statfs(db->file, &status) == 0 && network_is_type((uint32_t)status.f_type);
}

/* SQLite itself waits for nobody when it leaves WAL. */
static bool goes_on(const struct db *db, const struct db_options *options, double since)
{
	double waited = clock_seconds() - since;

	return db->wait.goes_on != NULL ? db->wait.goes_on(db->wait.context, waited)
					: waited * 1000 < options->busy_timeout_ms;
}

enum err_code network_leave_wal(struct db *db, const struct db_options *options, struct err *err)
{
	double since = clock_seconds();
	int code = SQLITE_OK;

	db->warning = "on a network file system programs that read it and those that write it wait for each other";
	if (!db->presence.is_wal)
		return ERR_OK;
	do {
		if (code != SQLITE_OK)
			(void)sqlite3_sleep(RETRY_MS);
		code = sqlite3_exec(db->handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	} while ((code & 0xff) == SQLITE_BUSY && goes_on(db, options, since));
	if (code != SQLITE_OK)
		return db_fail(db, code, false, err);
	db->presence.is_wal = false;
	return ERR_OK;
}
