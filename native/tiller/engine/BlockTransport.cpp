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
    /** Where none has come for this long, there is no hurry, not even where the last was one of an offline render. */
    constexpr Milliseconds quietAfter { 2000 };
    /** An engine keeps up where no block was late within this time. */
    constexpr Milliseconds keepsUpAfter { 200 };
    /** A host that may wait for the engine does so where a block arrived within this time. */
    constexpr Milliseconds awaitedTime { 20 };
}

BlockTransport::BlockTransport (AudioExchange& e, PresetRecall& r) : exchange (e), recall (r), recalls (r, e.toEngine) {}

void BlockTransport::prepare (const StreamFormat& format, Latency expected)
{
    const std::lock_guard lock (mutex);
    exchange.prepare (format, expected);
    resetStream();
    sentEnd = 0;
}

void BlockTransport::setLeastLatency (std::uint32_t samples)
{
    const std::lock_guard lock (mutex);
    exchange.setLeastLatency (samples);

    if (exchange.streamFormat().channels != 0)
        exchange.setLatency (exchange.engineLatency());
}

void BlockTransport::expectLatency (Latency expected)
{
    const std::lock_guard lock (mutex);

    if (! streaming && exchange.streamFormat().channels != 0)
        exchange.setLatency (expected);
}

void BlockTransport::release()
{
    const std::lock_guard lock (mutex);
    resetStream();
    exchange.release();
}

void BlockTransport::resetStream() noexcept
{
    streaming = hasDelivered = hasCaughtUp = parametersLost = false;
    sentRestart = 0;
    recalls.streamReset();
    exchange.setEngineReady (false);
    samplesInFlight = 0;
    resendParameters.store (true);
}

void BlockTransport::engineStarted() noexcept
{
    const std::lock_guard lock (mutex);
    preparedEpoch = 0;
    recalls.engineStarted();
    exchange.engineResponded();
}

void BlockTransport::engineStopped (bool mayRestart)
{
    const std::lock_guard lock (mutex);

    recalls.engineStopped();
    resetStream();
    exchange.setEngineExpected (mayRestart);

    // The engine that has ended will not deliver what it was sent; an offline render must not wait for that.
    if (offline)
        exchange.fromEngine.jumpTo (sentEnd, sentEnd);
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

    if (std::exchange (parametersLost, false))
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

bool BlockTransport::hasStream()
{
    const std::lock_guard lock (mutex);
    return exchange.streamFormat().channels != 0;
}

bool BlockTransport::isQuiet (Clock::time_point now)
{
    const std::lock_guard lock (mutex);
    return now - lastBlockTime > quietAfter && samplesInFlight == 0 && exchange.toEngine.readable() == 0;
}

bool BlockTransport::isActive (Clock::time_point now)
{
    const std::lock_guard lock (mutex);
    return now - lastBlockTime <= activeTime || (offline && (samplesInFlight > 0 || exchange.toEngine.readable() > 0));
}

bool BlockTransport::isLive (Clock::time_point now)
{
    return isStreaming() && exchange.hasDeadline() && now - lastBlockTime < 1s;
}

bool BlockTransport::keepsUp (Clock::time_point now) noexcept
{
    const std::lock_guard lock (mutex);
    return hasCaughtUp && now - lastLateTime > keepsUpAfter;
}

std::uint32_t BlockTransport::pollIntervalMicroseconds() const noexcept
{
    if (Clock::now() - lastBlockTime > quietAfter)
        return 5000;

    // Polled at a low rate between the bursts of a host that is ahead of time.
    const bool isAwaited = offline || (exchange.isWaiting() && Clock::now() - lastBlockTime < awaitedTime);
    return isAwaited ? 100 : static_cast<std::uint32_t> (std::clamp (lastBlockSeconds * 0.25, 0.00025, 0.002) * 1e6);
}

std::optional<bool> BlockTransport::takeRenderIsDry() noexcept
{
    const bool isDry = exchange.counters.offlineDrySamples.load() > 0;

    if (std::exchange (reportedDryRender, isDry) == isDry)
        return {};

    return isDry;
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

    if (fields.frames > static_cast<std::uint32_t> (exchange.streamFormat().maxEngineBlock()) || fields.channels != channels
        || message.size != sizeof (fields) + channelBytes * channels || fields.frames > samplesInFlight)
        return false;

    samplesInFlight -= fields.frames;
    auto& buffer = exchange.fromEngine;

    const bool isGap = ! hasDelivered || fields.position != buffer.writePosition();

    // After a gap the engine's own latency is filled from input that it did not get: none of that may be heard. Where it begins
    // anew there is no such input, and its output does not depend on what it had got before.
    if (fields.position == sentRestart)
    {
        if (isGap || distance (buffer.readable().begin, fields.position) > 0)
            buffer.jumpTo (fields.position, fields.position);
    }
    else if (isGap)
    {
        buffer.jumpTo (fields.position, fields.position + exchange.latency().model);
    }

    hasDelivered = true;
    const auto end = fields.position + fields.frames;
    const bool isLate = distance (exchange.position(), end + allowedDelaySamples()) > 0;
    hasCaughtUp = hasCaughtUp || ! isLate;

    if (isLate)
    {
        lastLateTime = Clock::now();
        exchange.counters.lateBlocks.fetch_add (1, std::memory_order_relaxed);
    }

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

BlockTransport::Waiting BlockTransport::waiting()
{
    const std::lock_guard lock (mutex);
    return { exchange.epoch, exchange.toEngine.readable(), recall.lastNumber() };
}

void BlockTransport::sendBlocks (SendBuffer& outbox, const Waiting& waited)
{
    const std::lock_guard lock (mutex);
    const auto& format = exchange.streamFormat();

    if (format.channels == 0)
        return;

    if (preparedEpoch != exchange.epoch)
    {
        preparedEpoch = exchange.epoch;
        outbox.add (to_engine::Prepare { exchange.epoch, static_cast<float> (format.rate), static_cast<std::uint32_t> (format.maxEngineBlock()),
                                         static_cast<std::uint32_t> (format.channels) });
    }

    auto& queue = exchange.toEngine;
    const auto allowedDelay = allowedDelaySamples();
    // Before `isWaiting`: a call says first that it waits, and then how far the stream has got. The other way round a block was too
    // late by the position of a call that waits, for a host that did not yet wait.
    const auto position = exchange.position();
    const auto maxLate = static_cast<std::int32_t> (maxLateSeconds * format.rate);
    // An engine that has not caught up yet is slow at first: it gets the newest audio, not the backlog. A host that waits for it
    // needs all that can still be heard.
    const auto tooLate = hasCaughtUp ? maxLate : exchange.isWaiting() ? 0 : -static_cast<std::int32_t> (allowedDelay / 2);
    const auto maxInFlight = hasCaughtUp ? allowedDelay + static_cast<std::uint32_t> (maxLate) : allowedDelay;

    for (auto left = waited.epoch == exchange.epoch ? waited.bytes : 0; outbox.pending() < maxPendingBytes && left > 0;)
    {
        QueuedBlock front {};
        queue.peek (0, &front, sizeof (front));
        left -= front.totalBytes();
        offline = (front.block.flags & protocol::offline) != 0;
        lastBlockTime = Clock::now();
        lastBlockSeconds = front.block.frames / format.rate;
        const auto end = front.block.position + front.block.frames;
        const auto lateBy = distance (position, end + allowedDelay);

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
}

/** Removes the block at the front, which no engine gets: its parameters are sent again, and its program is asked for. */
void BlockTransport::skipBlock (const QueuedBlock& front)
{
    // Programs are withheld until an engine has had a block with all parameters, of which there may be none yet.
    parametersLost = parametersLost || front.block.parameterEvents > 0 || (front.block.flags & protocol::allParameters) != 0;
    exchange.toEngine.consume (front.totalBytes());
}

/** Moves the block at the front to the send buffer, or only its events. */
void BlockTransport::sendBlock (QueuedBlock front, bool withoutAudio, SendBuffer& outbox)
{
    const auto queuedBytes = front.totalBytes();
    const auto end = withoutAudio ? queuedBytes - front.audioBytes() : queuedBytes;
    const auto parametersBegin = QueuedBlock::parametersBegin, midiBegin = front.midiOffset (0);
    const bool withholdsPrograms = recalls.sendBefore (front, outbox);

    // The parameters may have been sent already.
    const auto begin = front.block.parameterEvents > 0 ? parametersBegin : midiBegin;
    auto* const target = outbox.extend (parametersBegin + end - begin);
    exchange.toEngine.peek (begin, target + parametersBegin, end - begin);
    exchange.toEngine.consume (queuedBytes);

    if (withholdsPrograms)
        removeProgramChanges (front.block.midiEvents, target + front.midiOffset (0));

    if (withoutAudio)
    {
        front.block.flags |= protocol::skipped;
    }
    else
    {
        samplesInFlight += front.block.frames;

        if ((front.block.flags & protocol::restart) != 0)
            sentRestart = front.block.position;
    }

    front.payloadBytes = static_cast<std::uint32_t> (parametersBegin + end - begin - protocol::frameHeaderBytes);
    std::memcpy (target, &front, sizeof (front));
}

void BlockTransport::sendRecall (SendBuffer& outbox, const Waiting& waited)
{
    const std::lock_guard lock (mutex);
    recalls.send (outbox, waited.lastRequest);
}

} // namespace tiller
