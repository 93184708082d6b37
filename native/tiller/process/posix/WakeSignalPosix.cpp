#if ! defined (_WIN32)

#include "tiller/process/posix/LinuxProcesses.h"
#include "tiller/process/posix/RetryOnInterrupt.h"
#include "tiller/process/posix/WakeSource.h"

#include <cstdint>
#include <fcntl.h>
#include <unistd.h>

#if defined (TILLER_LINUX_PROCESSES)
 #include <sys/eventfd.h>
#endif

namespace tiller
{

WakeSignal::WakeSignal() : held (std::make_unique<Source>())
{
   #if defined (TILLER_LINUX_PROCESSES)
    held->readEnd = FileDescriptor (eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK));
   #else
    int ends[2];

    if (pipe (ends) != 0)
        return;

    for (const int end : ends)
    {
        fcntl (end, F_SETFD, FD_CLOEXEC);
        fcntl (end, F_SETFL, fcntl (end, F_GETFL) | O_NONBLOCK);
    }

    held->readEnd = FileDescriptor (ends[0]);
    held->writeEnd = FileDescriptor (ends[1]);
   #endif
}

WakeSignal::~WakeSignal() = default;

void WakeSignal::set() noexcept
{
    // A full pipe is set already.
    const std::uint64_t one = 1;
    const int end = (held->writeEnd.get() >= 0 ? held->writeEnd : held->readEnd).get();
    [[maybe_unused]] const auto written = retryOnInterrupt ([&] { return ::write (end, &one, sizeof (one)); });
}

void WakeSignal::Source::reset() noexcept
{
    std::uint64_t taken[16];

    while (retryOnInterrupt ([&] { return ::read (readEnd.get(), taken, sizeof (taken)); }) == static_cast<ssize_t> (sizeof (taken))) {}
}

} // namespace tiller

#endif
