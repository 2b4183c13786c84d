#pragma once

#include <sys/types.h>

/// What a guard is told.
typedef enum { HPO_WATCH = 1, HPO_FORGET = 2, HPO_LEND = 3 } hpo_guard_order;

/// Writes to a guard's socket.
///
/// `grace` and `lock` are what a session is watched with: the milliseconds from SIGTERM to SIGKILL, and a descriptor that
/// the guard holds open as long as it watches the session, or -1. `HPO_LEND` brings another such descriptor.
void hpo_tell_guard(int guard, hpo_guard_order order, pid_t leader, int grace, int lock);

/// Two connected sockets that no program inherits; returns -1 with errno.
int hpo_make_socket_pair(int sockets[2]);
