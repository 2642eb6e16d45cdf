// Temporary files whose writers were killed.
#pragma once

#include "core/io/FileDescriptor.h"

#include <string>

namespace normscope::io {

/// A name for a temporary file: ".normscope-<this boot>-<random>.tmp". Short, so that a target name of NAME_MAX bytes
/// leaves room.
std::string temporary_name();

/// Locks a temporary file just made, so that others see that its writer lives; the kernel releases the lock however the
/// writer ends. The lock lasts as long as the descriptor that is returned (which may be none, where the file system has
/// no locks: nobody removes such files). False in `usable` if somebody took the new file for a stale one: make another.
struct TemporaryLock {
    FileDescriptor descriptor;
    bool usable = true;
};
TemporaryLock lock_temporary(int file);

/// Removes what dead writers left in a folder: files named as temporary_name() names them, whose lock nobody holds.
/// Locks of another machine (or of this one before it was started anew) may be out of sight, so that its files must
/// also be a day old. The first call for a folder looks through it, later ones of this process do nothing. Never
/// throws: what cannot be removed stays.
void remove_stale_temporaries(int folder) noexcept;

}  // namespace normscope::io
