/* The least that a trainer written in C does to be recorded:
 *
 *     cc log_predictions.c $(pkg-config --cflags --libs hardrow) -lm && ./a.out training.db
 *     hardrow report hardest --db training.db
 *
 * Here the "trainer" is a threshold that moves; yours has the predictions of a network. */
#include <hardrow.h>
#include <math.h>
#include <stdio.h>

#define ROWS 200

static int fail(const hardrow_error *error)
{
	fprintf(stderr, "%s\n", error->message);
	return 1;
}

int main(int argc, char **argv)
{
	uint32_t labels[ROWS];
	float p[ROWS][2];
	hardrow_error error;
	hardrow_tracker *tracker;
	hardrow_dataset *dataset;
	hardrow_run *run;

	for (int i = 0; i < ROWS; i++)
		labels[i] = i >= ROWS / 2;
	if (hardrow_open(argc > 1 ? argv[1] : "training.db", NULL, &tracker, &error) ||
	    hardrow_put_dataset(tracker,
				&(hardrow_dataset_options){ .size = sizeof(hardrow_dataset_options),
							    .name = "line",
							    .instances = ROWS,
							    .classes = 2,
							    .labels = labels },
				&dataset, &error) ||
	    hardrow_begin(tracker, dataset,
			  &(hardrow_run_options){ .size = sizeof(hardrow_run_options), .model = "threshold" }, &run,
			  &error))
		return fail(&error);
	for (int epoch = 1; epoch <= 20; epoch++) {
		/* Train with hardrow_weights(run), then predict. */
		for (int i = 0; i < ROWS; i++) {
			p[i][1] = (float)(1 / (1 + exp(-0.002 * epoch * (i - 110))));
			p[i][0] = 1 - p[i][1];
		}
		if (hardrow_log(
			run, &(hardrow_predictions){ .size = sizeof(hardrow_predictions), .values = p, .rows = ROWS },
			&error) ||
		    hardrow_end_epoch(run, NULL, &error))
			return fail(&error);
	}
	if (hardrow_finish(run, HARDROW_DONE, NULL, NULL, &error))
		return fail(&error);
	hardrow_dataset_free(dataset);
	return hardrow_close(tracker, &error) ? fail(&error) : 0;
}
