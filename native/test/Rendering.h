#pragma once

#include "TestSuite.h"
#include "Vst3Instance.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace tiller::test
{

using Audio = Vst3Instance::Audio;

inline Audio silence (int numSamples, int channels = 2)
{
    return Audio (static_cast<std::size_t> (channels), std::vector<float> (static_cast<std::size_t> (numSamples), 0.0f));
}

inline Audio noise (int numSamples, int channels = 2, unsigned seed = 1)
{
    auto audio = silence (numSamples, channels);
    std::mt19937 random (seed);
    std::uniform_real_distribution<float> level (-0.5f, 0.5f);

    for (auto& channel : audio)
        for (auto& sample : channel)
            sample = level (random);

    return audio;
}

/** Processes all of `input` in blocks of at most `maxBlock`, of random length where `random` is given. */
inline Audio render (Vst3Instance& plugin, const Audio& input, const StreamSetup& setup, std::mt19937* random = nullptr, const std::vector<Point>& points = {})
{
    const int numSamples = static_cast<int> (input[0].size());
    auto output = silence (numSamples, setup.outputs);

    for (int at = 0; at < numSamples;)
    {
        const int most = std::min (setup.maxBlock, numSamples - at);
        const int length = random != nullptr ? std::uniform_int_distribution<int> (1, most) (*random) : most;
        std::vector<Point> here;

        for (const auto& point : points)
            if (point.offset >= at && point.offset < at + length)
                here.push_back ({ point.index, point.offset - at, point.normalised });

        plugin.process (input, output, at, length, here, { true, at });
        at += length;
    }

    return output;
}

/** Plays a constant input through the plugin in real time, block by block. */
class Live
{
public:
    Live (Vst3Instance& p, StreamSetup s, float inputLevel) : plugin (p), setup (s), input (silence (s.maxBlock, s.inputs)), output (silence (s.maxBlock, s.outputs)), next (Clock::now())
    {
        for (auto& channel : input)
            std::fill (channel.begin(), channel.end(), inputLevel);
    }

    /** Plays one block when it is due; returns its last output sample. */
    float step (const std::vector<Point>& points = {})
    {
        std::this_thread::sleep_until (next);
        next += std::chrono::duration_cast<Clock::duration> (std::chrono::duration<double> (setup.maxBlock / setup.rate));
        plugin.process (input, output, 0, setup.maxBlock, points, { true, time });
        time += setup.maxBlock;

        for (const auto& channel : output)
            for (const auto sample : channel)
                CHECK (std::isfinite (sample) && std::abs (sample) <= 1.0f, "sample ", sample);

        return output[0].back();
    }

    /** The first channel of the last block. */
    const std::vector<float>& lastOutput() const { return output[0]; }

    /** Plays until a block's last sample is within 1e-4 of `level`: the time that took, or -1 after `limit`, in seconds. */
    double secondsUntil (float level, double limit)
    {
        const auto start = Clock::now();

        while (std::chrono::duration<double> (Clock::now() - start).count() < limit)
            if (std::abs (step() - level) < 1e-4f)
                return std::chrono::duration<double> (Clock::now() - start).count();

        return -1.0;
    }

    /** Plays until a block's last sample is not within 0.1 of `level` any more: the time that took, or -1 after `limit`, in seconds. */
    double secondsWhile (float level, double limit)
    {
        const auto start = Clock::now();

        while (std::chrono::duration<double> (Clock::now() - start).count() < limit)
            if (std::abs (step() - level) > 0.1f)
                return std::chrono::duration<double> (Clock::now() - start).count();

        return -1.0;
    }

    void run (double seconds)
    {
        const auto end = Clock::now() + std::chrono::duration<double> (seconds);

        while (Clock::now() < end)
            step();
    }

private:
    using Clock = std::chrono::steady_clock;
    Vst3Instance& plugin;
    StreamSetup setup;
    Audio input, output;
    Clock::time_point next;
    std::int64_t time = 0;
};

} // namespace tiller::test
