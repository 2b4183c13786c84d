#pragma once

#include <stdbool.h>
#include <stdint.h>

/// Whether allocations are counted on this platform.
bool CAllocationCounterIsAvailable(void);

/// How many blocks of heap memory the calling thread has asked for so far.
uint64_t CAllocationCount(void);
