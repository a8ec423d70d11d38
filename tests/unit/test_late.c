/* train: what a method does late in a training or after it: second stages and adjustments. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile.h"
#include "scene.h"

static const double *log_p(const struct scene *scene)
{
	return trainer_predictions(scene->trainer)->difficulty->log_p;
}

static size_t log_p_bytes(const struct scene *scene)
{
	return trainer_predictions(scene->trainer)->tiles * TILE_INSTANCES * CLASSES * sizeof(double);
}

Test(stage, drw_is_plain_training_until_the_class_weights_come)
{
	struct scene base, drw;
	double expected[CLASSES];

	scene_init(&base, "base", "logreg");
	scene_init(&drw, "drw", "logreg");
	scene_train(&base, 16);
	scene_train(&drw, 15);
	const struct weighting *weighting = trainer_weighting(drw.trainer);
	for (size_t i = 0; i < drw.split->train_count; i++)
		cr_assert_float_eq(weighting->weight[drw.split->train[i]], 1, 1e-12);
	scene_train(&drw, 1);
	cr_expect_eq(memcmp(log_p(&base), log_p(&drw), log_p_bytes(&base)), 0);
	loss_weigh_classes(&loss_class_balanced, &(struct loss_parameters){ .beta = .9999 }, drw.split->train_class,
			   CLASSES, expected);
	double first = weighting->weight[drw.split->train[0]] / expected[drw.dataset->y[drw.split->train[0]]];
	for (size_t i = 0; i < drw.split->train_count; i++) {
		uint32_t at = drw.split->train[i];
		cr_assert_float_eq(weighting->weight[at], first * expected[drw.dataset->y[at]], 1e-9);
	}
	scene_train(&base, 1);
	scene_train(&drw, 1);
	cr_expect_neq(memcmp(log_p(&base), log_p(&drw), log_p_bytes(&base)), 0);
	scene_done(&base);
	scene_done(&drw);
}

struct layers {
	double hidden[HIDDEN * FEATURES], hidden_bias[HIDDEN], top[CLASSES * HIDDEN], top_bias[CLASSES];
};

static struct layers read_layers(const struct scene *scene)
{
	const struct network *network = trainer_network(scene->trainer);
	struct layers layers;

	network_read_layer(network, 0, layers.hidden, layers.hidden_bias);
	network_read_layer(network, 1, layers.top, layers.top_bias);
	return layers;
}

static bool same_hidden(const struct layers *a, const struct layers *b)
{
	return memcmp(a->hidden, b->hidden, sizeof a->hidden) == 0 &&
	       memcmp(a->hidden_bias, b->hidden_bias, sizeof a->hidden_bias) == 0;
}

/* Class-aware: each class as often as any other, but for rounding. */
static void expect_equal_classes(const struct scene *scene)
{
	const uint32_t *draws = trainer_draws(scene->trainer);
	size_t drawn[CLASSES] = { 0 };

	for (size_t i = 0; i < scene->dataset->instances; i++)
		drawn[scene->dataset->y[i]] += draws[i];
	for (size_t c = 1; c < CLASSES; c++)
		cr_expect(drawn[c] + 1 >= drawn[0] && drawn[0] + 1 >= drawn[c]);
}

Test(stage, crt_trains_a_new_classifier_on_frozen_features)
{
	struct scene scene;

	scene_init(&scene, "crt", "mlp");
	scene_set(&scene, "learning-rate", "1e-9");
	scene_set(&scene, "second-stage-epochs", "3");
	scene_train(&scene, 17);
	struct layers first = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers begun = read_layers(&scene);
	scene_train(&scene, 2);
	struct layers last = read_layers(&scene);
	cr_expect(same_hidden(&first, &last));
	/* At this learning rate only new initial weights can make a difference. */
	cr_expect_gt(fabs(first.top[0] - begun.top[0]), 1e-3);
	cr_expect_lt(fabs(begun.top[0] - last.top[0]), 1e-6);
	expect_equal_classes(&scene);
	scene_done(&scene);
}

Test(stage, crt_starts_the_biases_where_the_loss_wants_them)
{
	struct scene scene;

	scene_init(&scene, "crt", "mlp");
	scene_set(&scene, "loss", "class-balanced-sigmoid");
	scene_set(&scene, "second-stage-epochs", "1");
	scene_set(&scene, "warm-up-epochs", "1000000000");
	scene_train(&scene, 20);
	struct layers last = read_layers(&scene);
	for (size_t c = 0; c < CLASSES; c++)
		cr_expect_float_eq(last.top_bias[c], -log(CLASSES - 1), 1e-6);
	scene_done(&scene);
}

Test(stage, lws_learns_one_factor_a_class)
{
	struct scene scene;
	double furthest = 0;

	scene_init(&scene, "lws", "mlp");
	scene_set(&scene, "precision", "double");
	scene_train(&scene, 16);
	struct layers first = read_layers(&scene);
	scene_train(&scene, 4);
	struct layers last = read_layers(&scene);
	cr_expect(same_hidden(&first, &last));
	for (size_t c = 0; c < CLASSES; c++) {
		double factor = last.top_bias[c] / first.top_bias[c];
		furthest = fmax(furthest, fabs(factor - 1));
		for (size_t j = 0; j < HIDDEN; j++)
			cr_expect_float_eq(last.top[c * HIDDEN + j], factor * first.top[c * HIDDEN + j], 1e-12);
	}
	cr_expect_gt(furthest, 1e-3);
	expect_equal_classes(&scene);
	scene_done(&scene);
}

Test(stage, the_learning_rate_schedule_starts_again)
{
	struct scene scene;

	scene_init(&scene, "crt", "mlp");
	scene_set(&scene, "schedule", "step");
	scene_set(&scene, "step-epochs", "1");
	scene_set(&scene, "step-factor", "1e-9");
	scene_set(&scene, "second-stage-epochs", "2");
	scene_train(&scene, 18);
	struct layers before = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers begun = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers last = read_layers(&scene);
	cr_expect(same_hidden(&before, &last));
	/* The rate is full in the first epoch of the stage, next to nothing in the second. */
	cr_expect_lt(fabs(begun.top[0] - last.top[0]), 1e-6);
	scene_done(&scene);
}

#define STAGE_EPOCHS 3

/* Biases of a network whose weights are all zero, and their steps: one epoch is one step, with momentum. */
struct steps {
	double start[CLASSES]; /* where the second stage found the biases: scales multiply them */
	double factor[CLASSES], velocity[CLASSES], bias[CLASSES];
};

/* One step on draws that weigh share (k), sum 1; the gradient by a logit is its probability less its share. */
static void make_step(struct steps *steps, const double *share, double rate, bool is_scaled)
{
	double p[CLASSES], sum = 0;

	for (size_t c = 0; c < CLASSES; c++)
		sum += p[c] = exp(steps->bias[c]);
	for (size_t c = 0; c < CLASSES; c++) {
		double gradient = p[c] / sum - share[c];
		steps->velocity[c] = 0.9 * steps->velocity[c] + gradient * (is_scaled ? steps->start[c] : 1);
		if (is_scaled)
			steps->factor[c] -= rate * steps->velocity[c];
		steps->bias[c] =
		    is_scaled ? steps->factor[c] * steps->start[c] : steps->bias[c] - rate * steps->velocity[c];
	}
}

static void begin_stage(struct steps *steps, bool is_scaled)
{
	for (size_t c = 0; c < CLASSES; c++) {
		steps->start[c] = steps->bias[c];
		steps->factor[c] = 1;
		steps->velocity[c] = 0;
		steps->bias[c] = is_scaled ? steps->bias[c] : 0;
	}
}

/* Stages that restart have their own schedule, without momentum from before; drw's goes on, with other weights. */
Test(stage, steps_are_those_of_gradient_descent)
{
	static const struct {
		const char *method, *loss;
		bool restarts, is_scaled;
	} cases[] = {
		{ "crt", "cross-entropy", true, false },
		{ "lws", "cross-entropy", true, true },
		{ "drw", "cross-entropy", false, false },
		{ "drw", "inverse-frequency", false, false },
	};

	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++) {
		struct scene scene;
		struct steps steps = { 0 };
		scene_init(&scene, cases[t].method, "mlp");
		scene_set(&scene, "loss", cases[t].loss);
		scene_set(&scene, "init", "zero");
		scene_set(&scene, "activation", "tanh");
		scene_set(&scene, "precision", "double");
		scene_set(&scene, "batch-size", "full");
		scene_set(&scene, "schedule", "cosine");
		scene_set(&scene, "second-stage-epochs", "3");
		for (int epoch = 1; epoch <= 20; epoch++) {
			bool is_late = epoch > 20 - STAGE_EPOCHS;
			double share[CLASSES] = { 0 }, sum = 0;
			int past = cases[t].restarts && is_late ? epoch - 1 - (20 - STAGE_EPOCHS) : epoch - 1;
			int epochs = !cases[t].restarts ? 20 : is_late ? STAGE_EPOCHS : 20 - STAGE_EPOCHS;
			scene_train(&scene, 1);
			for (size_t i = 0; i < scene.split->train_count; i++) {
				uint32_t at = scene.split->train[i], y = scene.dataset->y[at];
				double n = scene.split->train_class[y];
				double weight = strcmp(cases[t].loss, "inverse-frequency") == 0
						    ? 1 / n
						    : (1 - .9999) / (1 - pow(.9999, n));
				share[y] +=
				    trainer_draws(scene.trainer)[at] * (is_late && !cases[t].restarts ? weight : 1);
			}
			for (size_t c = 0; c < CLASSES; c++)
				sum += share[c];
			for (size_t c = 0; c < CLASSES; c++)
				share[c] /= sum;
			if (is_late && cases[t].restarts && past == 0)
				begin_stage(&steps, cases[t].is_scaled);
			make_step(&steps, share, 0.1 * (1 + cos(M_PI * past / epochs)) / 2,
				  is_late && cases[t].is_scaled);
			struct layers layers = read_layers(&scene);
			for (size_t c = 0; c < CLASSES; c++)
				cr_expect_float_eq(layers.top_bias[c], steps.bias[c], 1e-11, "%s with %s, epoch %d: %g",
						   cases[t].method, cases[t].loss, epoch, layers.top_bias[c]);
		}
		scene_done(&scene);
	}
}

/* Adam's first step is the learning rate, whatever the gradient; the factors' moments are their own. */
Test(stage, lws_takes_its_first_step_anew)
{
	struct scene scene;

	scene_init(&scene, "lws", "mlp");
	scene_set(&scene, "precision", "double");
	scene_set(&scene, "optimizer", "adam");
	scene_set(&scene, "batch-size", "full");
	scene_set(&scene, "second-stage-epochs", "1");
	scene_train(&scene, 19);
	struct layers first = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers last = read_layers(&scene);
	for (size_t c = 0; c < CLASSES; c++)
		cr_expect_float_eq(fabs(last.top_bias[c] / first.top_bias[c] - 1), 0.1, 1e-5);
	scene_done(&scene);
}

/* Of the features of the last epoch, which are recomputed from the weights, and of the training part. */
Test(adjustment, class_means_are_of_the_training_part)
{
	struct scene scene;
	double centre[HIDDEN] = { 0 }, mean[CLASSES][HIDDEN] = { 0 };

	scene_init(&scene, "ncm", "mlp");
	scene_set(&scene, "precision", "double");
	scene_train(&scene, 3);
	const struct layers layers = read_layers(&scene);
	size_t n = scene.dataset->instances;
	double(*feature)[HIDDEN] = calloc(n, sizeof *feature);
	for (size_t i = 0; i < n; i++)
		for (size_t h = 0; h < HIDDEN; h++) {
			double sum = layers.hidden_bias[h];
			for (size_t j = 0; j < FEATURES; j++)
				sum += layers.hidden[h * FEATURES + j] *
				       trainer_scaled(scene.trainer)->x[i * FEATURES + j];
			feature[i][h] = fmax(sum, 0);
			centre[h] += scene.split->is_test[i] ? 0 : feature[i][h] / (double)scene.split->train_count;
		}
	for (size_t i = 0; i < n; i++) {
		double length = 0;
		for (size_t h = 0; h < HIDDEN; h++)
			length += pow(feature[i][h] - centre[h], 2);
		for (size_t h = 0; h < HIDDEN; h++) {
			uint32_t y = scene.dataset->y[i];
			feature[i][h] = (feature[i][h] - centre[h]) / sqrt(length);
			mean[y][h] += scene.split->is_test[i] ? 0 : feature[i][h] / scene.split->train_class[y];
		}
	}
	for (size_t i = 0; i < n; i++) {
		double first = 0;
		for (size_t c = 0; c < CLASSES; c++) {
			double distance = 0;
			for (size_t h = 0; h < HIDDEN; h++)
				distance += pow(feature[i][h] - mean[c][h], 2);
			size_t at = (i / TILE_INSTANCES * CLASSES + c) * TILE_INSTANCES + i % TILE_INSTANCES;
			/* The same for all classes: the normalisation. */
			first = c == 0 ? log_p(&scene)[at] + distance : first;
			cr_assert_float_eq(log_p(&scene)[at] + distance, first, 1e-9);
		}
	}
	free(feature);
	scene_done(&scene);
}

/* e <- 0.9 e + mean: of one batch an epoch, on inputs that stay, the mean times 1 + 0.9 + 0.81. */
Test(adjustment, the_moving_mean_is_of_the_batches)
{
	struct scene scene;

	scene_init(&scene, "tde", "logreg");
	scene_set(&scene, "scale", "none");
	scene_set(&scene, "batch-size", "full");
	scene_set(&scene, "classifier-heads", "1");
	scene_train(&scene, 3);
	for (size_t j = 0; j < FEATURES; j++) {
		double mean = 0;
		for (size_t i = 0; i < scene.split->train_count; i++)
			mean +=
			    scene.dataset->x[scene.split->train[i] * FEATURES + j] / (double)scene.split->train_count;
		cr_expect_float_eq(trainer_mean_feature(scene.trainer)[j], 2.71 * mean, 1e-12 * (1 + fabs(mean)));
	}
	scene_done(&scene);
}

/* The network of the method is that of base; the predictions are base's, adjusted. */
Test(adjustment, predictions_are_those_of_the_trained_network_adjusted)
{
	static const char *const models[] = { "logreg", "mlp" };

	for (size_t m = 0; m < ARRAY_LENGTH(models); m++) {
		struct scene base, adjusted;
		double first[TILE_INSTANCES] = { 0 };
		scene_init(&base, "base", models[m]);
		scene_init(&adjusted, "post-hoc", models[m]);
		scene_train(&base, 20);
		scene_train(&adjusted, 20);
		size_t n = base.dataset->instances;
		for (size_t i = 0; i < n; i++)
			for (size_t c = 0; c < CLASSES; c++) {
				size_t at = (i / TILE_INSTANCES * CLASSES + c) * TILE_INSTANCES + i % TILE_INSTANCES;
				double share = (double)base.split->train_class[c] / (double)base.split->train_count;
				double rest = log_p(&adjusted)[at] - log_p(&base)[at] + log(share + 1e-12);
				/* The same for all classes: the normalisation. */
				if (c == 0)
					first[i % TILE_INSTANCES] = rest;
				cr_assert_float_eq(rest, first[i % TILE_INSTANCES], 1e-5);
			}
		scene_done(&base);
		scene_done(&adjusted);
	}
}

Test(adjustment, what_changes_nothing_gives_the_predictions_of_base)
{
	static const struct {
		const char *method, *parameter, *value;
	} cases[] = { { "post-hoc", "tau", "0" }, { "tau-norm", "tau", "0" }, { "temperature", "temperature", "1" } };
	struct scene base;

	scene_init(&base, "base", "logreg");
	scene_train(&base, 20);
	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++) {
		struct scene scene;
		scene_init(&scene, cases[t].method, "logreg");
		scene_set(&scene, cases[t].parameter, cases[t].value);
		scene_train(&scene, 20);
		for (size_t i = 0; i < base.dataset->instances * CLASSES; i++) {
			size_t at = (i / CLASSES / TILE_INSTANCES * CLASSES + i % CLASSES) * TILE_INSTANCES +
				    i / CLASSES % TILE_INSTANCES;
			cr_assert_float_eq(log_p(&scene)[at], log_p(&base)[at], 1e-9, "%s", cases[t].method);
		}
		scene_done(&scene);
	}
	scene_done(&base);
}

/* Where the weights follow the predictions, they follow those of the network itself, so an adjustment changes what is
 * recorded, and neither weights nor training. */
Test(adjustment, weights_go_by_the_unadjusted_predictions)
{
	static const struct {
		const char *sampler, *loss;
	} cases[] = {
		{ "multinomial", "cross-entropy" }, { "systematic", "focal" },
		{ "self-paced", "cross-entropy" },  { "all", "difficulty" },
		{ "all", "inverse-frequency" },
	};

	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++) {
		struct scene plain, adjusted;
		double top[2][CLASSES * FEATURES];
		scene_init(&plain, "base", "logreg");
		scene_init(&adjusted, "post-hoc", "logreg");
		scene_set(&plain, "sampler", cases[t].sampler);
		scene_set(&adjusted, "sampler", cases[t].sampler);
		scene_set(&plain, "loss", cases[t].loss);
		scene_set(&adjusted, "loss", cases[t].loss);
		for (int epoch = 1; epoch <= 5; epoch++) {
			scene_train(&plain, 1);
			scene_train(&adjusted, 1);
			const struct weighting *a = trainer_weighting(plain.trainer);
			const struct weighting *b = trainer_weighting(adjusted.trainer);
			for (size_t i = 0; i < plain.split->train_count; i++)
				cr_assert_eq(a->weight[plain.split->train[i]], b->weight[plain.split->train[i]],
					     "%s %s, epoch %d", cases[t].sampler, cases[t].loss, epoch);
			cr_expect_eq(memcmp(a->sampling_share, b->sampling_share, CLASSES * sizeof(double)), 0);
			cr_expect_eq(a->effective_sample_size, b->effective_sample_size);
		}
		network_read_layer(trainer_network(plain.trainer), 0, top[0], NULL);
		network_read_layer(trainer_network(adjusted.trainer), 0, top[1], NULL);
		cr_expect_eq(memcmp(top[0], top[1], sizeof top[0]), 0, "%s %s", cases[t].sampler, cases[t].loss);
		const double *p_true = trainer_predictions(plain.trainer)->p_true;
		cr_expect_neq(memcmp(p_true, trainer_predictions(adjusted.trainer)->p_true,
				     plain.dataset->instances * sizeof *p_true),
			      0);
		scene_done(&plain);
		scene_done(&adjusted);
	}
}
