#pragma once

#include <unistd.h>
#include <utility>

namespace tiller
{

/** An open file descriptor that is closed with its object; -1 for none. One thread. */
class FileDescriptor
{
public:
    FileDescriptor() = default;
    explicit FileDescriptor (int open) : fd (open) {}
    FileDescriptor (FileDescriptor&& other) noexcept : fd (other.release()) {}
    FileDescriptor& operator= (FileDescriptor&& other) noexcept { close(); fd = other.release(); return *this; }
    ~FileDescriptor() { close(); }

    int get() const noexcept     { return fd; }
    int release() noexcept       { return std::exchange (fd, -1); }

    void close() noexcept
    {
        // Not repeated where it is interrupted: the descriptor is closed all the same.
        if (fd >= 0)
            ::close (std::exchange (fd, -1));
    }

private:
    int fd = -1;
};

} // namespace tiller
