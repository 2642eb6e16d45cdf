// Owner of an open file of the operating system.
#pragma once

#include <utility>

#include <unistd.h>

namespace normscope::io {

/// Closes the descriptor it holds; −1 is none.
class FileDescriptor {
   public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : m_descriptor(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }

    int get() const { return m_descriptor; }
    bool is_open() const { return m_descriptor >= 0; }
    /// Gives up ownership.
    int release() { return std::exchange(m_descriptor, -1); }

   private:
    int m_descriptor = -1;
};

}  // namespace normscope::io
