/* The diagram of mean ranks of Demšar (2006), figure 1: an axis of ranks, a line from each to its name, and bars over
 * the ranks that are not told apart. */
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "report/plot.h"

/* Heights in the units of gnuplot's y axis: one for a name, the others grow with many of them (diagram.unit). */
#define NAME 1.0
#define NAMES_FEW 10
#define NAMES_LARGE 13
#define TICK 0.15
#define NUMBER 0.45
#define BAR 0.4
#define MARGIN 0.6
#define RULER 1.5

/* Above so many ranks every fifth has a number. */
#define NUMBERS_MAX 15

struct diagram {
	double low, high; /* ends of the axis of ranks */
	double side;	  /* width of the names beside it */
	double unit;	  /* what the heights but NAME are multiplied with */
	double bars;	  /* height below the axis that bars take */
	int font;	  /* size of its letters */
	size_t left;	  /* names on the left: the better half */
};

static enum err_code append_line(struct text *script, const double from[2], const double to[2], double width,
				 struct err *err)
{
	return text_append(script, err,
			   "set arrow from %.6g,%.6g to %.6g,%.6g nohead linewidth %.6g linecolor rgb '#000000'\n",
			   from[0], from[1], to[0], to[1], width);
}

static enum err_code append_label(const struct diagram *diagram, struct text *script, const char *label,
				  const double at[2], const char *side, struct err *err)
{
	if (text_append(script, err, "set label ") != ERR_OK || plot_append_string(script, label, false, err) != ERR_OK)
		return err->code;
	return text_append(script, err, " at %.6g,%.6g %s font ',%d'\n", at[0], at[1], side, diagram->font);
}

static enum err_code append_axis(const struct diagram *diagram, struct text *script, struct err *err)
{
	char number[32];

	if (append_line(script, (double[]){ diagram->low, 0 }, (double[]){ diagram->high, 0 }, 1.5, err) != ERR_OK)
		return err->code;
	for (double rank = diagram->low; rank <= diagram->high; rank++) {
		bool is_numbered =
		    diagram->high - diagram->low < NUMBERS_MAX || rank == diagram->low || fmod(rank, 5) == 0;
		(void)snprintf(number, sizeof number, "%.0f", rank);
		if (append_line(script, (double[]){ rank, 0 }, (double[]){ rank, TICK * diagram->unit }, 1, err) !=
			ERR_OK ||
		    (is_numbered && append_label(diagram, script, number, (double[]){ rank, NUMBER * diagram->unit },
						 "center", err) != ERR_OK))
			return err->code;
	}
	return ERR_OK;
}

/* Down from the rank, and aside to its name; the best and the worst stand highest. */
static enum err_code append_name(const struct diagram *diagram, const struct plot_panel *panel, size_t i,
				 struct text *script, struct err *err)
{
	bool is_left = i < diagram->left;
	double y = -diagram->bars - NAME * (double)(is_left ? i + 1 : panel->rank_count - i);
	double x = panel->ranks[i].rank;
	double end = is_left ? diagram->low - diagram->side * 0.05 : diagram->high + diagram->side * 0.05;
	double text = is_left ? end - diagram->side * 0.03 : end + diagram->side * 0.03;

	if (append_line(script, (double[]){ x, 0 }, (double[]){ x, y }, 1, err) != ERR_OK ||
	    append_line(script, (double[]){ x, y }, (double[]){ end, y }, 1, err) != ERR_OK)
		return err->code;
	return append_label(diagram, script, panel->ranks[i].name, (double[]){ text, y }, is_left ? "right" : "left",
			    err);
}

static enum err_code append_bars(const struct diagram *diagram, const struct plot_panel *panel, struct text *script,
				 struct err *err)
{
	double y = 0;

	for (size_t i = 0; i < panel->rank_count; i++) {
		const struct plot_rank *rank = &panel->ranks[i];
		if (!isfinite(rank->low) || !isfinite(rank->high))
			continue;
		y -= BAR * diagram->unit;
		/* A little longer, so that the ranks at its ends are seen to lie in it. */
		if (append_line(script, (double[]){ rank->low - 0.04, y }, (double[]){ rank->high + 0.04, y }, 5,
				err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code append_ruler(const struct diagram *diagram, double length, struct text *script, struct err *err)
{
	const double from[] = { diagram->low, RULER * diagram->unit };
	const double to[] = { diagram->low + length, from[1] };

	if (!isfinite(length))
		return ERR_OK;
	if (append_line(script, from, to, 2, err) != ERR_OK)
		return err->code;
	return append_label(diagram, script, "CD", (double[]){ to[0] + diagram->side * 0.05, from[1] }, "left", err);
}

static struct diagram lay_out(const struct plot_panel *panel)
{
	struct diagram diagram = { .low = 1, .high = 2, .left = (panel->rank_count + 1) / 2 };

	diagram.unit = fmax(1, (double)diagram.left / NAMES_FEW);
	diagram.font = diagram.left > NAMES_LARGE ? 10 : 14;
	for (size_t i = 0; i < panel->rank_count; i++) {
		diagram.high = fmax(diagram.high, ceil(panel->ranks[i].rank));
		diagram.bars += isfinite(panel->ranks[i].low) ? BAR * diagram.unit : 0;
	}
	diagram.side = (diagram.high - diagram.low) * 0.45;
	return diagram;
}

enum err_code plot_append_ranks(const struct plot_panel *panel, struct text *script, struct err *err)
{
	const struct diagram diagram = lay_out(panel);

	if (append_axis(&diagram, script, err) != ERR_OK || append_bars(&diagram, panel, script, err) != ERR_OK ||
	    append_ruler(&diagram, panel->ruler, script, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < panel->rank_count; i++)
		if (append_name(&diagram, panel, i, script, err) != ERR_OK)
			return err->code;
	return text_append(script, err,
			   "unset border\nunset tics\nset key off\nset xlabel ''\nset ylabel ''\n"
			   "set xrange [%.6g:%.6g]\nset yrange [%.6g:%.6g]\nplot NaN notitle\n"
			   "unset arrow\nunset label\nset border 3\nset tics nomirror out scale 0.5\n",
			   diagram.low - diagram.side, diagram.high + diagram.side,
			   -diagram.bars - NAME * (double)diagram.left - MARGIN * diagram.unit,
			   (RULER + MARGIN) * diagram.unit);
}
