#include "tiller/stream/AudioExchange.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace tiller
{

namespace
{
    using Clock = std::chrono::steady_clock;

    /** How much audio the queue to the engine holds while the engine takes none, in seconds. */
    constexpr double queueSeconds = 2.0;
    /** Longest total latency that can be compensated, in seconds. */
    constexpr double maxLatencySeconds = 4.0;
    /** An offline render stops waiting for an engine that has delivered nothing for this long. */
    constexpr auto offlineTimeout = std::chrono::seconds (30);
    constexpr auto offlinePollInterval = std::chrono::microseconds (100);
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

Latency AudioExchange::bounded (Latency wanted) const noexcept
{
    const auto most = static_cast<std::uint32_t> (maxLatencySeconds * format.rate / 2.0);
    return { std::min (wanted.model, most), std::min (wanted.scheduling, most) };
}

void AudioExchange::setLatency (Latency wanted) noexcept { handover.set (bounded (wanted)); }

void AudioExchange::setLatencyFrom (std::uint32_t modelChangedAt, Latency wanted) noexcept { handover.set (bounded (wanted), modelChangedAt); }

bool AudioExchange::process (const HostBlock& block) noexcept
{
    const auto position = inputEnd.load (std::memory_order_relaxed);
    mixer.storeInput (block, position);
    auto outgoing = block;

    if (block.offline && ! hasTimedOut && ! engineReady.load (std::memory_order_acquire) && ! waitUntilReady())
        stopWaiting();

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

    wasOffline = block.offline;
    const bool sent = send (outgoing, position);
    const auto end = position + static_cast<std::uint32_t> (block.numSamples);
    inputEnd.store (end, std::memory_order_release);

    if (block.offline)
        waitForEngineAudio (end - mixer.playoutDelaySamples());

    const bool latencyChanged = mixer.updateLatency (handover.get(), block.offline, position);

    if (block.offline && latencyChanged)
        waitForEngineAudio (end - mixer.playoutDelaySamples());

    mixer.process (block, position, fromEngine, silenceOnFault.load (std::memory_order_relaxed), counters);
    return sent;
}

bool AudioExchange::send (const HostBlock& block, std::uint32_t position) noexcept
{
    const protocol::to_engine::Block fields {
        epoch,
        position,
        static_cast<std::uint32_t> (block.numSamples),
        static_cast<std::uint32_t> (format.channels),
        (block.renderStart ? protocol::restart : 0u) | (block.offline ? protocol::offline : 0u),
        block.parameterEventCount,
        block.midiEventCount
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

    if (block.offline && ! hasTimedOut)
    {
        const auto deadline = Clock::now() + offlineTimeout;

        while (mayWait() && Clock::now() < deadline)
        {
            std::this_thread::sleep_for (offlinePollInterval);

            if (toEngine.push (spans.data(), count))
                return true;
        }
    }

    counters.droppedBlocks.fetch_add (1, std::memory_order_relaxed);
    return false;
}

/** Waits, offline, until the engine has delivered everything before position `end`. */
void AudioExchange::waitForEngineAudio (std::uint32_t end) noexcept
{
    if (distance (end, mixer.engineAudibleFrom()) <= 0)
        return;

    auto delivered = fromEngine.readable().end;

    if (distance (end, delivered) <= 0)
    {
        hasTimedOut = false;
        return;
    }

    if (hasTimedOut)
        return;

    auto deadline = Clock::now() + offlineTimeout;

    while (mayWait())
    {
        std::this_thread::sleep_for (offlinePollInterval);
        const auto now = fromEngine.readable().end;

        if (distance (end, now) <= 0)
            return;

        if (now != delivered)
        {
            delivered = now;
            deadline = Clock::now() + offlineTimeout;
        }
        else if (Clock::now() >= deadline)
        {
            break;
        }
    }

    stopWaiting();
}

/** The render goes on without the engine. Where the host cancelled the wait, that is no time-out. */
void AudioExchange::stopWaiting() noexcept
{
    hasTimedOut = true;

    if (! waitingCancelled.load (std::memory_order_acquire))
        counters.offlineTimeouts.fetch_add (1, std::memory_order_relaxed);
}

bool AudioExchange::mayWait() const noexcept
{
    return engineExpected.load (std::memory_order_acquire) && ! waitingCancelled.load (std::memory_order_acquire);
}

bool AudioExchange::waitUntilReady() noexcept
{
    const auto deadline = Clock::now() + offlineTimeout;

    while (! engineReady.load (std::memory_order_acquire))
    {
        if (! mayWait() || Clock::now() >= deadline)
            return false;

        std::this_thread::sleep_for (offlinePollInterval);
    }

    return true;
}

} // namespace tiller
