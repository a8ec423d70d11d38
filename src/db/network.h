/* Private to db: which file systems are on other machines. */
#ifndef HARDROW_DB_NETWORK_H
#define HARDROW_DB_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

/* Whether statfs() gives this f_type for a file system that several machines may have mounted. */
bool network_is_type(uint32_t type);

#endif
