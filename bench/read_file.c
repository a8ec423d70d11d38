/* Benchmark: reads a file of rows as `train --data FILE` does, and nothing else.
 *
 *     read_file FILE */
#include <stdio.h>

#include "base/mem.h"
#include "data/dataset.h"

int main(int argument_count, char **arguments)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct err err;

	if (argument_count != 2 || dataset_read(arguments[1], &(struct reading){ 0 }, &dataset, &err) != ERR_OK) {
		(void)fprintf(stderr, "read_file: %s\n", argument_count == 2 ? err.message : "read_file FILE");
		return 1;
	}
	return 0;
}
