// Child processes, so many at a time, none of which outlives us.
#pragma once

#include "core/io/FileDescriptor.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include <sys/types.h>

namespace normscope::sweep {

/// Starts programs with standard input and output closed off (/dev/null) and gathers what they say on standard error.
/// A child gets SIGKILL as soon as the thread that started it ends (prctl PR_SET_PDEATHSIG), kill -9 included. To be
/// used from one thread.
class ProcessPool {
   public:
    struct Ended {
        std::size_t id = 0;
        int exit_code = -1;  ///< −1: ended by a signal
        int signal = 0;
        std::string errors;  ///< the last 8 KiB of standard error
    };

    /// Throws WorkError if the system has no descriptors left.
    explicit ProcessPool(std::size_t most);
    /// Kills what is still running.
    ~ProcessPool();
    ProcessPool(const ProcessPool&) = delete;
    ProcessPool& operator=(const ProcessPool&) = delete;

    bool has_room() const { return m_children.size() < m_most; }
    std::size_t running() const { return m_children.size(); }

    /// Starts arguments[0] with all the arguments; `id` tells it apart. Throws WorkError if the system has no process
    /// left; a program that is not there ends with exit code 127.
    void start(std::size_t id, const std::vector<std::string>& arguments);

    /// Waits until a child ends, a signal arrives or the time is over; returns those that ended.
    std::vector<Ended> wait(std::chrono::milliseconds most);

    /// Sends a signal to all children.
    void signal_all(int signal) const;

   private:
    struct Child {
        std::size_t id;
        pid_t process;
        io::FileDescriptor errors;
        std::string text;
    };

    static bool read_errors(Child& child);
    static Ended reap(Child& child);

    std::size_t m_most;
    io::FileDescriptor m_nothing;  ///< /dev/null
    std::vector<Child> m_children;
};

}  // namespace normscope::sweep
