#pragma once

#include <sys/types.h>

/// What a guard is told.
typedef enum { HPO_WATCH = 1, HPO_FORGET = 2 } hpo_guard_order;

/// Writes to a guard's socket.
void hpo_tell_guard(int guard, hpo_guard_order order, pid_t leader);

/// Two connected sockets that no program inherits; returns -1 with errno.
int hpo_make_socket_pair(int sockets[2]);
