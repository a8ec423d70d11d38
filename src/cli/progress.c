#include "cli/progress.h"

#include <stdio.h>

#include "base/clock.h"
#include "cli/print.h"

#define BAR_WIDTH 24
#define REDRAW_SECONDS 0.1

void progress_init(struct progress *progress, bool terminal, bool quiet)
{
	*progress = (struct progress){ .terminal = terminal, .quiet = quiet, .started_at = clock_seconds() };
}

/* "12/60 runs  340 epochs/s  8 s left" */
static void describe(const struct progress *progress, const struct runner_progress *now, char *text, size_t size)
{
	double elapsed = clock_seconds() - progress->started_at;
	double rate = elapsed > 0 ? now->epochs_ended / elapsed : 0;
	char left[32] = "?";

	if (rate > 0)
		clock_write_duration((now->epochs - now->epochs_ended) / rate, left, sizeof left);
	(void)snprintf(text, size, "%zu/%zu runs  %.0f epochs/s  %s left", now->runs_ended + now->elsewhere, now->runs,
		       rate, left);
}

static void draw_bar(struct progress *progress, const struct runner_progress *now)
{
	char words[128];
	double share = now->epochs > 0 ? now->epochs_ended / now->epochs : 1;
	int filled = (int)(share * BAR_WIDTH);

	describe(progress, now, words, sizeof words);
	(void)fprintf(stderr, "\r[");
	for (int i = 0; i < BAR_WIDTH; i++)
		(void)fputs(i < filled ? "#" : "·", stderr);
	(void)fprintf(stderr, "] %3.0f %%  %s\033[K", 100 * share, words);
	(void)fflush(stderr);
	progress->line_open = true;
}

void progress_update(void *context, const struct runner_progress *now)
{
	struct progress *progress = context;
	double clock = clock_seconds();
	size_t ended = now->runs_ended + now->elsewhere;
	bool is_end = ended == now->runs;

	if (progress->quiet)
		return;
	if (progress->terminal) {
		if (is_end || clock - progress->shown_at >= REDRAW_SECONDS) {
			progress->shown_at = clock;
			draw_bar(progress, now);
		}
		return;
	}
	double tenths = now->runs > 0 ? (double)(10 * ended / now->runs) : 10;
	if (tenths > progress->tenths) {
		char words[128];
		progress->tenths = tenths;
		describe(progress, now, words, sizeof words);
		(void)fprintf(stderr, "%s\n", words);
	}
}

void progress_notice(void *context, const char *line)
{
	struct progress *progress = context;

	progress_done(progress);
	print_clean(stderr, "hardrow: %s\n", line);
}

void progress_keep_failure(void *context, const char *line)
{
	struct progress *progress = context;

	text_copy_fitting(progress->failure, sizeof progress->failure, line);
}

void progress_done(struct progress *progress)
{
	if (progress->line_open)
		(void)fputc('\n', stderr);
	progress->line_open = false;
}
