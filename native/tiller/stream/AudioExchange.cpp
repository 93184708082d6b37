#include "tiller/stream/AudioExchange.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace tiller
{

namespace
{
    /** How much audio the queue to the engine holds while the engine takes none, in seconds. */
    constexpr double queueSeconds = 2.0;
    /** Longest total latency that can be compensated, in seconds. */
    constexpr double maxLatencySeconds = 4.0;
    /**
        An offline render stops waiting where no engine has answered for this long, or delivered audio. Engines that hang or cannot
        start are the supervisor's concern: one that waits for its turn to start, while many hosts render, is waited for.
    */
    constexpr double responseTimeoutSeconds = 300.0, deliveryTimeoutSeconds = 900.0;
    /** Room for the events of the blocks in the queue, in bytes. */
    constexpr std::size_t eventBytes = 256 * 1024;
    /** Shortest mean block for which the queue has room for the block headers, as blocks per second. */
    constexpr double maxBlocksPerSecond = 16000.0;
}

void AudioExchange::prepare (const StreamFormat& newFormat, Latency expected)
{
    format = newFormat;
    ++epoch;
    const auto samples = [this] (double seconds) { return static_cast<std::size_t> (seconds * format.rate) + static_cast<std::size_t> (format.maxBlock); };
    const auto headerBytes = static_cast<std::size_t> (queueSeconds * maxBlocksPerSecond) * (protocol::frameHeaderBytes + protocol::to_engine::Block::bytes);
    toEngine.allocate (samples (queueSeconds) * sizeof (float) * static_cast<std::size_t> (format.channels) + headerBytes + eventBytes);
    fromEngine.allocate (format.channels, 2 * samples (maxLatencySeconds));
    setLatency (expected);
    mixer.prepare (format, latency(), samples (maxLatencySeconds), silenceOnFault.load());
    inputEnd.store (0);
    engineReady.store (false);
    waitingCancelled.store (false);
    waits.store (false);
    deadline.store (true);
    hostLead.prepare (format.rate);
    wasOffline = false;
    hasTimedOut = false;
    counters.reset();
}

void AudioExchange::release() noexcept
{
    ++epoch;
    format.channels = 0;
    engineReady.store (false);
    toEngine.release();
    fromEngine.release();
    mixer.release();
}

/** Within what was allocated, and in total at least `least`, in samples. */
Latency AudioExchange::padded (Latency wanted, std::uint32_t least) const noexcept
{
    const auto most = static_cast<std::uint32_t> (maxLatencySeconds * format.rate / 2.0);
    Latency latency { std::min (wanted.model, most), std::min (wanted.scheduling, most) };
    const auto total = latencySamples (latency);
    latency.scheduling = std::min (most, latency.scheduling + (least > total ? least - total : 0));
    return latency;
}

void AudioExchange::setLatency (Latency wanted) noexcept
{
    asSet.set (wanted);
    handover.set (padded (wanted, leastLatency.load (std::memory_order_relaxed)));
}

void AudioExchange::setLatencyFrom (std::uint32_t modelChangedAt, Latency wanted) noexcept
{
    asSet.set (wanted);
    handover.set (padded (wanted, leastLatency.load (std::memory_order_relaxed)), modelChangedAt);
}

void AudioExchange::beginCall (const HostCall& call) noexcept
{
    const bool isRendering = call.offline || call.prefetch;
    deadline.store (! isRendering, std::memory_order_release);

    if (isRendering)
    {
        // The wall clock says nothing about such a host.
        hostLead.restart();
        wait = hasTimedOut ? Wait::none : Wait::progress;
    }
    else
    {
        const double now = clock.seconds();
        const double longest = HostLead::longestWait (hostLead.blockArrived (now, call.numSamples), call.numSamples / format.rate);
        waitEnd = now + longest;
        wait = longest > 0.0 ? Wait::lead : Wait::none;
    }

    waits.store (wait != Wait::none, std::memory_order_release);

    if (wait != Wait::none && ! isEngineReady() && ! waitUntil ([this] { return isEngineReady(); }) && wait == Wait::progress)
        stopWaiting();
}

bool AudioExchange::process (const HostBlock& block) noexcept
{
    const auto position = inputEnd.load (std::memory_order_relaxed);
    mixer.storeInput (block, position);
    auto outgoing = block;

    if (block.offline && ! wasOffline)
    {
        // What the engine was sent before depends on timing; from here on the result depends on the input alone.
        outgoing.renderStart = true;
        mixer.muteEngineBefore (position);
    }

    if (block.hostReset)
    {
        outgoing.renderStart = true;
        mixer.reset (position);
    }

    if (block.offline && outgoing.renderStart)
        counters.offlineDrySamples.store (0, std::memory_order_relaxed);

    wasOffline = block.offline;
    const bool sent = send (outgoing, position);
    const auto end = position + static_cast<std::uint32_t> (block.numSamples);
    inputEnd.store (end, std::memory_order_release);
    bool delivered = waitForEngineAudio (block, end - mixer.playoutDelaySamples());

    auto wanted = handover.get();
    wanted.latency = padded (wanted.latency, block.leastLatency);

    if (mixer.updateLatency (wanted, block.offline, position))
        delivered = waitForEngineAudio (block, end - mixer.playoutDelaySamples());

    mixer.process (block, position, fromEngine, silenceOnFault.load (std::memory_order_relaxed), delivered, counters);
    return sent;
}

bool AudioExchange::send (const HostBlock& block, std::uint32_t position) noexcept
{
    const double wholeBeats = std::floor (block.time.beat);
    const protocol::to_engine::Block fields {
        epoch,
        position,
        static_cast<std::uint32_t> (block.numSamples),
        static_cast<std::uint32_t> (format.channels),
        (block.renderStart ? protocol::restart : 0u) | (block.offline ? protocol::offline : 0u)
            | (block.allParameters ? protocol::allParameters : 0u) | (block.recallPending ? protocol::recallPending : 0u)
            | (block.time.playing ? protocol::playing : 0u) | (block.time.hasSongSample ? protocol::songSample : 0u),
        block.parameterEventCount,
        block.midiEventCount,
        block.recall,
        block.time.tempo,
        static_cast<std::uint32_t> (static_cast<std::int32_t> (wholeBeats)),
        static_cast<float> (block.time.beat - wholeBeats),
        block.time.beatsPerBar,
        static_cast<std::uint32_t> (block.time.songSample),
        static_cast<std::uint32_t> (block.time.songSample >> 32)
    };

    const std::size_t parameterBytes = block.parameterEventCount * protocol::ParameterEvent::bytes;
    const std::size_t midiBytes = block.midiEventCount * protocol::MidiEvent::bytes;
    const std::size_t channelBytes = static_cast<std::size_t> (block.numSamples) * sizeof (float);
    const auto payload = static_cast<std::uint32_t> (sizeof (fields) + parameterBytes + midiBytes
                                                     + channelBytes * static_cast<std::size_t> (format.channels));
    const std::array<std::uint32_t, 2> header { payload, protocol::to_engine::Block::type };

    std::array<ByteSpan, 4 + protocol::maxChannels> spans {};
    std::size_t count = 0;
    spans[count++] = { header.data(), sizeof (header) };
    spans[count++] = { &fields, sizeof (fields) };
    spans[count++] = { block.parameterEvents, parameterBytes };
    spans[count++] = { block.midiEvents, midiBytes };

    for (int c = 0; c < format.channels; ++c)
        spans[count++] = { block.input[c], channelBytes };

    if (toEngine.push (spans.data(), count))
        return true;

    if (waitUntil ([&] { return toEngine.push (spans.data(), count); }))
        return true;

    counters.droppedBlocks.fetch_add (1, std::memory_order_relaxed);
    return false;
}

/**
    Waits until the condition is true; false where the call must not wait, or not for so long. An engine that cannot start, and
    a wait that the host cancels, end it at once.
*/
template <typename Condition>
bool AudioExchange::waitUntil (Condition&& condition) noexcept
{
    if (wait == Wait::none)
        return false;

    auto delivered = fromEngine.readable().end;
    auto responses = engineResponses.load (std::memory_order_acquire);
    double respondedAt = clock.seconds(), deliveredAt = respondedAt;

    while (engineExpected.load (std::memory_order_acquire) && ! waitingCancelled.load (std::memory_order_acquire))
    {
        if (wait == Wait::lead && clock.seconds() >= waitEnd)
            return false;

        clock.pause();

        if (condition())
            return true;

        if (wait == Wait::lead)
            continue;

        const double now = clock.seconds();

        if (std::exchange (responses, engineResponses.load (std::memory_order_acquire)) != responses)
            respondedAt = now;

        if (std::exchange (delivered, fromEngine.readable().end) != delivered)
            respondedAt = deliveredAt = now;

        if (now - respondedAt >= responseTimeoutSeconds || now - deliveredAt >= deliveryTimeoutSeconds)
            return false;
    }

    return false;
}

/**
    Waits until the engine has delivered everything before position `end`, as far as it is to be heard; true where the call may
    wait and it has. What an engine that has ended was sent does not come any more: the block transport ends an offline render's wait then.
*/
bool AudioExchange::waitForEngineAudio (const HostBlock& block, std::uint32_t end) noexcept
{
    if (distance (end, mixer.engineAudibleFrom()) <= 0)
        return wait != Wait::none;

    const auto isDelivered = [this, end] { return distance (end, fromEngine.readable().end) <= 0; };
    const auto isLost = [this, &block] { return ! block.offline && ! isEngineReady(); };

    if (isDelivered())
    {
        hasTimedOut = false;
        return wait != Wait::none;
    }

    if (! isLost() && waitUntil ([&] { return isDelivered() || isLost(); }))
        return isDelivered();

    if (wait == Wait::progress && ! isLost())
        stopWaiting();

    return false;
}

/** The render goes on without the engine. Where the host cancelled the wait, that is no time-out. */
void AudioExchange::stopWaiting() noexcept
{
    hasTimedOut = true;
    wait = Wait::none;

    if (! waitingCancelled.load (std::memory_order_acquire))
        counters.offlineTimeouts.fetch_add (1, std::memory_order_relaxed);
}

} // namespace tiller
