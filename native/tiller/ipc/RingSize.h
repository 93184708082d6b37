#pragma once

#include <cstddef>

namespace tiller
{

/** The smallest power of two that is at least `minimum`, so that a mask wraps the indices of a ring buffer. [any-thread] */
constexpr std::size_t ringSize (std::size_t minimum) noexcept
{
    std::size_t size = 1;

    while (size < minimum)
        size <<= 1;

    return size;
}

} // namespace tiller
