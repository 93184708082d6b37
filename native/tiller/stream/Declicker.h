#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <algorithm>
#include <array>

namespace tiller
{

/** Smooths a step of the signal: the difference at the step is added back and fades out linearly. [audio-thread] */
class Declicker
{
public:
    /** [main-thread] */
    void prepare (int newFadeSamples) noexcept
    {
        fadeSamples = newFadeSamples;
        reset();
    }

    /** From here on it is as if silence had been played. */
    void reset() noexcept
    {
        lastOutput.fill (0.0f);
        difference.fill (0.0f);
        fadeLeft = 0;
    }

    /** One sample of one channel; `step` where the signal jumps there. */
    float process (int channel, float sample, bool step) noexcept
    {
        const auto c = static_cast<std::size_t> (channel);

        if (step)
            difference[c] = lastOutput[c] - sample;

        const float share = step ? 1.0f : static_cast<float> (fadeLeft) / static_cast<float> (fadeSamples);
        lastOutput[c] = share > 0.0f ? sample + difference[c] * share : sample;
        return lastOutput[c];
    }

    /** To be called after all channels of a sample, with the same `step`. */
    void advance (bool step) noexcept
    {
        if (step)
            fadeLeft = fadeSamples;

        fadeLeft = std::max (0, fadeLeft - 1);
    }

private:
    std::array<float, protocol::maxChannels> lastOutput {}, difference {};
    int fadeSamples = 1, fadeLeft = 0;
};

} // namespace tiller
