#pragma once

#include "Rendering.h"
#include "StateBytes.h"

#include <cmath>
#include <string>

namespace tiller::test
{

/** The packed VST3 with its own engine and models. */
inline std::string bundle;
constexpr int amount = 16, glide = 17, dryWet = 18, latentNoise = 22, offsetLatent1 = 26;
constexpr double rate = 44100.0;

/** Decaying noise bursts, four a second at 44.1 kHz. */
inline Audio bursts (int numSamples, int channels = 2)
{
    auto audio = noise (numSamples, channels, 9);

    for (auto& channel : audio)
        for (std::size_t i = 0; i < channel.size(); ++i)
            channel[i] *= std::exp (-static_cast<float> (i % 11025) / 1500.0f);

    return audio;
}

/** Mean absolute difference of the first channels from sample `from` of `a` on; `b` lags by `bDelay` samples less. */
inline double difference (const Audio& a, const Audio& b, std::size_t bDelay, std::size_t from)
{
    double sum = 0.0;

    for (std::size_t i = from; i < a[0].size(); ++i)
        sum += std::abs (a[0][i] - b[0][i - bDelay]);

    return sum / static_cast<double> (a[0].size() - from);
}

/** Mean magnitude of the first channel from sample `from` on. */
inline double level (const Audio& audio, std::size_t from)
{
    double sum = 0.0;

    for (std::size_t i = from; i < audio[0].size(); ++i)
        sum += std::abs (audio[0][i]);

    return sum / static_cast<double> (audio[0].size() - from);
}

// The tests of each file.
void addEngineRecoveryTests (Suite&);
void addEnginePatternTests (Suite&);

/** Prints how every calling pattern is heard, without judging it. Returns the exit code of the process. */
int measurePatterns();

/** Plays instances that are opened at once beside other programs for `seconds` after all are heard, and prints how. */
int measureInstances (int count, int otherPrograms, double seconds);

/** Counts for `seconds` how often an instance that does nothing wakes the processor, and prints it. */
int measureRest (double seconds);

} // namespace tiller::test
