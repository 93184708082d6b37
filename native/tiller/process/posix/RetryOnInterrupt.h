#pragma once

#include <cerrno>

namespace tiller
{

/** Repeats a system call that returns -1 with EINTR: a signal of the host, which is none of our business, interrupted it. [any-thread] */
template <typename Call>
auto retryOnInterrupt (Call&& call) noexcept
{
    for (;;)
        if (const auto result = call(); result != -1 || errno != EINTR)
            return result;
}

} // namespace tiller
