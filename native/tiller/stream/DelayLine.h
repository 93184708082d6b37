#pragma once

#include <cstdint>
#include <vector>

namespace tiller
{

/** The dry track as it came in, to be read any time later up to its capacity. One thread. */
class DelayLine
{
public:
    /** [main-thread] */
    void allocate (int channelCount, std::size_t capacitySamples)
    {
        std::size_t size = 1;

        while (size < capacitySamples)
            size <<= 1;

        mask = size - 1;
        channels.assign (static_cast<std::size_t> (channelCount), std::vector<float> (size, 0.0f));
    }

    /** Stores the sample at `position`. [audio-thread] */
    void write (int channel, std::uint32_t position, float sample) noexcept
    {
        channels[static_cast<std::size_t> (channel)][position & mask] = sample;
    }

    /** The sample at `position`, not further back than the capacity. [audio-thread] */
    float read (int channel, std::uint32_t position) const noexcept
    {
        return channels[static_cast<std::size_t> (channel)][position & mask];
    }

private:
    std::vector<std::vector<float>> channels;
    std::size_t mask = 0;
};

} // namespace tiller
