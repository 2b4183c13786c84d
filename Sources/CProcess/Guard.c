#define _GNU_SOURCE

#include "Guard.h"

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

typedef struct {
  int32_t order, leader, grace;
} guard_message;

/// Room for one descriptor beside a message.
typedef union {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
} guard_control;

/// The sessions that the guard watches; more than a run has jobs.
static struct {
  pid_t leader;
  int grace, lock;
} watched[4096];
static int watched_count;

int hpo_make_socket_pair(int sockets[2]) {
#if defined(SOCK_CLOEXEC)
  int kind = SOCK_STREAM | SOCK_CLOEXEC;
#else
  int kind = SOCK_STREAM;
#endif
  if (socketpair(AF_UNIX, kind, 0, sockets) < 0) return -1;
  for (int end = 0; end < 2; ++end) {
    // Where this process runs without its first three descriptors, a child would overwrite them.
    int moved = sockets[end] < 3 ? fcntl(sockets[end], F_DUPFD_CLOEXEC, 3) : -1;
    if (moved >= 0) close(sockets[end]), sockets[end] = moved;
    fcntl(sockets[end], F_SETFD, FD_CLOEXEC);
#if defined(SO_NOSIGPIPE)
    int on = 1;
    setsockopt(sockets[end], SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  }
  return 0;
}

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0
#endif

void hpo_tell_guard(int guard, hpo_guard_order order, pid_t leader, int grace, int lock) {
  guard_message message = {order, leader, grace};
  struct iovec part = {&message, sizeof message};
  struct msghdr whole = {.msg_iov = &part, .msg_iovlen = 1};
  guard_control control;
  if (lock >= 0) {
    memset(&control, 0, sizeof control);
    whole.msg_control = control.bytes;
    whole.msg_controllen = sizeof control.bytes;
    struct cmsghdr *header = CMSG_FIRSTHDR(&whole);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof lock);
    memcpy(CMSG_DATA(header), &lock, sizeof lock);
  }
  while (sendmsg(guard, &whole, MSG_NOSIGNAL) < 0 && errno == EINTR) continue;
}

void hpo_forget_program(int guard, pid_t leader) { hpo_tell_guard(guard, HPO_FORGET, leader, 0, -1); }

void hpo_lend_lock(int guard, pid_t leader, int lock) { hpo_tell_guard(guard, HPO_LEND, leader, 0, lock); }

static void close_all_but(int kept) {
#if defined(SYS_close_range)
  if ((kept == 0 || syscall(SYS_close_range, 0, kept - 1, 0) == 0) &&
      syscall(SYS_close_range, kept + 1, ~0U, 0) == 0) {
    return;
  }
#endif
  struct rlimit limit;
  int end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536 ? (int)limit.rlim_cur : 65536;
  for (int descriptor = 0; descriptor < end; ++descriptor) {
    if (descriptor != kept) close(descriptor);
  }
}

static void pause_for(int milliseconds) {
  struct timespec span = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
  nanosleep(&span, NULL);
}

static void release(int index) {
  if (watched[index].lock >= 0) close(watched[index].lock);
  watched[index] = watched[--watched_count];
}

static void end_sessions(void) {
  for (int index = 0; index < watched_count; ++index) {
    hpo_signal_session(watched[index].leader, SIGTERM);
    hpo_signal_session(watched[index].leader, SIGCONT);
  }
  for (int64_t waited = 0; watched_count > 0; waited += 20) {
    for (int index = watched_count - 1; index >= 0; --index) {
      if (!hpo_session_lives(watched[index].leader)) {
        release(index);
        continue;
      }
      // Again and again, since a process may start another one in between; but not for ever, since one that waits for a
      // device does not end.
      if (waited >= watched[index].grace) hpo_signal_session(watched[index].leader, SIGKILL);
      if (waited >= (int64_t)watched[index].grace + 5000) release(index);
    }
    if (watched_count > 0) pause_for(20);
  }
}

/// Reads up to `size` bytes of a message, and the descriptor that came with it, if one did.
static ssize_t receive(int orders, void *bytes, size_t size, int *lock) {
  guard_control control;
  struct iovec part = {bytes, size};
  struct msghdr whole = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t length = recvmsg(orders, &whole, 0);
  if (length < 0) return length;
  struct cmsghdr *header = CMSG_FIRSTHDR(&whole);
  if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    memcpy(lock, CMSG_DATA(header), sizeof *lock);
  }
  return length;
}

static void watch(int orders) {
  guard_message message;
  size_t filled = 0;
  int lock = -1;
  while (1) {
    ssize_t length = receive(orders, (char *)&message + filled, sizeof message - filled, &lock);
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) break;
    filled += (size_t)length;
    if (filled < sizeof message) continue;
    filled = 0;
    int index = 0;
    while (index < watched_count && watched[index].leader != message.leader) ++index;
    if (message.order == HPO_FORGET && index < watched_count) release(index);
    if (message.order == HPO_LEND && index < watched_count) {
      if (watched[index].lock >= 0) close(watched[index].lock);
      watched[index].lock = lock;
    } else if (message.order == HPO_WATCH && index == watched_count && index < 4096) {
      watched[index].leader = message.leader;
      watched[index].grace = message.grace;
      watched[index].lock = lock;
      ++watched_count;
    } else if (lock >= 0) {
      close(lock);
    }
    lock = -1;
  }
  end_sessions();
  _exit(0);
}

int hpo_start_guard(void) {
  int sockets[2];
  if (hpo_make_socket_pair(sockets) < 0) return -1;
  pid_t middle = fork();
  if (middle < 0) {
    int error = errno;
    close(sockets[0]), close(sockets[1]);
    errno = error;
    return -1;
  }
  if (middle == 0) {
    // A process between the two makes the guard nobody's child, so that nobody has to wait for it.
    setsid();
    pid_t guard = fork();
    if (guard != 0) _exit(guard < 0 ? errno : 0);
#if defined(__linux__)
    prctl(PR_SET_NAME, "hpo-guard", 0, 0, 0);
#endif
    const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    for (int index = 0; index < 5; ++index) signal(ignored[index], SIG_IGN);
    if (chdir("/") < 0) _exit(1);
    close_all_but(sockets[0]);
    watch(sockets[0]);
  }
  close(sockets[0]);
  int status = 0;
  while (waitpid(middle, &status, 0) < 0 && errno == EINTR) continue;
  if (status != 0) {
    close(sockets[1]);
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : EAGAIN;
    return -1;
  }
  return sockets[1];
}
