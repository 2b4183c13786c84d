#pragma once

/// Makes SQLite's files fail as the environment's `HPO_FAULT` says, for every connection that this process opens from now on.
///
/// - `commit:N:before`, `commit:N:after`: ends the process with SIGKILL right before or after the write that makes the N-th
///   commit valid.
/// - `operation:N`: ends it after the N-th write, truncation, deletion or synchronization.
/// - `power:N:SEED`: at the N-th operation undoes a random choice of the writes that were not synchronized yet, as a power
///   loss may, and then ends the process.
/// - `full:BYTES`: no file can grow beyond BYTES, as on a full disk.
///
/// Without `HPO_FAULT` nothing changes. Returns 0, or 1 where the variable makes no sense.
int hpo_faults_install(void);
