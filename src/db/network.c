#include "db/network.h"

#include <sys/vfs.h>

#include "base/mem.h"
#include "db/connection.h"

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

bool db_is_on_network(const struct db *db)
{
	struct statfs status;

	return statfs(db->file, &status) == 0 && network_is_type((uint32_t)status.f_type);
}
