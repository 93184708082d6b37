#include "tiller/stream/OutputMixer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tiller
{

namespace
{
    /** Crossfade between the engine and the dry signal, in seconds. */
    constexpr double fadeSeconds = 0.01;

    /** One step of a linear ramp towards `target`. */
    float approach (float value, float target, float step) noexcept
    {
        return value < target ? std::min (target, value + step) : std::max (target, value - step);
    }
}

void OutputMixer::prepare (const StreamFormat& newFormat, Latency newLatency, std::size_t dryCapacitySamples, bool silenceOnFault)
{
    format = newFormat;
    latency = newLatency;
    latencyChanged = false;
    dry.allocate (format.channels, dryCapacitySamples);
    fadeSamples = std::max (1, static_cast<int> (fadeSeconds * format.rate));
    declicker.prepare (fadeSamples);
    dryLimiter.prepare (format.rate);
    modelFilledFrom.set (0);
    dryGain = silenceOnFault ? 0.0f : 1.0f;
    reset (0);
}

void OutputMixer::release() noexcept { dry.release(); }

void OutputMixer::storeInput (const HostBlock& block, std::uint32_t position) noexcept
{
    for (int c = 0; c < format.channels; ++c)
    {
        for (int i = 0; i < block.numSamples; ++i)
        {
            // As in the engine: a NaN or an infinity counts as silence, or it would stay in the crossfades.
            const float sample = block.input[c][i];
            dry.write (c, position + static_cast<std::uint32_t> (i), std::isfinite (sample) ? sample : 0.0f);
        }
    }
}

void OutputMixer::reset (std::uint32_t position) noexcept
{
    engineFrom.set (position);
    dryFrom.set (position);
    wetGain = 0.0f;
    rebuffering = true;
    dryLimiter.reset();
    declicker.reset();
}

bool OutputMixer::updateLatency (const LatencyHandover::Value& wanted, bool offline, std::uint32_t position) noexcept
{
    const bool isEarly = offline && wanted.modelChangedAt && distance (position - playoutDelaySamples(), *wanted.modelChangedAt) < 0;
    latencyChanged = wanted.latency != latency && ! isEarly;

    if (! latencyChanged)
        return false;

    latency = wanted.latency;

    if (wanted.modelChangedAt)
        modelFilledFrom.set (*wanted.modelChangedAt + latency.model);

    return true;
}

void OutputMixer::process (const HostBlock& block, std::uint32_t position, const JitterBuffer& engine, bool silenceOnFault, bool waited,
                           StreamCounters& counters) noexcept
{
    const auto numSamples = static_cast<std::uint32_t> (block.numSamples);
    const auto first = position - playoutDelaySamples();
    const auto totalDelay = playoutDelaySamples() + latency.model;
    const auto available = engine.readable();

    for (auto* threshold : { &engineFrom, &modelFilledFrom, &dryFrom })
        threshold->advanceTo (first - static_cast<std::uint32_t> (engine.capacity()));

    const auto audibleFrom = later (available.begin, later (engineFrom.position(), modelFilledFrom.position()));
    // Before that, a render plays what it was given before it began.
    const auto expectedFrom = later (engineFrom.position() + latency.model, modelFilledFrom.position());

    // After an underrun half the margin must be there again before the engine is heard, or the output would flutter.
    if (rebuffering && (block.offline || waited || distance (available.end, first + numSamples + latency.scheduling / 2) >= 0))
        rebuffering = false;

    const float fadeStep = 1.0f / static_cast<float> (fadeSamples);
    const float wetTarget = block.hostBypass ? 0.0f : 1.0f;
    const bool silent = silenceOnFault && ! block.hostBypass && ! block.fallBackToDry;
    const float dryTarget = silent ? 0.0f : 1.0f;
    const bool isBypassed = block.hostBypass || block.fallBackToDry;
    const float ceiling = isBypassed ? std::numeric_limits<float>::infinity() : block.ceiling;
    bool step = latencyChanged;
    std::uint32_t missing = 0;
    std::array<float, protocol::maxChannels> drySamples {};

    for (std::uint32_t i = 0; i < numSamples; ++i)
    {
        const auto played = first + i;
        const bool inTime = ! rebuffering && distance (played, audibleFrom) >= 0 && distance (played, available.end) < 0;

        if (inTime && played == engineFrom.position())
        {
            // Nothing of this stream has been heard yet: there is nothing to fade from.
            wetGain = wetTarget;
            step = played != 0;
        }
        else if (inTime)
        {
            wetGain = approach (wetGain, wetTarget, fadeStep);
        }
        else if (wetGain > 0.0f)
        {
            if (distance (played, available.end) >= 0)
            {
                counters.underruns.fetch_add (1, std::memory_order_relaxed);
                rebuffering = true;
            }

            wetGain = 0.0f;
            step = true;
        }

        if (! inTime && ! isBypassed && distance (played, expectedFrom) >= 0)
            ++missing;

        dryGain = approach (dryGain, dryTarget, fadeStep);

        const auto input = position + i - totalDelay;
        float peak = 0.0f;

        for (int c = 0; c < format.channels; ++c)
        {
            auto& sample = drySamples[static_cast<std::size_t> (c)];
            sample = dryFrom.isReachedBy (input) ? dryGain * dry.read (c, input) : 0.0f;
            peak = std::max (peak, std::abs (sample));
        }

        const float limiterGain = dryLimiter.next (peak, ceiling);

        for (int c = 0; c < format.channels; ++c)
        {
            // Rounding may exceed the ceiling.
            const float drySample = std::clamp (limiterGain * drySamples[static_cast<std::size_t> (c)], -ceiling, ceiling);
            const float wetSample = wetGain > 0.0f ? engine.at (c, played) : 0.0f;
            // Both ends exactly, without rounding: what the engine has limited stays below its ceiling.
            const float mixed = wetGain <= 0.0f ? drySample : wetGain >= 1.0f ? wetSample : drySample + wetGain * (wetSample - drySample);
            const float smoothed = declicker.process (c, mixed, step);
            // The remainder of a step comes on top; the engine keeps its own ceiling.
            const float bound = std::max (ceiling, std::abs (mixed));
            block.output[c][i] = std::clamp (smoothed, -bound, bound);
        }

        declicker.advance (step);
        step = false;
    }

    if (block.offline && missing > 0)
        counters.offlineDrySamples.fetch_add (missing, std::memory_order_relaxed);
}

} // namespace tiller
