#pragma once

#include <cstdint>

namespace tiller
{

// Positions count samples since `prepare`, modulo 2^32, which is 24.9 hours at 48 kHz.

/** Samples from position `b` to position `a`; right while they are less than 2^31 apart. [any-thread] */
inline std::int32_t distance (std::uint32_t a, std::uint32_t b) noexcept
{
    return static_cast<std::int32_t> (a - b);
}

/** The later of two positions. [any-thread] */
inline std::uint32_t later (std::uint32_t a, std::uint32_t b) noexcept
{
    return distance (a, b) > 0 ? a : b;
}

/**
    The first position from which something is valid. It must be advanced with the stream: positions wrap, so one that
    stayed behind by 2^31 samples would lie ahead of the stream again. One thread.
*/
class PositionThreshold
{
public:
    void set (std::uint32_t newPosition) noexcept            { threshold = newPosition; }
    std::uint32_t position() const noexcept                  { return threshold; }
    bool isReachedBy (std::uint32_t position) const noexcept { return distance (position, threshold) >= 0; }

    /** Moves the threshold up to `oldest`, before which nobody asks any more. */
    void advanceTo (std::uint32_t oldest) noexcept           { if (isReachedBy (oldest)) threshold = oldest; }

private:
    std::uint32_t threshold = 0;
};

} // namespace tiller
