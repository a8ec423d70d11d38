#include "app/environment.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/git_commit.h"
#include "base/compiler.h"
#include "base/mem.h"
#include "base/text.h"
#include "num/blas.h"

enum err_code environment_init(char *const *argv, struct environment *ret_environment, struct err *err)
{
	struct text json AUTO(text_done) = { 0 };

	if (text_append(&json, err, "[") != ERR_OK)
		return err->code;
	for (size_t i = 0; argv[i] != NULL; i++)
		if (text_append(&json, err, "%s", i == 0 ? "" : ",") != ERR_OK ||
		    text_append_json(&json, argv[i], err) != ERR_OK)
			return err->code;
	if (text_append(&json, err, "]") != ERR_OK)
		return err->code;
	*ret_environment = (struct environment){ 0 };
	(void)gethostname(ret_environment->host, sizeof ret_environment->host - 1);
	ret_environment->argv = take_ptr(&json.data);
	ret_environment->track = (struct track_environment){
		.version = HARDROW_VERSION,
		.git_commit = sizeof HARDROW_GIT_COMMIT > 1 ? HARDROW_GIT_COMMIT : NULL,
		.blas = blas_name(),
		.blas_threads = blas_threads(),
		.threads = 1,
		.compiler = COMPILER,
		.host = ret_environment->host,
		.argv = ret_environment->argv,
		.pid = getpid(),
	};
	return ERR_OK;
}

void environment_done(struct environment *environment)
{
	free(environment->argv);
	environment->argv = NULL;
}
