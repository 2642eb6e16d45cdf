#include "core/sweep/ProcessPool.h"

#include "core/io/SystemError.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace normscope::sweep {
namespace {

constexpr std::size_t kept_bytes = 8192;
constexpr int not_found = 127;  // as shells say it

/// Signals wait while it lives: one that came to a child before it is another program would run our handlers there.
class BlockedSignals {
   public:
    BlockedSignals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;

    /// In the child: what has a handler ends it again, as after execv(), and what waited comes now.
    void release_in_child() const {
        for (int signal = 1; signal < NSIG; ++signal) {
            struct sigaction action {};
            if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN) continue;
            action.sa_handler = SIG_DFL;
            action.sa_flags = 0;
            ::sigaction(signal, &action, nullptr);
        }
        ::sigprocmask(SIG_SETMASK, &m_before, nullptr);
    }

   private:
    sigset_t m_before{};
};

/// In the child, where only async-signal-safe functions may be called.
[[noreturn]] void become(char* const* arguments, int nothing, int errors, pid_t parent, const BlockedSignals& blocked) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    blocked.release_in_child();
    if (::getppid() != parent) ::_exit(not_found);  // it was gone before the line above
    if (::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(nothing, STDOUT_FILENO) >= 0 &&
        ::dup2(errors, STDERR_FILENO) >= 0) {
        ::execv(arguments[0], arguments);
    }
    ::_exit(not_found);
}

}  // namespace

ProcessPool::ProcessPool(std::size_t most) : m_most(std::max<std::size_t>(most, 1)) {
    m_nothing = io::FileDescriptor(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!m_nothing.is_open()) io::throw_system_error("cannot open", "/dev/null", errno);
}

ProcessPool::~ProcessPool() {
    signal_all(SIGKILL);
    for (Child& child : m_children) reap(child);
}

void ProcessPool::start(std::size_t id, const std::vector<std::string>& arguments) {
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) io::throw_system_error("cannot start", arguments[0], errno);
    io::FileDescriptor ours(ends[0]);
    const io::FileDescriptor theirs(ends[1]);
    const pid_t parent = ::getpid();
    const BlockedSignals blocked;
    const pid_t process = ::fork();
    if (process < 0) io::throw_system_error("cannot start", arguments[0], errno);
    if (process == 0) become(pointers.data(), m_nothing.get(), theirs.get(), parent, blocked);
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    m_children.push_back({id, process, std::move(ours), {}});
}

std::vector<ProcessPool::Ended> ProcessPool::wait(std::chrono::milliseconds most) {
    std::vector<pollfd> waited;
    for (const Child& child : m_children) waited.push_back({child.errors.get(), POLLIN, 0});
    std::vector<Ended> ended;
    if (::poll(waited.data(), waited.size(), static_cast<int>(most.count())) <= 0) return ended;
    for (auto child = m_children.begin(); child != m_children.end();) {
        if (read_errors(*child)) {
            ++child;
            continue;
        }
        // It closed its standard error: it has ended.
        ended.push_back(reap(*child));
        child = m_children.erase(child);
    }
    return ended;
}

void ProcessPool::signal_all(int signal) const {
    for (const Child& child : m_children) ::kill(child.process, signal);
}

/// False at the end.
bool ProcessPool::read_errors(Child& child) {
    std::array<char, 4096> buffer{};
    while (true) {
        const ssize_t count = ::read(child.errors.get(), buffer.data(), buffer.size());
        if (count == 0) return false;
        if (count < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN;
        }
        child.text.append(buffer.data(), static_cast<std::size_t>(count));
        if (child.text.size() > 2 * kept_bytes) child.text.erase(0, child.text.size() - kept_bytes);
    }
}

ProcessPool::Ended ProcessPool::reap(Child& child) {
    int status = 0;
    while (::waitpid(child.process, &status, 0) < 0 && errno == EINTR) {
    }
    if (child.text.size() > kept_bytes) child.text.erase(0, child.text.size() - kept_bytes);
    return {.id = child.id,
            .exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
            .errors = std::move(child.text)};
}

}  // namespace normscope::sweep
