/* What the fuzz targets share: readers take paths, a fuzzer gives bytes. */
#ifndef HARDROW_TESTS_FUZZ_INPUT_H
#define HARDROW_TESTS_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry point, the one function of each target. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file in memory with these bytes. */
struct input {
	int fd;
	char path[32]; /* works as long as it is open */
};

struct input input_open(const uint8_t *data, size_t size);
void input_close(const struct input *input);

/* Writes the bytes to the file, anew. */
void input_write(const char *path, const uint8_t *data, size_t size);

/* The path of an empty folder of this process, in memory where there is /dev/shm; what an earlier call left in it is
 * removed. Borrowed. It goes when the process ends. */
const char *input_folder(void);

/* Aborts with the message unless `condition`: for what no input may cause. */
void input_require(int condition, const char *message);

#endif
