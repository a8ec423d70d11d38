#include "base/process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* What errors call the files in memory. */
static const char memory[] = "a file in memory";

/* Files in memory instead of pipes: nobody waits for the other side to read. Rewinding one does not fail. */
struct streams {
	int fd[4]; /* standard input, output and error of the program; errno if it does not start */
};

#define START_FAILURE 3

static void streams_done(const struct streams *streams)
{
	for (size_t i = 0; i < ARRAY_LENGTH(streams->fd); i++)
		file_close_fd(&streams->fd[i]);
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

/* In the new process: becomes the program, which goes when `parent` does. */
static void become(const struct process *process, const struct streams *streams, pid_t parent)
{
	const struct rlimit limit = { process->most, process->most };
	bool is_ready =
	    prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && (process->most == 0 || setrlimit(RLIMIT_FSIZE, &limit) == 0);

	/* Then what is too long is an error that the program tells. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (getppid() != parent)
		_exit(1);
	for (int i = 0; i < START_FAILURE; i++)
		is_ready = is_ready && dup2(streams->fd[i], i) == i;
	/* execvp() does not write to the arguments; its type is older than const. */
	if (is_ready)
		(void)execvp(process->arguments[0], (char *const *)process->arguments);
	(void)!write(streams->fd[START_FAILURE], &errno, sizeof errno);
	_exit(1);
}

/* Waits for the program's end; a signal that wakes us up is meant for both. */
static enum err_code await(pid_t child, int *ret_status, struct err *err)
{
	bool is_interrupted = false;

	while (waitpid(child, ret_status, 0) < 0) {
		/* Where SIGCHLD is ignored nobody learns how it ended. */
		if (errno != EINTR)
			return err_set(err, ERR_SYSTEM, "the end of a program: %s", strerror(errno));
		is_interrupted = true;
		(void)kill(child, SIGTERM);
	}
	if (is_interrupted || (WIFSIGNALED(*ret_status) && WTERMSIG(*ret_status) == SIGINT))
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	return ERR_OK;
}

/* What kept the program from starting; 0 if nothing did. */
static int read_start_failure(const struct streams *streams)
{
	int code = 0;

	return pread(streams->fd[START_FAILURE], &code, sizeof code, 0) == (ssize_t)sizeof code ? code : 0;
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
	AUTO(streams_done) struct streams streams = { { -1, -1, -1, -1 } };
	pid_t parent = getpid();
	int status = 0;

	if (streams_init(&streams, input, err) != ERR_OK)
		return err->code;
	pid_t child = fork();
	if (child == 0)
		become(process, &streams, parent);
	if (child < 0)
		return err_set(err, ERR_SYSTEM, "%s: %s", process->arguments[0], strerror(errno));
	if (await(child, &status, err) != ERR_OK)
		return err->code;
	int failure = read_start_failure(&streams);
	if (failure != 0)
		return err_set(err, ERR_SYSTEM, "the command '%s' does not start (%s): Debian's package '%s' has it",
			       process->arguments[0], strerror(failure), process->package);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return complain(process, streams.fd[STDERR_FILENO], err);
	return read_stream(streams.fd[STDOUT_FILENO], output, err);
}
