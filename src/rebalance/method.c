#include "rebalance/method.h"

#include <math.h>

#include "base/mem.h"

// clang-format off
/* The defaults of imbalanced-regression, the code of Yang et al. 2021. */
#define GAUSSIAN { KERNEL_GAUSSIAN, 5, 2 }

static const struct method methods[] = {
	{ .name = "base", .summary = "plain training",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy },
	{ .name = "bootstrap", .summary = "uniform draws with replacement: the control for difficulty",
	  .sampler = &sampler_bootstrap, .loss = &loss_cross_entropy },
	{ .name = "class-balanced", .summary = "loss weighted by effective number", .source = "Cui et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_class_balanced },
	{ .name = "inverse-frequency", .summary = "loss weighted by one over the class count",
	  .sampler = &sampler_all, .loss = &loss_inverse_frequency },
	{ .name = "difficulty", .summary = "draws by instance difficulty", .source = "Yu et al. 2022",
	  .sampler = &sampler_multinomial, .loss = &loss_cross_entropy },
	{ .name = "square-root-sampling", .summary = "classes drawn by the square root of their size", .source = "Mahajan et al. 2018",
	  .sampler = &sampler_square_root, .loss = &loss_cross_entropy },
	{ .name = "class-balanced-sampling", .summary = "all classes drawn alike", .source = "Kang et al. 2020",
	  .sampler = &sampler_class_balanced, .loss = &loss_cross_entropy },
	{ .name = "class-aware", .summary = "the classes by turns", .source = "Shen et al. 2016",
	  .sampler = &sampler_class_aware, .loss = &loss_cross_entropy },
	{ .name = "progressive", .summary = "from uniform draws to all classes drawn alike", .source = "Kang et al. 2020",
	  .sampler = &sampler_progressive, .loss = &loss_cross_entropy },
	{ .name = "reversed", .summary = "classes drawn by one over their size", .source = "Zhou et al. 2020",
	  .sampler = &sampler_reversed, .loss = &loss_cross_entropy },
	{ .name = "under-sampling", .summary = "larger classes cut down to the smallest",
	  .sampler = &sampler_under, .loss = &loss_cross_entropy },
	{ .name = "over-sampling", .summary = "smaller classes filled up to the largest",
	  .sampler = &sampler_over, .loss = &loss_cross_entropy },
	{ .name = "self-paced", .summary = "self-paced under-sampling: larger classes cut down to the smallest by hardness", .source = "Liu et al. 2020",
	  .sampler = &sampler_self_paced, .loss = &loss_cross_entropy },
	{ .name = "self-paced-learning", .summary = "those below a growing loss", .source = "Kumar et al. 2010",
	  .sampler = &sampler_self_paced_learning, .loss = &loss_cross_entropy },
	{ .name = "curriculum", .summary = "the easiest first, then more and more", .source = "Bengio et al. 2009",
	  .sampler = &sampler_curriculum, .loss = &loss_cross_entropy },
	{ .name = "anti-curriculum", .summary = "the hardest first, then more and more: the control for curriculum", .source = "Hacohen and Weinshall 2019",
	  .sampler = &sampler_anti_curriculum, .loss = &loss_cross_entropy },
	{ .name = "smote", .summary = "smaller classes filled up with points between neighbours", .source = "Chawla et al. 2002",
	  .sampler = &sampler_smote, .loss = &loss_cross_entropy },
	{ .name = "borderline-smote", .summary = "SMOTE from instances among other classes", .source = "Han et al. 2005",
	  .sampler = &sampler_borderline_smote, .loss = &loss_cross_entropy },
	{ .name = "adasyn", .summary = "SMOTE, the more where other classes are near", .source = "He et al. 2008",
	  .sampler = &sampler_adasyn, .loss = &loss_cross_entropy },
	{ .name = "mixup", .summary = "pairs of instances mixed, and their losses", .source = "Zhang et al. 2018",
	  .sampler = &sampler_mixup, .loss = &loss_cross_entropy },
	{ .name = "remix", .summary = "mixup with the label of the rarer class", .source = "Chou et al. 2020",
	  .sampler = &sampler_remix, .loss = &loss_cross_entropy },
	{ .name = "focal", .summary = "focal loss on softmax", .source = "Lin et al. 2017",
	  .sampler = &sampler_all, .loss = &loss_focal },
	{ .name = "focal-reweighted", .summary = "focal loss of cross-entropy that is weighted by effective number", .source = "Cao et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_focal_reweighted },
	{ .name = "logit-adjusted", .summary = "logit-adjusted loss", .source = "Menon et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_logit_adjusted },
	{ .name = "balanced-softmax", .summary = "balanced softmax", .source = "Ren et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_balanced_softmax },
	{ .name = "cdt", .summary = "class-dependent temperatures", .source = "Ye et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cdt },
	{ .name = "class-balanced-sigmoid", .summary = "sigmoid loss weighted by effective number", .source = "Cui et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_class_balanced_sigmoid },
	{ .name = "class-balanced-focal", .summary = "sigmoid focal loss weighted by effective number", .source = "Cui et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_class_balanced_focal },
	{ .name = "focal-sigmoid", .summary = "focal loss on sigmoid scores", .source = "Lin et al. 2017",
	  .sampler = &sampler_all, .loss = &loss_focal_sigmoid },
	{ .name = "acsl", .summary = "adaptive class suppression", .source = "Wang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_acsl },
	{ .name = "equalization", .summary = "equalization loss on sigmoid scores", .source = "Tan et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_equalization },
	{ .name = "balanced", .summary = "all classes weigh the same in the loss",
	  .sampler = &sampler_all, .loss = &loss_balanced },
	{ .name = "cost-sensitive", .summary = "loss weighted by a power of one over the class count",
	  .sampler = &sampler_all, .loss = &loss_cost_sensitive },
	{ .name = "log-frequency", .summary = "loss weighted by the log class share", .source = "Tang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_log_frequency },
	{ .name = "softmax-equalization", .summary = "equalization loss on softmax", .source = "Tan et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_softmax_equalization },
	{ .name = "ghm", .summary = "loss weighted by gradient density", .source = "Li et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_ghm },
	{ .name = "ldam", .summary = "label-distribution-aware margins", .source = "Cao et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_ldam, .cosine = { .scale = 30, .heads = 1 } },
	{ .name = "pairwise-margin", .summary = "a margin for each pair of classes", .source = "Menon et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_pairwise },
	{ .name = "meta-reweight", .summary = "loss weighted by whether a step helps a balanced meta set", .source = "Ren et al. 2018",
	  .sampler = &sampler_all, .loss = &loss_meta_reweight },
	{ .name = "meta-weight-net", .summary = "loss weighted by a network of it that learns on a balanced meta set", .source = "Shu et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_meta_weight_net },
	{ .name = "bbn", .summary = "two branches, from uniform to reversed draws", .source = "Zhou et al. 2020",
	  .sampler = &sampler_bilateral, .loss = &loss_cross_entropy },
	{ .name = "drw", .summary = "class weights in the last epochs only", .source = "Cao et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .stage = &stage_drw },
	{ .name = "ldam-drw", .summary = "LDAM, with class weights in the last epochs", .source = "Cao et al. 2019",
	  .sampler = &sampler_all, .loss = &loss_ldam, .stage = &stage_drw, .cosine = { .scale = 30, .heads = 1 } },
	{ .name = "crt", .summary = "classifier trained again on class-aware draws", .source = "Kang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .stage = &stage_crt },
	{ .name = "lws", .summary = "class scales learned on class-aware draws", .source = "Kang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .stage = &stage_lws },
	{ .name = "post-hoc", .summary = "logits less the log class shares", .source = "Menon et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_post_hoc },
	{ .name = "target-prior", .summary = "probabilities for stated class shares", .source = "Saerens et al. 2002",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_target_prior },
	{ .name = "tau-norm", .summary = "class weight vectors normalised", .source = "Kang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_tau_norm },
	{ .name = "ncm", .summary = "nearest class mean of the features", .source = "Kang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_ncm },
	{ .name = "ncm-cosine", .summary = "nearest class mean by dot product", .source = "Kang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_ncm_cosine },
	{ .name = "tde", .summary = "total direct effect", .source = "Tang et al. 2020",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_tde,
	  .cosine = { .scale = 16, .heads = 2, .gamma = 1.0 / 32 } },
	{ .name = "inverse", .summary = "loss weighted by one over the count of the class, or bin",
	  .sampler = &sampler_all, .loss = &loss_inverse },
	{ .name = "square-root-inverse", .summary = "loss weighted by one over its square root",
	  .sampler = &sampler_all, .loss = &loss_square_root_inverse },
	{ .name = "rrt", .summary = "last layer trained again with inverse weights", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .stage = &stage_rrt },
	{ .name = "lds", .summary = "loss weighted by one over the smoothed count of the bin", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_mse, .weights = &loss_inverse, .kernel = GAUSSIAN },
	{ .name = "lds-sqrt", .summary = "loss weighted by one over its smoothed square root", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_mse, .weights = &loss_square_root_inverse, .kernel = GAUSSIAN },
	{ .name = "fds", .summary = "features whitened by their bin, coloured by its neighbours", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_mse, .kernel = GAUSSIAN, .smooths_features = true },
	{ .name = "lds-fds", .summary = "lds and fds", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_mse, .weights = &loss_inverse, .kernel = GAUSSIAN, .smooths_features = true },
	{ .name = "huber", .summary = "squared difference near 0, absolute beyond", .source = "Huber 1964",
	  .sampler = &sampler_all, .loss = &loss_huber },
	{ .name = "focal-mse", .summary = "small differences count less", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_focal_mse },
	{ .name = "focal-l1", .summary = "small absolute differences count less", .source = "Yang et al. 2021",
	  .sampler = &sampler_all, .loss = &loss_focal_l1 },
	{ .name = "balanced-mse", .summary = "as if all targets were as frequent", .source = "Ren et al. 2022",
	  .sampler = &sampler_all, .loss = &loss_balanced_mse },
	{ .name = "temperature", .summary = "temperature scaling", .source = "Guo et al. 2017",
	  .sampler = &sampler_all, .loss = &loss_cross_entropy, .adjustment = &adjustment_temperature },
};
// clang-format on

const struct method *method_at(size_t i)
{
	return i < ARRAY_LENGTH(methods) ? &methods[i] : NULL;
}

const char *method_name(size_t i)
{
	return i < ARRAY_LENGTH(methods) ? methods[i].name : NULL;
}

const char *method_name_of_sampler(const struct sampler *sampler)
{
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
		if (methods[i].sampler == sampler && methods[i].loss == &loss_cross_entropy &&
		    methods[i].cosine.heads == 0 && methods[i].stage == NULL && methods[i].adjustment == NULL)
			return methods[i].name;
	return sampler->name;
}

bool method_find_misfit(const struct method *method, enum task task, const char **ret_kind, const char **ret_name)
{
	bool is_regression = task == TASK_REGRESSION;
	const struct {
		bool misfits;
		const char *kind, *name;
	} parts[] = {
		{ method->loss->task != task, "loss", method->loss->name },
		{ is_regression && (method->sampler->uses_p_true || method->sampler->needs_classes), "sampler",
		  method->sampler->name },
		{ is_regression && method->cosine.heads > 0, "classifier", "cosine" },
		{ is_regression && method->stage != NULL && method->stage->learns_scales, "second stage",
		  method->stage != NULL ? method->stage->name : NULL },
		{ is_regression && method->adjustment != NULL, "adjustment",
		  method->adjustment != NULL ? method->adjustment->name : NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		if (parts[i].misfits) {
			*ret_kind = parts[i].kind;
			*ret_name = parts[i].name;
			return true;
		}
	return false;
}

bool method_in_task(const struct method *method, enum task task, struct method *ret_method)
{
	struct method made = *method;
	const char *kind, *name;

	if (task == TASK_REGRESSION && loss_only_weighs(made.loss)) {
		made.weights = made.loss;
		made.loss = &loss_mse;
	}
	if (method_find_misfit(&made, task, &kind, &name))
		return false;
	*ret_method = made;
	return true;
}

const struct loss *method_weights(const struct method *method)
{
	return method->weights != NULL ? method->weights : method->loss;
}

static double either(double own, double other)
{
	return isnan(own) ? other : own;
}

struct loss_parameters method_fill_loss_parameters(const struct method *method, const struct loss_parameters *given)
{
	struct loss_parameters own = loss_fill_parameters(method->loss, given);
	struct loss_parameters other = loss_fill_parameters(method_weights(method), given);

	/* Those that weights go by. */
	own.gamma = either(own.gamma, other.gamma);
	own.tau = either(own.tau, other.tau);
	own.lambda = either(own.lambda, other.lambda);
	return own;
}

struct kernel method_fill_kernel(const struct method *method, int kind, const struct kernel *given)
{
	static const struct kernel usual = GAUSSIAN;
	struct kernel kernel = { .kind = kind > 0 ? (enum kernel_kind)(kind - 1) : method->kernel.kind, .sigma = NAN };
	const struct kernel *own = method->kernel.kind != KERNEL_NONE ? &method->kernel : &usual;

	if (kernel.kind == KERNEL_NONE)
		return kernel;
	kernel.size = given->size > 0 ? given->size : own->size;
	if (kernel.kind != KERNEL_TRIANGULAR)
		kernel.sigma = either(given->sigma, own->sigma);
	return kernel;
}

struct feature_parameters method_fill_feature_parameters(const struct method *method,
							 const struct feature_parameters *given)
{
	if (!method->smooths_features)
		return (struct feature_parameters){ .momentum = NAN };
	return (struct feature_parameters){
		.momentum = either(given->momentum, 0.9),
		.start = given->start > 0 ? given->start : 1,
	};
}

enum loss_reduction method_reduction(const struct method *method)
{
	const struct stage *stage = method->stage;
	bool is_deferred = stage != NULL && stage->deferred_weights != NULL && !stage->retrains_classifier;

	return is_deferred ? REDUCTION_WEIGHTS : method->loss->reduction;
}

const char *method_apply_name(size_t i)
{
	static const char *const names[] = { "draw", "systematic", "weight" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

struct method method_applied(const struct method *method, enum method_apply apply)
{
	struct method applied = *method;

	switch (apply) {
	case APPLY_DRAW:
		break;
	case APPLY_SYSTEMATIC:
		applied.sampler = &sampler_systematic;
		break;
	case APPLY_WEIGHT:
		applied.sampler = &sampler_all;
		applied.loss = &loss_difficulty;
		break;
	}
	return applied;
}
