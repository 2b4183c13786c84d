#pragma once

#include <stdint.h>
#include <sys/types.h>

// Programs in sessions of their own: started between fork and exec, signalled and measured whole, and ended by a guard
// where this process dies before it could. Everything that runs after a fork is async-signal-safe.

/// What to start.
typedef struct {
  /// The file, found already: no search along PATH happens here.
  const char *path;
  /// Ends with NULL.
  char *const *arguments;
  /// Ends with NULL.
  char *const *environment;
  /// The working folder; NULL for the present one.
  const char *folder;
  /// Descriptors that become the program's 0, 1 and 2.
  int input, output, errors;
  /// The end of a guard's socket that `hpo_start_guard` returned, or -1.
  int guard;
  /// What the guard is told of the program: the milliseconds from SIGTERM to SIGKILL, and a descriptor that it holds open
  /// as long as it watches the program, or -1.
  int grace, lock;
} hpo_program;

/// What failed as a program was started.
typedef enum { HPO_STARTED, HPO_NO_PROCESS, HPO_NO_FOLDER, HPO_NO_PROGRAM } hpo_start_failure;

/// Starts a program as the leader of a session with default signals, without a controlling terminal; the guard knows of
/// it before its first instruction. Returns its process number, or -1 with errno and `failure` set.
pid_t hpo_start_program(const hpo_program *program, hpo_start_failure *failure);

/// Starts a process that waits for the end of this one, and then ends every session that was started under the guard
/// and not forgotten: SIGTERM, and SIGKILL after the program's grace. Returns a socket, or -1 with errno.
int hpo_start_guard(void);

/// Tells the guard that a session is gone.
void hpo_forget_program(int guard, pid_t leader);

/// Hands the guard a descriptor to hold open as long as it watches a program, in place of the one that it holds; -1 for none.
void hpo_lend_lock(int guard, pid_t leader, int lock);

/// Sends a signal to the leader's process group and, where the system tells which processes a session has, to the rest
/// of its session.
void hpo_signal_session(pid_t leader, int signal);

/// Whether a process of a session lives: 1 or 0. Where the system does not tell which processes a session has, of the
/// leader's process group.
int hpo_session_lives(pid_t leader);

/// What the living processes of a session are.
typedef struct {
  int64_t processes;
  /// Memory in bytes; what several processes share is counted in each, unless `exact`.
  int64_t memory;
} hpo_session_usage;

/// Looks at a session; `exact` divides shared memory among those that share it, at some cost. Returns 0, or -1 where the
/// system does not tell.
int hpo_measure_session(pid_t leader, int exact, hpo_session_usage *usage);

/// A pipe that no program inherits: the end to read from, then the end to write to. Returns 0, or -1 with errno.
int hpo_make_pipe(int ends[2]);

/// Waits until a child has ended and leaves it to be reaped.
void hpo_await_end(pid_t child);

/// Lets a write to a closed pipe fail where it would end this process, unless it was told what else to do.
void hpo_ignore_closed_pipes(void);

/// Lets the allocator keep up to 32 MiB that are free, in the whole process; for a `main` that has the process to itself.
///
/// glibc gives the end of the heap back where 128 KiB of it are free, and what the suggestion of a trial allocates is more than
/// that: the next one would take it from the system again, page by page, which takes as long as its densities.
void hpo_keep_freed_memory(void);
