#include "CFileSystem.h"

#include <string.h>

#if defined(__linux__)
#include <sys/vfs.h>
#else
#include <sys/mount.h>
#include <sys/param.h>
#endif

int hpo_file_system(const char *path, uint32_t *magic, char name[64]) {
  struct statfs facts;
  *magic = 0;
  memset(name, 0, 64);
  if (statfs(path, &facts) < 0) return -1;
#if defined(__linux__)
  *magic = (uint32_t)facts.f_type;
#else
  strncpy(name, facts.f_fstypename, 63);
#endif
  return 0;
}
