// SPDX-License-Identifier: GPL-2.0
/* SVG elements, written as text. Whatever a name holds is escaped here, in one place. */
#include <math.h>

#include "userspace/print/svg.h"
#include "userspace/base/utf8.h"

#define HEAD_LENGTH 9.0
#define HEAD_WIDTH 3.6

void svg_escaped(struct buf *out, const char *s)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };
	static const char special[] = "&<>\"'";
	size_t plain;

	for (;; s += plain + 1) {
		plain = strcspn(s, special);
		buf_safe(out, s, plain);
		if (!s[plain])
			return;
		buf_str(out, entities[strchr(special, s[plain]) - special]);
	}
}

void svg_text(struct buf *out, const struct svg_text *how, double x, double y, const char *s)
{
	static const char *const fonts[] = {
		[SVG_SANS] = "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, "
			     "DejaVu Sans, sans-serif",
		[SVG_MONO] = "ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, "
			     "DejaVu Sans Mono, monospace",
	};
	static const char *const anchors[] = {
		[SVG_START] = "start",
		[SVG_MIDDLE] = "middle",
		[SVG_END] = "end",
	};

	if (!*s)
		return;
	buf_printf(out,
		   "<text x=\"%.1f\" y=\"%.1f\" font-family=\"%s\" font-size=\"%u\" fill=\"%s\" "
		   "text-anchor=\"%s\"%s",
		   x, y, fonts[how->font], how->size, how->colour, anchors[how->anchor],
		   how->bold ? " font-weight=\"600\"" : "");
	if (how->degrees != 0)
		buf_printf(out, " transform=\"rotate(%.2f %.1f %.1f)\"", how->degrees, x, y);
	/* a halo, so that it can be read across a line */
	buf_str(out, " stroke=\"#ffffff\" stroke-width=\"3\" stroke-linejoin=\"round\" "
		     "paint-order=\"stroke\" xml:space=\"preserve\">");
	svg_escaped(out, s);
	buf_str(out, "</text>\n");
}

void svg_line(struct buf *out, double x1, double y1, double x2, double y2, const char *colour,
	      double width, const char *dash)
{
	buf_printf(out,
		   "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" "
		   "stroke-width=\"%.1f\"",
		   x1, y1, x2, y2, colour, width);
	if (dash)
		buf_printf(out, " stroke-dasharray=\"%s\"", dash);
	buf_str(out, "/>\n");
}

void svg_rect(struct buf *out, double x, double y, double width, double height, double radius,
	      const char *fill, const char *border)
{
	buf_printf(out,
		   "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%.1f\" "
		   "fill=\"%s\"",
		   x, y, width, height, radius, fill);
	if (border)
		buf_printf(out, " stroke=\"%s\"", border);
	buf_str(out, "/>\n");
}

void svg_arrow_head(struct buf *out, double x1, double y1, double x2, double y2, const char *colour)
{
	double length = hypot(x2 - x1, y2 - y1);
	double dx, dy;

	if (length == 0)
		return;
	dx = (x2 - x1) / length;
	dy = (y2 - y1) / length;
	buf_printf(out, "<path d=\"M%.1f %.1fL%.1f %.1fL%.1f %.1fZ\" fill=\"%s\"/>\n", x2, y2,
		   x2 - dx * HEAD_LENGTH - dy * HEAD_WIDTH, y2 - dy * HEAD_LENGTH + dx * HEAD_WIDTH,
		   x2 - dx * HEAD_LENGTH + dy * HEAD_WIDTH, y2 - dy * HEAD_LENGTH - dx * HEAD_WIDTH,
		   colour);
}
