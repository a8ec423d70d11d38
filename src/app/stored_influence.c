#include "app/stored_influence.h"

#include <stdlib.h>

#include "base/mem.h"
#include "data/scale.h"
#include "db/part.h"
#include "track/track_influence.h"
#include "train/influence.h"

/* A stored run, ready for gradients. */
struct subject {
	struct stored_run *run;
	struct scaled scaled;
	struct network *network;
	struct network_inputs *inputs;
	struct loss_state loss;
	struct influence *influence;
	double *weight;	 /* (n) of each instance in the gradient to compare with */
	double *product; /* (n) */
};

static void subject_done(struct subject *subject)
{
	influence_free(subject->influence);
	loss_state_done(&subject->loss);
	network_inputs_free(subject->inputs);
	network_free(subject->network);
	scaled_done(&subject->scaled);
	stored_run_free(subject->run);
	free(subject->weight);
	free(subject->product);
}

static enum err_code check_loss(const struct subject *subject, struct err *err)
{
	const struct loss *loss = subject->run->recipe.method.loss;

	if (loss->see_tile == NULL && loss != &loss_softmax_equalization)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "run %lld: loss %s is not one of single instances: %s",
		       (long long)subject->run->run_id, loss->name,
		       loss->see_tile != NULL ? "it weighs a batch as a whole" : "it draws random numbers");
}

static enum err_code create_loss(struct subject *subject, struct err *err)
{
	const struct stored_run *run = subject->run;

	return loss_state_init(&subject->loss, run->recipe.method.loss, &run->recipe.loss_parameters,
			       run->split->train_class, run->dataset->classes, err);
}

static enum err_code subject_init(struct subject *subject, struct track *track, const struct influence_request *request,
				  struct err *err)
{
	if (stored_run_read(track, request->run_id, &request->source, &subject->run, err) != ERR_OK ||
	    stored_run_check_classes(&subject->run->row, "influence", err) != ERR_OK ||
	    check_loss(subject, err) != ERR_OK ||
	    scale_fit(subject->run->dataset, subject->run->split,
		      &(struct scaling){ .kind = (enum scale_kind)subject->run->recipe.data.scale }, &subject->scaled,
		      err) != ERR_OK ||
	    stored_run_create_network(subject->run, PRECISION_DOUBLE, INFLUENCE_BATCH, &subject->network, err) !=
		ERR_OK ||
	    network_inputs_create(subject->network, subject->scaled.x, subject->run->dataset->instances,
				  &subject->inputs, err) != ERR_OK ||
	    create_loss(subject, err) != ERR_OK)
		return err->code;
	const struct influence_subject described = {
		.network = subject->network,
		.inputs = subject->inputs,
		.loss = &subject->loss,
		.batch = INFLUENCE_BATCH,
		.y = subject->run->dataset->y,
		.instances = subject->run->dataset->instances,
	};
	if (influence_create(&described, &subject->influence, err) != ERR_OK ||
	    mem_new(&subject->weight, described.instances, err) != ERR_OK ||
	    mem_new(&subject->product, described.instances, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

static enum err_code find_instance(const struct stored_run *run, uint32_t instance_id, size_t *ret_position,
				   struct err *err)
{
	for (size_t i = 0; i < run->dataset->instances; i++)
		if (run->dataset->instance_id[i] == instance_id) {
			*ret_position = i;
			return ERR_OK;
		}
	return err_set(err, ERR_INPUT, "run %lld: its data set '%s' has no instance %u", (long long)run->run_id,
		       run->dataset->name, instance_id);
}

static int compare_items(const void *left, const void *right)
{
	const struct influence_item *a = left;
	const struct influence_item *b = right;

	if (a->product != b->product)
		return a->product > b->product ? -1 : 1;
	return (a->instance_id > b->instance_id) - (a->instance_id < b->instance_id);
}

static enum err_code fill_list(const struct subject *subject, size_t position, struct influence_list *list,
			       struct err *err)
{
	const struct dataset *dataset = subject->run->dataset;
	const struct split *split = subject->run->split;

	list->count = split->train_count;
	if (mem_new(&list->items, list->count, err) != ERR_OK ||
	    text_append(&list->title, err, "instance %u of %s (%s, %s), run %lld, epoch %zu",
			dataset->instance_id[position], dataset->name, dataset->class_names[dataset->y[position]],
			part_name(split->is_test[position]), (long long)subject->run->run_id, list->epoch) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < list->count; i++)
		list->items[i] = (struct influence_item){
			dataset->instance_id[split->train[i]],
			subject->product[split->train[i]],
		};
	qsort(list->items, list->count, sizeof *list->items, compare_items);
	return ERR_OK;
}

enum err_code influence_list_compute(struct track *track, const struct influence_request *request,
				     struct influence_list *ret_list, struct err *err)
{
	AUTO(subject_done) struct subject subject = { 0 };
	AUTO(influence_list_done) struct influence_list list = { .epoch = request->epoch };
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t position = 0, count = 0;

	if (subject_init(&subject, track, request, err) != ERR_OK ||
	    find_instance(subject.run, request->instance_id, &position, err) != ERR_OK ||
	    stored_run_list_epochs(track, subject.run, 0, &epochs, &count, err) != ERR_OK)
		return err->code;
	if (list.epoch == INFLUENCE_LAST_EPOCH)
		list.epoch = epochs[count - 1];
	if (stored_run_load(track, subject.run, list.epoch, subject.network, err) != ERR_OK)
		return err->code;
	subject.weight[position] = 1;
	influence_take(subject.influence, subject.weight);
	influence_multiply(subject.influence, subject.product);
	if (fill_list(&subject, position, &list, err) != ERR_OK)
		return err->code;
	*ret_list = list;
	list = (struct influence_list){ 0 };
	return ERR_OK;
}

void influence_list_done(struct influence_list *list)
{
	text_done(&list->title);
	free(list->items);
	*list = (struct influence_list){ 0 };
}

enum err_code influence_list_save(struct track *track, const struct influence_request *request,
				  const struct influence_list *list, struct err *err)
{
	AUTO(mem_freep) uint32_t *ids = NULL;
	AUTO(mem_freep) double *products = NULL;

	if (mem_new(&ids, list->count, err) != ERR_OK || mem_new(&products, list->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < list->count; i++) {
		ids[i] = list->items[i].instance_id;
		products[i] = list->items[i].product;
	}
	const struct track_influence influence = {
		.run_id = request->run_id,
		.epoch = list->epoch,
		.instance_id = request->instance_id,
		.count = list->count,
		.ids = ids,
		.values = products,
	};
	return track_put_influence(track, &influence, err);
}

/* subject->weight <- d_a v_a / D from the draws, and from the difficulty where the loss weighs by it: then v_a is
 * N D_a / sum D over the training part. */
static enum err_code weigh_draws(struct subject *subject, const struct track_steps *steps, struct err *err)
{
	const struct stored_run *run = subject->run;
	const struct split *split = run->split;
	AUTO(mem_freep) double *class_weight = NULL;
	double sum = 0;
	double divisor = 0;

	if (mem_new(&class_weight, run->dataset->classes, err) != ERR_OK)
		return err->code;
	loss_weigh_classes(subject->loss.loss, &subject->loss.parameters, split->train_class, run->dataset->classes,
			   class_weight);
	for (size_t i = 0; i < split->train_count; i++)
		sum += steps->difficulty[split->train[i]];
	for (size_t i = 0; i < split->train_count; i++) {
		uint32_t a = split->train[i];
		double weight = subject->loss.loss->uses_difficulty
				    ? (double)split->train_count * steps->difficulty[a] / sum
				    : class_weight[run->dataset->y[a]];
		subject->weight[a] = steps->draws[a] * weight;
		divisor += run->recipe.reduction == REDUCTION_WEIGHTS ? subject->weight[a] : steps->draws[a];
	}
	for (size_t i = 0; i < split->train_count; i++)
		subject->weight[split->train[i]] /= divisor;
	return ERR_OK;
}

static enum err_code save_epoch(struct subject *subject, struct track *track, size_t epoch, struct err *err)
{
	const struct stored_run *run = subject->run;
	const struct track_influence changes = {
		.run_id = run->run_id,
		.epoch = epoch,
		.count = run->dataset->instances,
		.ids = run->dataset->instance_id,
		.values = subject->product,
	};

	if (stored_run_load(track, run, epoch - 1, subject->network, err) != ERR_OK)
		return err->code;
	influence_take(subject->influence, subject->weight);
	influence_multiply(subject->influence, subject->product);
	for (size_t i = 0; i < changes.count; i++)
		subject->product[i] *= -run->recipe.training.optimization.learning_rate;
	return track_put_loss_changes(track, &changes, err);
}

/* The epoch after each with recorded weights, if its draws are recorded. */
static enum err_code save_epochs(struct subject *subject, struct track *track, size_t *ret_saved, struct err *err)
{
	AUTO(mem_freep) size_t *epochs = NULL;
	AUTO(mem_freep) double *draws = NULL;
	AUTO(mem_freep) double *difficulty = NULL;
	size_t n = subject->run->dataset->instances;
	size_t count = 0;
	size_t saved = 0;

	if (stored_run_list_epochs(track, subject->run, 0, &epochs, &count, err) != ERR_OK ||
	    mem_new(&draws, n, err) != ERR_OK || mem_new(&difficulty, n, err) != ERR_OK)
		return err->code;
	struct track_steps steps = { draws, difficulty };
	for (size_t i = 0; i < count; i++) {
		bool found = false;
		if (track_read_steps(track, &subject->run->row, epochs[i] + 1, &steps, &found, err) != ERR_OK)
			return err->code;
		if (!found)
			continue;
		if (weigh_draws(subject, &steps, err) != ERR_OK ||
		    save_epoch(subject, track, epochs[i] + 1, err) != ERR_OK)
			return err->code;
		/* What is computed next keeps nobody from writing. */
		if (track_commit(track, err) != ERR_OK)
			return err->code;
		saved++;
	}
	*ret_saved = saved;
	return ERR_OK;
}

enum err_code influence_save_changes(struct track *track, const struct influence_request *request, size_t *ret_epochs,
				     struct err *err)
{
	AUTO(subject_done) struct subject subject = { 0 };
	size_t saved = 0;

	if (subject_init(&subject, track, request, err) != ERR_OK)
		return err->code;
	const struct method *method = &subject.run->recipe.method;
	if (method->sampler->is_bilateral)
		return err_set(err, ERR_INPUT, "run %lld: its steps are of pairs of instances, one for each branch",
			       (long long)request->run_id);
	if (method->loss->uses_meta_set)
		return err_set(err, ERR_INPUT, "run %lld: the weights of its batches (loss %s) are not recorded",
			       (long long)request->run_id, method->loss->name);
	if (method->stage != NULL)
		return err_set(err, ERR_INPUT,
			       "run %lld: has a second stage (%s), whose steps are not those of the first",
			       (long long)request->run_id, method->stage->name);
	if (method->adjustment != NULL && method->loss->uses_difficulty)
		return err_set(
		    err, ERR_INPUT,
		    "run %lld: its loss went by the difficulties without adjustment %s, which are not recorded",
		    (long long)request->run_id, method->adjustment->name);
	if (save_epochs(&subject, track, &saved, err) != ERR_OK)
		return err->code;
	if (saved == 0)
		return err_set(err, ERR_INPUT,
			       "run %lld has no epoch that is recorded with the one before it; --record every:1 "
			       "--record-weights every:1 records them",
			       (long long)request->run_id);
	*ret_epochs = saved;
	return ERR_OK;
}
