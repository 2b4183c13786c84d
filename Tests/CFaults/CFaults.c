#include "CFaults.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A virtual file system around SQLite's own that counts what is done to files.

enum { MODE_NONE, MODE_BEFORE_COMMIT, MODE_AFTER_COMMIT, MODE_OPERATION, MODE_POWER, MODE_FULL };

static int mode = MODE_NONE;
static long long target;
static uint64_t random_state;
static _Atomic long long commits;
static _Atomic long long operations;
static sqlite3_vfs *real_vfs;

/// What a write replaced, until the file is synchronized.
typedef struct undo {
  struct undo *earlier;
  /// Later writes have greater ones.
  uint64_t number;
  sqlite3_int64 offset;
  /// The size of the file before.
  sqlite3_int64 size;
  int count;
  unsigned char bytes[];
} undo;

typedef struct file {
  sqlite3_file base;
  sqlite3_file *real;
  bool is_log;
  bool is_journal;
  /// The next write to the log ends a commit.
  bool ends_commit;
  undo *undo;
  struct file *next;
} file;

/// Files with writes to undo. A storage has one connection, so that one thread at a time opens, writes and closes files, but
/// another one may bring the log to the disk meanwhile.
static file *files;
static uint64_t last_undo;
static pthread_mutex_t undo_lock = PTHREAD_MUTEX_INITIALIZER;

static void end_process(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static uint64_t next_random(void) {
  uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static void lose_power(void) {
  // For good: nothing is brought to the disk any more.
  pthread_mutex_lock(&undo_lock);
  for (file *f = files; f; f = f->next) {
    // A file system may have written any of them, and a file may have grown or not.
    bool keeps_size = next_random() & 1;
    sqlite3_int64 size = -1;
    for (undo *u = f->undo; u; u = u->earlier) {
      if (next_random() & 1) f->real->pMethods->xWrite(f->real, u->bytes, u->count, u->offset);
      size = u->size;
    }
    if (size >= 0 && !keeps_size) f->real->pMethods->xTruncate(f->real, size);
  }
  end_process();
}

static void count_operation(void) {
  long long number = atomic_fetch_add(&operations, 1) + 1;
  if (number != target) return;
  if (mode == MODE_OPERATION) end_process();
  if (mode == MODE_POWER) lose_power();
}

static void begin_commit(void) {
  long long number = atomic_fetch_add(&commits, 1) + 1;
  if (mode == MODE_BEFORE_COMMIT && number == target) end_process();
}

static void end_commit(void) {
  if (mode == MODE_AFTER_COMMIT && atomic_load(&commits) == target) end_process();
}

/// Forgets what a file's writes replaced up to one of them.
static void forget(file *f, uint64_t last) {
  pthread_mutex_lock(&undo_lock);
  undo **place = &f->undo;
  while (*place && (*place)->number > last) place = &(*place)->earlier;
  undo *rest = *place;
  *place = NULL;
  pthread_mutex_unlock(&undo_lock);
  while (rest) {
    undo *u = rest;
    rest = u->earlier;
    free(u);
  }
}

static void remember(file *f, int count, sqlite3_int64 offset) {
  if (mode != MODE_POWER) return;
  undo *u = malloc(sizeof(undo) + (size_t)count);
  if (!u) abort();
  u->offset = offset;
  u->count = count;
  f->real->pMethods->xFileSize(f->real, &u->size);
  // What lies beyond the end of the file reads as zeros.
  f->real->pMethods->xRead(f->real, u->bytes, count, offset);
  u->number = ++last_undo;
  u->earlier = f->undo;
  f->undo = u;
}

static int faulty_close(sqlite3_file *base) {
  file *f = (file *)base;
  for (file **place = &files; *place; place = &(*place)->next) {
    if (*place == f) {
      *place = f->next;
      break;
    }
  }
  forget(f, UINT64_MAX);
  int code = f->real->pMethods->xClose(f->real);
  free(f->real);
  return code;
}

static int faulty_read(sqlite3_file *base, void *bytes, int count, sqlite3_int64 offset) {
  file *f = (file *)base;
  return f->real->pMethods->xRead(f->real, bytes, count, offset);
}

static int faulty_write(sqlite3_file *base, const void *bytes, int count, sqlite3_int64 offset) {
  file *f = (file *)base;
  if (mode == MODE_FULL && offset + count > target) {
    sqlite3_int64 size = 0;
    f->real->pMethods->xFileSize(f->real, &size);
    if (offset + count > size) return SQLITE_FULL;
  }
  // The head of a frame of the log: the size of the database after the commit, 0 within one.
  const unsigned char *head = bytes;
  if (f->is_log && count == 24 && offset >= 32 && (head[4] | head[5] | head[6] | head[7])) {
    begin_commit();
    f->ends_commit = true;
  }
  pthread_mutex_lock(&undo_lock);
  remember(f, count, offset);
  int code = f->real->pMethods->xWrite(f->real, bytes, count, offset);
  pthread_mutex_unlock(&undo_lock);
  if (f->ends_commit && count != 24) {
    f->ends_commit = false;
    end_commit();
  }
  count_operation();
  return code;
}

static int faulty_truncate(sqlite3_file *base, sqlite3_int64 size) {
  file *f = (file *)base;
  if (f->is_journal) begin_commit();
  int code = f->real->pMethods->xTruncate(f->real, size);
  if (f->is_journal) end_commit();
  count_operation();
  return code;
}

static int faulty_sync(sqlite3_file *base, int flags) {
  file *f = (file *)base;
  // What is written from now on may miss it.
  pthread_mutex_lock(&undo_lock);
  uint64_t last = last_undo;
  pthread_mutex_unlock(&undo_lock);
  int code = f->real->pMethods->xSync(f->real, flags);
  if (code == SQLITE_OK) forget(f, last);
  count_operation();
  return code;
}

#define PASS(name, parameters, arguments) \
  static int faulty_##name parameters { \
    file *f = (file *)base; \
    return f->real->pMethods->name arguments; \
  }

PASS(xFileSize, (sqlite3_file *base, sqlite3_int64 *size), (f->real, size))
PASS(xLock, (sqlite3_file *base, int level), (f->real, level))
PASS(xUnlock, (sqlite3_file *base, int level), (f->real, level))
PASS(xCheckReservedLock, (sqlite3_file *base, int *result), (f->real, result))
PASS(xFileControl, (sqlite3_file *base, int operation, void *argument), (f->real, operation, argument))
PASS(xSectorSize, (sqlite3_file *base), (f->real))
PASS(xDeviceCharacteristics, (sqlite3_file *base), (f->real))
PASS(xShmMap, (sqlite3_file *base, int page, int size, int extend, void volatile **map), (f->real, page, size, extend, map))
PASS(xShmLock, (sqlite3_file *base, int offset, int count, int flags), (f->real, offset, count, flags))
PASS(xShmUnmap, (sqlite3_file *base, int deletes), (f->real, deletes))

static void faulty_barrier(sqlite3_file *base) {
  file *f = (file *)base;
  f->real->pMethods->xShmBarrier(f->real);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = faulty_close,
  .xRead = faulty_read,
  .xWrite = faulty_write,
  .xTruncate = faulty_truncate,
  .xSync = faulty_sync,
  .xFileSize = faulty_xFileSize,
  .xLock = faulty_xLock,
  .xUnlock = faulty_xUnlock,
  .xCheckReservedLock = faulty_xCheckReservedLock,
  .xFileControl = faulty_xFileControl,
  .xSectorSize = faulty_xSectorSize,
  .xDeviceCharacteristics = faulty_xDeviceCharacteristics,
  .xShmMap = faulty_xShmMap,
  .xShmLock = faulty_xShmLock,
  .xShmBarrier = faulty_barrier,
  .xShmUnmap = faulty_xShmUnmap,
};

static int faulty_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out_flags) {
  file *f = (file *)base;
  memset(f, 0, sizeof *f);
  f->real = calloc(1, (size_t)real_vfs->szOsFile);
  if (!f->real) return SQLITE_NOMEM;
  int code = real_vfs->xOpen(real_vfs, name, f->real, flags, out_flags);
  if (code != SQLITE_OK) {
    free(f->real);
    return code;
  }
  f->base.pMethods = &methods;
  f->is_log = flags & SQLITE_OPEN_WAL;
  f->is_journal = flags & SQLITE_OPEN_MAIN_JOURNAL;
  f->next = files;
  files = f;
  return SQLITE_OK;
}

static int faulty_delete(sqlite3_vfs *vfs, const char *name, int sync_folder) {
  size_t length = strlen(name);
  bool is_journal = length > 8 && !strcmp(name + length - 8, "-journal");
  if (is_journal) begin_commit();
  int code = real_vfs->xDelete(real_vfs, name, sync_folder);
  if (is_journal) end_commit();
  count_operation();
  return code;
}

int hpo_faults_install(void) {
  const char *fault = getenv("HPO_FAULT");
  if (!fault || !*fault) return 0;
  char moment[8] = "";
  unsigned long long seed = 0;
  if (sscanf(fault, "commit:%lld:%7s", &target, moment) == 2) {
    mode = !strcmp(moment, "before") ? MODE_BEFORE_COMMIT : !strcmp(moment, "after") ? MODE_AFTER_COMMIT : MODE_NONE;
  } else if (sscanf(fault, "power:%lld:%llu", &target, &seed) == 2) {
    mode = MODE_POWER;
    random_state = seed;
  } else if (sscanf(fault, "operation:%lld", &target) == 1) {
    mode = MODE_OPERATION;
  } else if (sscanf(fault, "full:%lld", &target) == 1) {
    mode = MODE_FULL;
  }
  real_vfs = sqlite3_vfs_find(NULL);
  if (mode == MODE_NONE || !real_vfs) return 1;
  static sqlite3_vfs faulty;
  faulty = *real_vfs;
  faulty.zName = "faulty";
  faulty.szOsFile = sizeof(file);
  faulty.xOpen = faulty_open;
  faulty.xDelete = faulty_delete;
  return sqlite3_vfs_register(&faulty, 1) == SQLITE_OK ? 0 : 1;
}
