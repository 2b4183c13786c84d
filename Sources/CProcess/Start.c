#define _GNU_SOURCE

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "Guard.h"

/// What a child tells its parent where it cannot become the program.
typedef struct {
  hpo_start_failure failure;
  int error;
} bad_news;

static void fail(int report, hpo_start_failure failure) {
  bad_news news = {failure, errno};
  ssize_t written = write(report, &news, sizeof news);
  (void)written;
  _exit(127);
}

/// Becomes the program.
static void become(const hpo_program *program, int report) {
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
  if (program->guard >= 0) hpo_tell_guard(program->guard, HPO_WATCH, getpid());
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(program->path, program->arguments, program->environment);
  fail(report, HPO_NO_PROGRAM);
}

pid_t hpo_start_program(const hpo_program *program, hpo_start_failure *failure) {
  int report[2];
  *failure = HPO_NO_PROCESS;
  if (hpo_make_socket_pair(report) < 0) return -1;
  // No handler of this process may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t child = fork();
  if (child == 0) become(program, report[1]);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  bad_news news = {HPO_STARTED, 0};
  if (child < 0) {
    news = (bad_news){HPO_NO_PROCESS, error};
  } else {
    // The child's end closes as it becomes the program.
    ssize_t length;
    while ((length = read(report[0], &news, sizeof news)) < 0 && errno == EINTR) continue;
    if (length == sizeof news) {
      while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
      if (program->guard >= 0) hpo_forget_program(program->guard, child);
    } else {
      news.failure = HPO_STARTED;
    }
  }
  close(report[0]);
  *failure = news.failure;
  if (news.failure == HPO_STARTED) return child;
  errno = news.error;
  return -1;
}
