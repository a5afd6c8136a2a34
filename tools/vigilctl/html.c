// SPDX-License-Identifier: GPL-2.0
/*
 * Pieces of hypertext. What is text goes through html_text(), whoever wrote it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "html.h"
#include "text.h"

void html_text(FILE *file, const char *text)
{
	char *clean = text_clean(text);

	for (const char *c = clean; *c; c++) {
		switch (*c) {
		case '&':
			fputs("&amp;", file);
			break;
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		case '\'':
			fputs("&#39;", file);
			break;
		default:
			fputc(*c, file);
		}
	}
	free(clean);
}

/* A cell of a table; @style is a class of the style sheet, or empty. */
void html_cell(FILE *file, const char *style, const char *text)
{
	fprintf(file, "<td%s%s%s>", *style ? " class=\"" : "", style,
		*style ? "\"" : "");
	html_text(file, text);
	fputs("</td>", file);
}

/* A cell with a number; none is pale. */
void html_number(FILE *file, uint64_t number)
{
	fprintf(file, "<td class=\"n%s\">%" PRIu64 "</td>",
		number ? "" : " pale", number);
}

const char *html_level(enum level level)
{
	static const char *const names[] = {
		[LEVEL_OK] = "ok",
		[LEVEL_UNKNOWN] = "unknown",
		[LEVEL_WARNING] = "warning",
		[LEVEL_CRITICAL] = "critical",
	};

	return names[level];
}

/* A word on a colour. */
void html_badge(FILE *file, enum level level, const char *text)
{
	fprintf(file, "<span class=\"badge %s\">", html_level(level));
	html_text(file, text);
	fputs("</span>", file);
}

/* The head of a table; titles that begin with TABLE_RIGHT are of numbers. */
void html_heads(FILE *file, const char *const *titles, size_t nr_titles)
{
	fputs("<thead><tr>", file);
	for (size_t i = 0; i < nr_titles; i++) {
		bool number = *titles[i] == '>';

		fprintf(file, "<th%s>", number ? " class=\"n\"" : "");
		html_text(file, titles[i] + number);
		fputs("</th>", file);
	}
	fputs("</tr></thead>\n", file);
}
