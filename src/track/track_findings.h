/* Private to track: statements that look for what no file of ours holds. Each row is one finding, its only column. Both
 * lists end with NULL. */
#ifndef HARDROW_TRACK_TRACK_FINDINGS_H
#define HARDROW_TRACK_TRACK_FINDINGS_H

extern const char *const track_file_findings[]; /* about the file */
extern const char *const track_run_findings[];	/* about the run :run_id */

#endif
