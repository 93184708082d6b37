#include "tiller/stream/AudioExchange.h"

#include <chrono>
#include <cmath>
#include <thread>

namespace tiller
{

namespace
{
    /** How long the queue to the engine keeps what the engine has not taken, in seconds. */
    constexpr double queueSeconds = 2.0;
    /** Longest total latency that can be compensated, in seconds. */
    constexpr double maxLatencySeconds = 4.0;
    /** Crossfade between the engine and the track, in seconds. */
    constexpr double fadeSeconds = 0.01;
    /** An offline render gives up on an engine that has not answered anything for this long. */
    constexpr auto offlineDeadline = std::chrono::seconds (30);
    constexpr auto offlineNap = std::chrono::microseconds (100);
    /** Room for the events of the blocks that wait in the queue, in bytes. */
    constexpr std::size_t eventRoom = 256 * 1024;

    std::uint32_t later (std::uint32_t a, std::uint32_t b) noexcept { return distance (a, b) > 0 ? a : b; }
    std::uint64_t pack (Delays d) noexcept   { return (static_cast<std::uint64_t> (d.engine) << 32) | d.margin; }
    Delays unpack (std::uint64_t p) noexcept { return { static_cast<std::uint32_t> (p >> 32), static_cast<std::uint32_t> (p) }; }
}

void AudioExchange::prepare (const StreamFormat& newFormat, Delays expected)
{
    format = newFormat;
    ++epoch;
    const auto samples = [this] (double seconds) { return static_cast<std::size_t> (seconds * format.rate) + static_cast<std::size_t> (format.maxBlock); };
    // Short blocks cost a header each, so the room is counted in blocks of a sixteenth of a millisecond and more.
    const auto headers = static_cast<std::size_t> (queueSeconds * 16000.0) * (protocol::frameHeaderBytes + protocol::to_engine::Block::bytes);
    toEngine.allocate (samples (queueSeconds) * sizeof (float) * static_cast<std::size_t> (format.channels) + headers + eventRoom);
    fromEngine.allocate (format.channels, 2 * samples (maxLatencySeconds));
    dry.allocate (format.channels, samples (maxLatencySeconds));
    fadeSamples = std::max (1, static_cast<int> (fadeSeconds * format.rate));
    sentEnd.store (0);
    ready.store (false);
    setDelays (expected);
    current = delays();
    delaysChanged = false;
    filledFrom.set (0);
    wasOffline = false;
    fallback = silenceOnFault.load() ? 0.0f : 1.0f;
    forgetSound (0);
    givenUp = false;

    for (auto* counter : { &counters.underruns, &counters.lostBlocks, &counters.lateAnswers, &counters.faultyAnswers, &counters.offlineGivenUp })
        counter->store (0);
}

Delays AudioExchange::withinBounds (Delays wanted) const noexcept
{
    const auto most = static_cast<std::uint32_t> (maxLatencySeconds * format.rate / 2.0);
    return { std::min (wanted.engine, most), std::min (wanted.margin, most) };
}

void AudioExchange::setDelays (Delays wanted) noexcept
{
    fillsUp.store (false, std::memory_order_relaxed);
    packedDelays.store (pack (withinBounds (wanted)), std::memory_order_release);
}

void AudioExchange::setDelaysFrom (std::uint32_t place, Delays wanted) noexcept
{
    delaysFrom.store (place, std::memory_order_relaxed);
    fillsUp.store (true, std::memory_order_relaxed);
    packedDelays.store (pack (withinBounds (wanted)), std::memory_order_release);
}

Delays AudioExchange::delays() const noexcept
{
    return unpack (packedDelays.load (std::memory_order_acquire));
}

/** From `position` on it is as if nothing had sounded before. */
void AudioExchange::forgetSound (std::uint32_t position) noexcept
{
    answersCountFrom.set (position);
    trackFrom.set (position);
    wet = 0.0f;
    recovering = true;
    last.fill (0.0f);
    residue.fill (0.0f);
    residueLeft = 0;
}

/** Uses what was set last; offline from the block on that plays the place it was set for. */
void AudioExchange::takeDelays (const HostBlock& block, std::uint32_t position) noexcept
{
    const auto wanted = delays();
    const bool fills = fillsUp.load (std::memory_order_relaxed);
    const auto place = delaysFrom.load (std::memory_order_relaxed);
    const bool isEarly = block.offline && fills && distance (position - lateness(), place) < 0;
    delaysChanged = wanted != current && ! isEarly;

    if (! delaysChanged)
        return;

    current = wanted;

    if (fills)
        filledFrom.set (place + current.engine);
}

bool AudioExchange::process (const HostBlock& block) noexcept
{
    const auto position = sentEnd.load (std::memory_order_relaxed);

    for (int c = 0; c < format.channels; ++c)
    {
        for (int i = 0; i < block.frames; ++i)
        {
            // As in the engine: what is no number would stay in the crossfades.
            const float sample = block.input[c][i];
            dry.write (c, position + static_cast<std::uint32_t> (i), std::isfinite (sample) ? sample : 0.0f);
        }
    }

    auto outgoing = block;

    if (block.offline && ! givenUp && ! ready.load (std::memory_order_acquire) && ! waitUntilReady())
        giveUp();

    if (block.offline && ! wasOffline)
    {
        // What the engine heard before is a matter of timing; from here on the result is a matter of the input alone.
        outgoing.restart = true;
        answersCountFrom.set (position);
    }

    if (block.fresh)
    {
        outgoing.restart = true;
        forgetSound (position);
    }

    wasOffline = block.offline;
    const bool sent = send (outgoing, position);
    const auto next = position + static_cast<std::uint32_t> (block.frames);
    sentEnd.store (next, std::memory_order_release);

    if (block.offline)
        waitForAnswers (next - lateness());

    takeDelays (block, position);

    if (block.offline && delaysChanged)
        waitForAnswers (next - lateness());

    render (block, position);
    return sent;
}

bool AudioExchange::send (const HostBlock& block, std::uint32_t position) noexcept
{
    const protocol::to_engine::Block head {
        epoch,
        position,
        static_cast<std::uint32_t> (block.frames),
        static_cast<std::uint32_t> (format.channels),
        (block.restart ? protocol::restart : 0u) | (block.offline ? protocol::offline : 0u),
        block.parameterEventCount,
        block.midiEventCount
    };

    const std::size_t parameterBytes = block.parameterEventCount * protocol::ParameterEvent::bytes;
    const std::size_t midiBytes = block.midiEventCount * protocol::MidiEvent::bytes;
    const std::size_t channelBytes = static_cast<std::size_t> (block.frames) * sizeof (float);
    const auto payload = static_cast<std::uint32_t> (sizeof (head) + parameterBytes + midiBytes
                                                     + channelBytes * static_cast<std::size_t> (format.channels));
    const std::array<std::uint32_t, 2> frame { payload, protocol::to_engine::Block::type };

    std::array<Bytes, 4 + protocol::maxChannels> parts {};
    std::size_t count = 0;
    parts[count++] = { frame.data(), sizeof (frame) };
    parts[count++] = { &head, sizeof (head) };
    parts[count++] = { block.parameterEvents, parameterBytes };
    parts[count++] = { block.midiEvents, midiBytes };

    for (int c = 0; c < format.channels; ++c)
        parts[count++] = { block.input[c], channelBytes };

    if (toEngine.push (parts.data(), count))
        return true;

    if (block.offline && ! givenUp && engineExpected.load (std::memory_order_acquire))
    {
        const auto deadline = std::chrono::steady_clock::now() + offlineDeadline;

        while (std::chrono::steady_clock::now() < deadline && engineExpected.load (std::memory_order_acquire))
        {
            std::this_thread::sleep_for (offlineNap);

            if (toEngine.push (parts.data(), count))
                return true;
        }
    }

    counters.lostBlocks.fetch_add (1, std::memory_order_relaxed);
    return false;
}

void AudioExchange::waitForAnswers (std::uint32_t upTo) noexcept
{
    if (distance (upTo, answersCountFrom.at()) <= 0)
        return;

    auto reached = fromEngine.readable().end;

    if (distance (upTo, reached) <= 0)
    {
        givenUp = false;
        return;
    }

    if (givenUp)
        return;

    auto deadline = std::chrono::steady_clock::now() + offlineDeadline;

    while (engineExpected.load (std::memory_order_acquire))
    {
        std::this_thread::sleep_for (offlineNap);
        const auto end = fromEngine.readable().end;

        if (distance (upTo, end) <= 0)
            return;

        if (end != reached)
        {
            reached = end;
            deadline = std::chrono::steady_clock::now() + offlineDeadline;
        }
        else if (std::chrono::steady_clock::now() >= deadline)
        {
            break;
        }
    }

    giveUp();
}

void AudioExchange::giveUp() noexcept
{
    givenUp = true;
    counters.offlineGivenUp.fetch_add (1, std::memory_order_relaxed);
}

bool AudioExchange::waitUntilReady() noexcept
{
    const auto deadline = std::chrono::steady_clock::now() + offlineDeadline;

    while (! ready.load (std::memory_order_acquire))
    {
        if (! engineExpected.load (std::memory_order_acquire) || std::chrono::steady_clock::now() >= deadline)
            return false;

        std::this_thread::sleep_for (offlineNap);
    }

    return true;
}

void AudioExchange::render (const HostBlock& block, std::uint32_t position) noexcept
{
    bool jumped = delaysChanged;
    const auto late = lateness();
    const auto total = late + current.engine;
    const auto frames = static_cast<std::uint32_t> (block.frames);
    const auto first = position - late;
    const auto range = fromEngine.readable();

    for (auto* threshold : { &answersCountFrom, &filledFrom, &trackFrom })
        threshold->follow (first - static_cast<std::uint32_t> (fromEngine.capacity()));

    const auto from = later (range.begin, later (answersCountFrom.at(), filledFrom.at()));

    // After a gap the engine must be ahead again before it is heard, or the output would flutter.
    if (recovering && (block.offline || distance (range.end, first + frames + current.margin / 2) >= 0))
        recovering = false;

    const float step = 1.0f / static_cast<float> (fadeSamples);
    const float wetGoal = block.bypass ? 0.0f : 1.0f;
    const bool silent = silenceOnFault.load (std::memory_order_relaxed) && ! block.bypass && ! block.neverSilent;
    const float fallbackGoal = silent ? 0.0f : 1.0f;

    for (std::uint32_t i = 0; i < frames; ++i)
    {
        const auto q = first + i;
        const bool answered = ! recovering && distance (q, from) >= 0 && distance (q, range.end) < 0;

        if (answered && q == answersCountFrom.at())
        {
            // Nothing of this stream was heard before: there is nothing to fade from.
            wet = wetGoal;
            jumped = q != 0;
        }
        else if (answered)
        {
            wet = wet < wetGoal ? std::min (wetGoal, wet + step) : std::max (wetGoal, wet - step);
        }
        else if (wet > 0.0f)
        {
            if (distance (q, range.end) >= 0)
            {
                counters.underruns.fetch_add (1, std::memory_order_relaxed);
                recovering = true;
            }

            wet = 0.0f;
            jumped = true;
        }

        fallback = fallback < fallbackGoal ? std::min (fallbackGoal, fallback + step) : std::max (fallbackGoal, fallback - step);

        for (int c = 0; c < format.channels; ++c)
        {
            const auto place = position + i - total;
            const float track = trackFrom.isReachedBy (place) ? fallback * dry.read (c, place) : 0.0f;
            const float answer = wet > 0.0f ? fromEngine.at (c, q) : 0.0f;
            // Both ends exactly: what the engine has limited stays below its ceiling.
            const float sample = wet <= 0.0f ? track : wet >= 1.0f ? answer : track + wet * (answer - track);
            block.output[c][i] = declicked (c, sample, jumped);
        }

        if (jumped)
        {
            jumped = false;
            residueLeft = fadeSamples;
        }

        residueLeft = std::max (0, residueLeft - 1);
    }
}

/** Bridges a jump of the signal: what is missing at the jump fades away over one crossfade. */
float AudioExchange::declicked (int channel, float next, bool jumped) noexcept
{
    const auto c = static_cast<std::size_t> (channel);

    if (jumped)
        residue[c] = last[c] - next;

    const float left = jumped ? 1.0f : static_cast<float> (residueLeft) / static_cast<float> (fadeSamples);
    last[c] = left > 0.0f ? next + residue[c] * left : next;
    return last[c];
}

} // namespace tiller
