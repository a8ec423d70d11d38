#include "rebalance/method.h"

#include "base/mem.h"

static const struct method methods[] = {
	{ "base", "plain training", NULL, &sampler_all, &loss_cross_entropy },
	{ "bootstrap", "uniform draws with replacement: the control for difficulty", NULL, &sampler_bootstrap,
	  &loss_cross_entropy },
	{ "class-balanced", "loss weighted by effective number", "Cui et al. 2019", &sampler_all,
	  &loss_class_balanced },
	{ "inverse-frequency", "loss weighted by one over the class count", NULL, &sampler_all,
	  &loss_inverse_frequency },
	{ "difficulty", "draws by instance difficulty", "Yu et al. 2022", &sampler_multinomial, &loss_cross_entropy },
	{ "square-root-sampling", "classes drawn by the square root of their size", "Mahajan et al. 2018",
	  &sampler_square_root, &loss_cross_entropy },
	{ "class-balanced-sampling", "all classes drawn alike", "Kang et al. 2020", &sampler_class_balanced,
	  &loss_cross_entropy },
	{ "class-aware", "the classes by turns", "Shen et al. 2016", &sampler_class_aware, &loss_cross_entropy },
	{ "progressive", "from uniform draws to all classes drawn alike", "Kang et al. 2020", &sampler_progressive,
	  &loss_cross_entropy },
	{ "reversed", "classes drawn by one over their size", "Zhou et al. 2020", &sampler_reversed,
	  &loss_cross_entropy },
	{ "under-sampling", "larger classes cut down to the smallest", NULL, &sampler_under, &loss_cross_entropy },
	{ "over-sampling", "smaller classes filled up to the largest", NULL, &sampler_over, &loss_cross_entropy },
	{ "self-paced", "larger classes cut down to the smallest by hardness", "Liu et al. 2020", &sampler_self_paced,
	  &loss_cross_entropy },
	{ "focal", "focal loss on softmax", "Lin et al. 2017", &sampler_all, &loss_focal },
	{ "logit-adjusted", "logit-adjusted loss", "Menon et al. 2021", &sampler_all, &loss_logit_adjusted },
	{ "balanced-softmax", "balanced softmax", "Ren et al. 2020", &sampler_all, &loss_balanced_softmax },
	{ "cdt", "class-dependent temperatures", "Ye et al. 2020", &sampler_all, &loss_cdt },
	{ "class-balanced-sigmoid", "sigmoid loss weighted by effective number", "Cui et al. 2019", &sampler_all,
	  &loss_class_balanced_sigmoid },
	{ "class-balanced-focal", "sigmoid focal loss weighted by effective number", "Cui et al. 2019", &sampler_all,
	  &loss_class_balanced_focal },
	{ "focal-sigmoid", "focal loss on sigmoid scores", "Lin et al. 2017", &sampler_all, &loss_focal_sigmoid },
	{ "acsl", "adaptive class suppression", "Wang et al. 2021", &sampler_all, &loss_acsl },
	{ "equalization", "equalization loss on sigmoid scores", "Tan et al. 2020", &sampler_all, &loss_equalization },
};

const struct method *method_at(size_t i)
{
	return i < ARRAY_LENGTH(methods) ? &methods[i] : NULL;
}

const char *method_name(size_t i)
{
	return i < ARRAY_LENGTH(methods) ? methods[i].name : NULL;
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
