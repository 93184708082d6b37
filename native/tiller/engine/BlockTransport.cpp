#include "tiller/engine/BlockTransport.h"

#include "tiller/state/ParameterTable.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

namespace tiller
{

using namespace std::chrono_literals;
namespace to_engine = protocol::to_engine;
namespace to_plugin = protocol::to_plugin;

namespace
{
    /** A live block that is this much too late to be heard, in seconds, is sent without its audio: the engine need not process it. */
    constexpr double maxLateSeconds = 0.2;
    /** No more blocks are taken from the exchange while this much waits for the pipe, in bytes. */
    constexpr std::size_t maxPendingBytes = 256 * 1024;
    /** Audio flows where a block arrived within this time. */
    constexpr Milliseconds activeTime { 500 };
    /** A host that may wait for the engine does so where a block arrived within this time. */
    constexpr Milliseconds awaitedTime { 20 };

    bool isProgramChange (const protocol::MidiEvent& event) noexcept { return (event.message & 0xf0) == 0xc0; }
}

/** A block at the front of the exchange's FIFO, without its events and samples. */
struct BlockTransport::QueuedBlock
{
    std::uint32_t payloadBytes, type;
    to_engine::Block block;

    std::size_t totalBytes() const noexcept { return protocol::frameHeaderBytes + payloadBytes; }

    std::size_t audioBytes() const noexcept { return std::size_t { block.frames } * block.channels * sizeof (float); }

    /** Where its MIDI event `i` begins, in bytes. */
    std::size_t midiOffset (std::uint32_t i) const noexcept
    {
        return protocol::frameHeaderBytes + to_engine::Block::bytes + std::size_t { block.parameterEvents } * protocol::ParameterEvent::bytes
               + std::size_t { i } * protocol::MidiEvent::bytes;
    }
};

BlockTransport::BlockTransport (AudioExchange& e) : exchange (e) {}

void BlockTransport::prepare (const StreamFormat& format, Latency expected)
{
    const std::lock_guard lock (mutex);
    exchange.prepare (format, expected);
    resetStream();
    projectLoadedAt.reset();
    sentEnd = 0;
}

void BlockTransport::release()
{
    const std::lock_guard lock (mutex);
    resetStream();
    exchange.release();
}

void BlockTransport::projectLoaded()
{
    const std::lock_guard lock (mutex);
    skippedProgramChange = 0;
    projectLoadedAt = exchange.position();
}

void BlockTransport::resetStream() noexcept
{
    streaming = hasDelivered = hasCaughtUp = allParametersSent = false;
    exchange.setEngineReady (false);
    samplesInFlight = 0;
    resendParameters.store (true);
}

bool BlockTransport::engineStopped (bool mayRestart)
{
    const std::lock_guard lock (mutex);
    const bool interrupted = offline && streaming;
    resetStream();
    exchange.setEngineExpected (mayRestart);

    // The dead engine will not deliver what it was sent; an offline render must not wait for that.
    if (offline)
        exchange.fromEngine.jumpTo (sentEnd, sentEnd);

    return interrupted;
}

bool BlockTransport::enginePrepared (const to_plugin::Prepared& message)
{
    const std::lock_guard lock (mutex);

    if (message.epoch != exchange.epoch)
        return false;

    const Latency latency { message.latencySamples, message.marginSamples };

    // Messages arrive in order: the samples behind this one are those of another model.
    if (streaming && latency != exchange.engineLatency())
        exchange.setLatencyFrom (exchange.fromEngine.writePosition(), latency);
    else
        exchange.setLatency (latency);

    exchange.setEngineExpected (true);

    if (! streaming)
        resendParameters.store (true);

    streaming = true;
    exchange.setEngineReady (true);
    return true;
}

bool BlockTransport::isStreaming()
{
    const std::lock_guard lock (mutex);
    return streaming;
}

bool BlockTransport::isActive (Clock::time_point now)
{
    const std::lock_guard lock (mutex);
    return now - lastBlockTime <= activeTime || (offline && (samplesInFlight > 0 || exchange.toEngine.readable() > 0));
}

bool BlockTransport::isLive (Clock::time_point now)
{
    return isStreaming() && ! offline && now - lastBlockTime < 1s;
}

std::uint32_t BlockTransport::pollIntervalMicroseconds() const noexcept
{
    // Without blocks there is no hurry, not even where the last was one of an offline render.
    if (Clock::now() - lastBlockTime > 2s)
        return 5000;

    // Polled at a low rate between the bursts of a host that is ahead of time.
    const bool isAwaited = offline || (exchange.isWaiting() && Clock::now() - lastBlockTime < awaitedTime);
    return isAwaited ? 100 : static_cast<std::uint32_t> (std::clamp (lastBlockSeconds * 0.25, 0.00025, 0.002) * 1e6);
}

bool BlockTransport::takeOfflineTimeout() noexcept
{
    const auto count = exchange.counters.offlineTimeouts.load();
    return count > std::exchange (reportedTimeouts, count);
}

/** By how much the engine's samples may lag the input, in samples. */
std::uint32_t BlockTransport::allowedDelaySamples() const noexcept
{
    return exchange.latency().scheduling + static_cast<std::uint32_t> (exchange.streamFormat().maxBlock);
}

bool BlockTransport::receiveSamples (const Message& message)
{
    to_plugin::Samples fields {};

    if (! message.get (fields))
        return false;

    const std::lock_guard lock (mutex);

    // Of a stream that has ended, or sent before the engine was prepared.
    if (fields.epoch != exchange.epoch || ! streaming)
        return true;

    const auto channels = static_cast<std::size_t> (exchange.streamFormat().channels);
    const std::size_t channelBytes = fields.frames * sizeof (float);

    if (fields.frames > static_cast<std::uint32_t> (exchange.streamFormat().maxBlock) || fields.channels != channels
        || message.size != sizeof (fields) + channelBytes * channels || fields.frames > samplesInFlight)
        return false;

    samplesInFlight -= fields.frames;
    auto& buffer = exchange.fromEngine;

    // After a gap the engine's own latency is filled from input that it did not get: none of that may be heard.
    if (! hasDelivered || fields.position != buffer.writePosition())
        buffer.jumpTo (fields.position, fields.position == 0 ? 0 : fields.position + exchange.latency().model);

    hasDelivered = true;
    const auto end = fields.position + fields.frames;
    const bool isLate = distance (exchange.position(), end + allowedDelaySamples()) > 0;
    hasCaughtUp = hasCaughtUp || ! isLate;

    if (isLate)
        exchange.counters.lateBlocks.fetch_add (1, std::memory_order_relaxed);

    bool finite = true;

    for (std::size_t c = 0; c < channels; ++c)
    {
        channelSamples.resize (fields.frames);
        std::memcpy (channelSamples.data(), message.payload + sizeof (fields) + c * channelBytes, channelBytes);
        finite = finite && std::all_of (channelSamples.begin(), channelSamples.end(), [] (float sample) { return std::isfinite (sample); });
        buffer.write (static_cast<int> (c), channelSamples.data(), fields.frames);
    }

    if (finite)
    {
        buffer.publish (fields.frames);
    }
    else
    {
        exchange.counters.invalidBlocks.fetch_add (1, std::memory_order_relaxed);
        buffer.jumpTo (end, end);
    }

    return true;
}

void BlockTransport::sendBlocks (SendBuffer& outbox)
{
    const std::lock_guard lock (mutex);
    const auto& format = exchange.streamFormat();

    if (format.channels == 0)
        return;

    if (preparedEpoch != exchange.epoch)
    {
        preparedEpoch = exchange.epoch;
        outbox.add (to_engine::Prepare { exchange.epoch, static_cast<float> (format.rate), static_cast<std::uint32_t> (format.maxBlock),
                                         static_cast<std::uint32_t> (format.channels) });
    }

    auto& queue = exchange.toEngine;
    const auto allowedDelay = allowedDelaySamples();
    const auto maxLate = static_cast<std::int32_t> (maxLateSeconds * format.rate);
    // An engine that has not caught up yet is slow at first: it gets the newest audio, not the backlog. A host that waits for it
    // needs all that can still be heard.
    const auto tooLate = hasCaughtUp ? maxLate : exchange.isWaiting() ? 0 : -static_cast<std::int32_t> (allowedDelay / 2);
    const auto maxInFlight = hasCaughtUp ? allowedDelay + static_cast<std::uint32_t> (maxLate) : allowedDelay;

    while (outbox.pending() < maxPendingBytes && queue.readable() > 0)
    {
        QueuedBlock front {};
        queue.peek (0, &front, sizeof (front));
        offline = (front.block.flags & protocol::offline) != 0;
        lastBlockTime = Clock::now();
        lastBlockSeconds = front.block.frames / format.rate;
        const auto end = front.block.position + front.block.frames;
        const auto lateBy = distance (exchange.position(), end + allowedDelay);

        if (! streaming)
        {
            // It may still be heard, should the engine be ready in time.
            if (offline || lateBy <= 0)
                break;

            skipBlock (front);
            sentEnd = end;
            continue;
        }

        if (samplesInFlight > 0 && samplesInFlight + front.block.frames > maxInFlight)
            break;

        sendBlock (front, ! offline && lateBy > tooLate, outbox);
        sentEnd = end;
    }

    if (queue.readable() == 0)
        projectLoadedAt.reset();
}

bool BlockTransport::precedesProject (const QueuedBlock& front) const noexcept
{
    return projectLoadedAt && distance (front.block.position, *projectLoadedAt) < 0;
}

/** Removes the block at the front, which no engine gets. */
void BlockTransport::skipBlock (const QueuedBlock& front)
{
    for (std::uint32_t i = 0; i < front.block.midiEvents; ++i)
    {
        protocol::MidiEvent event {};
        exchange.toEngine.peek (front.midiOffset (i), &event, sizeof (event));

        // The audio is lost, but the preset that it asked for is still to be recalled once an engine runs.
        if (isProgramChange (event) && ! precedesProject (front))
            skippedProgramChange = event.message;
    }

    exchange.toEngine.consume (front.totalBytes());
}

/** Moves the block at the front to the send buffer, or only its events. */
void BlockTransport::sendBlock (QueuedBlock front, bool withoutAudio, SendBuffer& outbox)
{
    auto& queue = exchange.toEngine;
    const auto queuedBytes = front.totalBytes(), eventsEnd = queuedBytes - front.audioBytes(), midiBegin = front.midiOffset (0);
    const auto taken = withoutAudio ? eventsEnd : queuedBytes;
    allParametersSent = allParametersSent || front.block.parameterEvents >= ParameterTable::size;

    // A program change that an earlier engine missed follows the host's parameters, which are older.
    const bool addsProgram = skippedProgramChange != 0 && allParametersSent && front.block.midiEvents < protocol::maxBlockEvents;
    const std::size_t addedBytes = addsProgram ? protocol::MidiEvent::bytes : 0;

    auto* const target = outbox.extend (taken + addedBytes);
    auto* const midi = target + midiBegin + addedBytes;
    queue.peek (0, target, midiBegin);
    queue.peek (midiBegin, midi, taken - midiBegin);
    queue.consume (queuedBytes);

    for (std::uint32_t i = 0; precedesProject (front) && i < front.block.midiEvents; ++i)
    {
        auto* const at = midi + std::size_t { i } * protocol::MidiEvent::bytes;
        protocol::MidiEvent event {};
        std::memcpy (&event, at, sizeof (event));

        // The project is newer than this program change. The engine ignores a message of zeros.
        if (isProgramChange (event))
            std::memset (at + offsetof (protocol::MidiEvent, message), 0, sizeof (event.message));
    }

    if (addsProgram)
    {
        const protocol::MidiEvent event { 0, std::exchange (skippedProgramChange, 0u) };
        std::memcpy (target + midiBegin, &event, sizeof (event));
        ++front.block.midiEvents;
    }

    if (withoutAudio)
        front.block.flags |= protocol::skipped;
    else
        samplesInFlight += front.block.frames;

    front.payloadBytes = static_cast<std::uint32_t> (taken + addedBytes - protocol::frameHeaderBytes);
    std::memcpy (target, &front, sizeof (front));
}

} // namespace tiller
