#include "tiller/state/HostProgram.h"

#include <algorithm>

namespace tiller
{

std::uint8_t HostProgram::fromNormalised (double value) noexcept
{
    // The comparison is false for NaN.
    const double inRange = value > 0.0 ? std::min (value, 1.0) : 0.0;
    return static_cast<std::uint8_t> (std::min (count - 1, static_cast<int> (inRange * count)));
}

void HostProgram::restore (std::int32_t wanted) noexcept
{
    program.store (wanted == unknown || (wanted >= 0 && wanted < count) ? wanted : none, std::memory_order_relaxed);
    restored.store (true, std::memory_order_release);
}

void HostProgram::prepare (double rate) noexcept
{
    restoreGuard = static_cast<std::int64_t> (restoreGuardSeconds * rate);
    repeatGuard = static_cast<std::int64_t> (repeatGuardSeconds * rate);
}

void HostProgram::beginBlock (int numSamples) noexcept
{
    restoreGuardLeft -= std::min<std::int64_t> (numSamples, restoreGuardLeft);
    repeatGuardLeft -= std::min<std::int64_t> (numSamples, repeatGuardLeft);

    if (restored.exchange (false, std::memory_order_acquire))
        restoreGuardLeft = restoreGuard;
}

bool HostProgram::select (std::uint8_t wanted) noexcept
{
    const bool isRepeat = repeatGuardLeft > 0, isRestore = restoreGuardLeft > 0;
    repeatGuardLeft = repeatGuard;

    if ((isRestore && selected() == unknown) || ((isRestore || isRepeat) && wanted == displayed()))
        return false;

    program.store (wanted, std::memory_order_relaxed);
    return true;
}

} // namespace tiller
