#include "tiller/state/HostProgram.h"

#include <algorithm>

namespace tiller
{

std::uint8_t HostProgram::fromNormalised (double value) noexcept
{
    // Written so that what is no number is the first program.
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
    writeBack = static_cast<std::int64_t> (writeBackSeconds * rate);
    held = static_cast<std::int64_t> (heldSeconds * rate);
}

void HostProgram::beginBlock (int frames) noexcept
{
    writeBackLeft -= std::min<std::int64_t> (frames, writeBackLeft);
    heldLeft -= std::min<std::int64_t> (frames, heldLeft);

    if (restored.exchange (false, std::memory_order_acquire))
        writeBackLeft = writeBack;
}

bool HostProgram::choose (std::uint8_t wanted) noexcept
{
    const bool repeated = heldLeft > 0, writtenBack = writeBackLeft > 0;
    heldLeft = held;

    if ((writtenBack && chosen() == unknown) || ((writtenBack || repeated) && wanted == shown()))
        return false;

    program.store (wanted, std::memory_order_relaxed);
    return true;
}

} // namespace tiller
