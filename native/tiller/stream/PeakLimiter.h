#pragma once

#include <algorithm>
#include <cmath>

namespace tiller
{

/**
    Keeps samples at or below a ceiling by one gain for all channels: it falls at once and recovers exponentially. Stands in for
    the engine's limiter, which looks ahead, where the dry track replaces the engine. A signal below the ceiling is not changed
    at all. [audio-thread]
*/
class PeakLimiter
{
public:
    /** `rate` in Hz. [main-thread] */
    void prepare (double rate) noexcept
    {
        remaining = static_cast<float> (std::exp (-1.0 / (releaseSeconds * rate)));
        reset();
    }

    void reset() noexcept { gain = 1.0f; }

    /** The gain for the next sample, whose greatest magnitude over the channels is `peak`; `ceiling` is linear, infinite for none. */
    float next (float peak, float ceiling) noexcept
    {
        gain = gain > almostOne ? 1.0f : 1.0f - (1.0f - gain) * remaining;

        if (gain * peak > ceiling)
            gain = ceiling / peak;

        return gain;
    }

private:
    /** Time constant of the recovery. */
    static constexpr double releaseSeconds = 0.08;
    static constexpr float almostOne = 0.99999f;
    float gain = 1.0f, remaining = 0.0f;
};

} // namespace tiller
