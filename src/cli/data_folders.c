#include "cli/data_folders.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/bundled.h"

static enum err_code find_home(char **ret_home, struct err *err)
{
	const char *data_home = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");

	if (data_home != NULL && *data_home != '\0')
		return file_join(data_home, "hardrow/datasets", ret_home, err);
	return file_join(home != NULL ? home : "", ".local/share/hardrow/datasets", ret_home, err);
}

enum err_code data_folders_init(struct data_folders *folders, const struct option_list *given, struct err *err)
{
	static const char beside_the_project[] = "../shared/datasets";
	const char *from_environment = getenv("HARDROW_DATA");
	size_t count = 0;

	*folders = (struct data_folders){ 0 };
	if (find_home(&folders->home, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < given->count; i++)
		folders->folders[count++] = given->items[i];
	if (from_environment != NULL && mem_copy_text(from_environment, &folders->environment, err) != ERR_OK)
		return err->code;
	char *rest = NULL;
	for (char *folder = from_environment == NULL ? NULL : strtok_r(folders->environment, ":", &rest);
	     folder != NULL && count < DATA_FOLDERS_MAX - 3; folder = strtok_r(NULL, ":", &rest))
		folders->folders[count++] = folder;
	folders->folders[count++] = "datasets";
	if (file_exists(beside_the_project))
		folders->folders[count++] = beside_the_project;
	folders->folders[count++] = folders->home;
	return bundled_folder("datasets", &folders->bundled, err);
}

void data_folders_done(struct data_folders *folders)
{
	free(folders->bundled);
	free(folders->home);
	free(folders->environment);
	*folders = (struct data_folders){ 0 };
}

struct data_path data_folders_path(const struct data_folders *folders)
{
	return (struct data_path){ .folders = folders->folders, .bundled = folders->bundled };
}

const char *data_folders_home(const struct data_folders *folders)
{
	return folders->home;
}
