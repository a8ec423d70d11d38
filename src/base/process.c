#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* What errors call the files in memory. */
static const char memory[] = "a file in memory";

/* Files in memory instead of pipes: nobody waits for the other side to read. Rewinding one does not fail. */
struct streams {
	int fd[3]; /* standard input, output and error of the program */
};

static void streams_done(const struct streams *streams)
{
	for (size_t i = 0; i < ARRAY_LENGTH(streams->fd); i++)
		file_close_fd(&streams->fd[i]);
}

static void actions_done(posix_spawn_file_actions_t *actions)
{
	(void)posix_spawn_file_actions_destroy(actions);
}

static enum err_code streams_init(struct streams *streams, const char *input, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(streams->fd); i++) {
		streams->fd[i] = memfd_create("hardrow", MFD_CLOEXEC);
		if (streams->fd[i] < 0)
			return err_set(err, ERR_SYSTEM, "%s: %s", memory, strerror(errno));
	}
	if (file_write_fd(streams->fd[STDIN_FILENO], memory, input, strlen(input), err) != ERR_OK)
		return err->code;
	(void)lseek(streams->fd[STDIN_FILENO], 0, SEEK_SET);
	return ERR_OK;
}

static enum err_code start(const struct process *process, const struct streams *streams, pid_t *ret_child,
			   struct err *err)
{
	AUTO(actions_done) posix_spawn_file_actions_t actions = { 0 };
	int code = posix_spawn_file_actions_init(&actions);

	for (int i = 0; i < 3 && code == 0; i++)
		code = posix_spawn_file_actions_adddup2(&actions, streams->fd[i], i);
	/* posix_spawn() does not write to the arguments; its type is older than const. */
	if (code == 0)
		code = posix_spawnp(ret_child, process->arguments[0], &actions, NULL, (char *const *)process->arguments,
				    environ);
	if (code != 0)
		return err_set(err, ERR_SYSTEM, "the command '%s' does not start (%s): Debian's package '%s' has it",
			       process->arguments[0], strerror(code), process->package);
	return ERR_OK;
}

static enum err_code read_stream(int fd, struct text *content, struct err *err)
{
	(void)lseek(fd, 0, SEEK_SET);
	return file_read_fd(fd, memory, content, err);
}

/* The first or last line with something on it. */
static enum err_code complain(const struct process *process, int fd, struct err *err)
{
	struct text words AUTO(text_done) = { 0 };
	const char *line = NULL;
	char *rest;

	if (read_stream(fd, &words, err) != ERR_OK)
		return err->code;
	rest = words.data;
	for (char *piece = strsep(&rest, "\r\n"); piece != NULL; piece = strsep(&rest, "\r\n")) {
		piece += strspn(piece, " \t");
		if (*piece != '\0' && (line == NULL || process->last_line))
			line = piece;
	}
	if (line == NULL)
		return err_set(err, ERR_SYSTEM, "%s failed", process->arguments[0]);
	return err_set(err, ERR_SYSTEM, "%s", line);
}

enum err_code process_run(const struct process *process, const char *input, struct text *output, struct err *err)
{
	AUTO(streams_done) struct streams streams = { { -1, -1, -1 } };
	pid_t child = 0;
	int status = 0;

	if (streams_init(&streams, input, err) != ERR_OK || start(process, &streams, &child, err) != ERR_OK)
		return err->code;
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT)
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return complain(process, streams.fd[STDERR_FILENO], err);
	return read_stream(streams.fd[STDOUT_FILENO], output, err);
}
