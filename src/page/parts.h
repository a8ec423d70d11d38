/* The page before and behind its data, made by embed.py from page.html, the styles and the scripts. */
#ifndef HARDROW_PAGE_PARTS_H
#define HARDROW_PAGE_PARTS_H

extern const char page_head[];
extern const char page_tail[];

#endif
