#pragma once

#include <stdint.h>

// What holds a file, which Swift's view of the C library does not tell on Linux.

/// Tells which file system holds a path that exists: on Linux by the number `f_type` of statfs(2) in `magic`, elsewhere by
/// its name in `name`. Returns 0, or -1 with errno.
int hpo_file_system(const char *path, uint32_t *magic, char name[64]);
