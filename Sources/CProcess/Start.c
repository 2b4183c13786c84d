#define _GNU_SOURCE

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Guard.h"

/// What a child tells its parent where it cannot become the program.
typedef struct {
  hpo_start_failure failure;
  int error;
} bad_news;

static _Noreturn void fail(volatile bad_news *report, hpo_start_failure failure) {
  report->failure = failure;
  report->error = errno;
  _exit(127);
}

/// Becomes the program, in the memory of the parent: nothing of it may change but what the parent looks at afterwards.
static _Noreturn void become(const hpo_program *program, volatile bad_news *report) {
  setsid();
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGKILL && number != SIGSTOP) signal(number, SIG_DFL);
  }
  // Above the places that are about to be filled, where the parent's own may be closed.
  int sources[3] = {program->input, program->output, program->errors};
  for (int place = 0; place < 3; ++place) {
    if ((sources[place] = fcntl(sources[place], F_DUPFD_CLOEXEC, 3)) < 0) fail(report, HPO_NO_PROCESS);
  }
  for (int place = 0; place < 3; ++place) {
    if (dup2(sources[place], place) < 0) fail(report, HPO_NO_PROCESS);
  }
  if (program->folder && chdir(program->folder) < 0) fail(report, HPO_NO_FOLDER);
  if (program->guard >= 0) hpo_tell_guard(program->guard, HPO_WATCH, getpid(), program->grace, program->lock);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(program->path, program->arguments, program->environment);
  fail(report, HPO_NO_PROGRAM);
}

pid_t hpo_start_program(const hpo_program *program, hpo_start_failure *failure) {
  // No handler of this process may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  volatile bad_news news = {HPO_STARTED, 0};
  // This thread waits until the child is the program; a fork would copy the tables of all memory, which takes longer than
  // many a program runs.
  pid_t child = vfork();
  if (child == 0) become(program, &news);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (child < 0) {
    news.failure = HPO_NO_PROCESS;
    news.error = error;
  } else if (news.failure != HPO_STARTED) {
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    if (program->guard >= 0) hpo_forget_program(program->guard, child);
  }
  *failure = news.failure;
  if (news.failure == HPO_STARTED) return child;
  errno = news.error;
  return -1;
}
