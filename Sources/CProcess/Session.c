#define _GNU_SOURCE

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>

/// What /proc tells of a process.
typedef struct {
  pid_t process, group, session;
  char state;
  int64_t resident;
} process_facts;

/// An entry of a folder as the kernel writes it.
typedef struct {
  uint64_t inode;
  int64_t offset;
  uint16_t size;
  uint8_t type;
  char name[];
} folder_entry;

static int64_t number(const char **text) {
  while (**text == ' ') ++*text;
  int negative = **text == '-';
  if (negative) ++*text;
  int64_t value = 0;
  for (; **text >= '0' && **text <= '9'; ++*text) value = value * 10 + (**text - '0');
  return negative ? -value : value;
}

/// Reads a file of /proc/PROCESS/ whole or up to `size` - 1 bytes; returns the length, or -1.
static ssize_t read_process_file(const char *process, const char *name, char *text, size_t size) {
  char path[64] = "/proc/";
  if (strlen(process) + strlen(name) + 8 > sizeof path) return -1;
  strcat(path, process);
  strcat(path, "/");
  strcat(path, name);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  ssize_t length = read(file, text, size - 1);
  close(file);
  if (length >= 0) text[length] = 0;
  return length;
}

static int read_facts(const char *process, process_facts *facts) {
  char text[1024];
  if (read_process_file(process, "stat", text, sizeof text) <= 0) return -1;
  // The name of the command, in parentheses, may itself contain blanks and parentheses.
  const char *rest = strrchr(text, ')');
  if (!rest || !rest[1] || !rest[2]) return -1;
  const char *name = process;
  facts->process = (pid_t)number(&name);
  facts->state = rest[2];
  rest += 3;
  number(&rest);
  facts->group = (pid_t)number(&rest);
  facts->session = (pid_t)number(&rest);
  // Field 24 of proc_pid_stat(5); the next one here is 7.
  for (int field = 7; field < 24; ++field) number(&rest);
  facts->resident = number(&rest);
  return 0;
}

/// The proportional memory of a process in bytes, or -1.
static int64_t proportional_memory(const char *process) {
  char text[2048];
  if (read_process_file(process, "smaps_rollup", text, sizeof text) <= 0) return -1;
  const char *line = strstr(text, "\nPss:");
  if (!line) return -1;
  line += 5;
  return number(&line) * 1024;
}

/// Calls `body` on each living process of a session; returns -1 where /proc cannot be read.
static int for_each_member(
  pid_t leader, void *context, void (*body)(void *context, const char *name, const process_facts *facts)) {
  int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return -1;
  _Alignas(folder_entry) char entries[8192];
  long length;
  while ((length = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
    for (long place = 0; place < length;) {
      const folder_entry *entry = (const folder_entry *)(entries + place);
      place += entry->size;
      if (entry->name[0] < '1' || entry->name[0] > '9') continue;
      const char *digits = entry->name;
      pid_t session = getsid((pid_t)number(&digits));
      // The files of a process take a hundred times longer to read than this.
      if (session >= 0 ? session != leader : errno == ESRCH) continue;
      process_facts facts;
      if (read_facts(entry->name, &facts) < 0) continue;
      if (facts.session == leader && facts.state != 'Z' && facts.state != 'X') body(context, entry->name, &facts);
    }
  }
  close(folder);
  return length < 0 ? -1 : 0;
}

typedef struct {
  pid_t leader;
  int signal;
} signal_order;

static void signal_member(void *context, const char *name, const process_facts *facts) {
  (void)name;
  const signal_order *order = context;
  if (facts->group != order->leader) kill(facts->process, order->signal);
}

static void count_member(void *context, const char *name, const process_facts *facts) {
  (void)name, (void)facts;
  *(int *)context += 1;
}

typedef struct {
  hpo_session_usage usage;
  int exact;
  int64_t page;
} measurement;

static void measure_member(void *context, const char *name, const process_facts *facts) {
  measurement *sum = context;
  int64_t memory = sum->exact ? proportional_memory(name) : -1;
  sum->usage.memory += memory >= 0 ? memory : facts->resident * sum->page;
  sum->usage.processes += 1;
}
#endif

void hpo_signal_session(pid_t leader, int signal) {
  kill(-leader, signal);
#if defined(__linux__)
  signal_order order = {leader, signal};
  for_each_member(leader, &order, signal_member);
#endif
}

int hpo_session_lives(pid_t leader) {
#if defined(__linux__)
  int members = 0;
  if (for_each_member(leader, &members, count_member) == 0) return members > 0;
#endif
  return kill(-leader, 0) == 0;
}

int hpo_measure_session(pid_t leader, int exact, hpo_session_usage *usage) {
#if defined(__linux__)
  measurement sum = {{0, 0}, exact, sysconf(_SC_PAGESIZE)};
  int result = for_each_member(leader, &sum, measure_member);
  *usage = sum.usage;
  return result;
#else
  (void)leader, (void)exact, (void)usage;
  return -1;
#endif
}

int hpo_make_pipe(int ends[2]) {
#if defined(__linux__)
  return pipe2(ends, O_CLOEXEC);
#else
  if (pipe(ends) < 0) return -1;
  for (int end = 0; end < 2; ++end) fcntl(ends[end], F_SETFD, FD_CLOEXEC);
  return 0;
#endif
}

void hpo_await_end(pid_t child) {
  siginfo_t info;
  while (waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) continue;
}

void hpo_ignore_closed_pipes(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
}
