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
    /** An engine keeps up where no block was late within this time. */
    constexpr Milliseconds keepsUpAfter { 200 };
    /** A host that may wait for the engine does so where a block arrived within this time. */
    constexpr Milliseconds awaitedTime { 20 };

    /** A preset that ends this many engines in a row is not asked for again: the instrument before it goes on. */
    constexpr int maxEnginesLostInRecall = 2;

    /** Replaces the program changes among `count` events by messages of zeros, which the engine ignores. */
    void removeProgramChanges (std::uint32_t count, std::uint8_t* midi) noexcept
    {
        for (std::uint32_t i = 0; i < count; ++i)
        {
            auto* const at = midi + std::size_t { i } * protocol::MidiEvent::bytes;
            protocol::MidiEvent event {};
            std::memcpy (&event, at, sizeof (event));

            if (isProgramChange (event.message))
                std::memset (at + offsetof (protocol::MidiEvent, message), 0, sizeof (event.message));
        }
    }
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

BlockTransport::BlockTransport (AudioExchange& e, PresetRecall& r) : exchange (e), recall (r) {}

void BlockTransport::prepare (const StreamFormat& format, Latency expected)
{
    const std::lock_guard lock (mutex);
    exchange.prepare (format, expected);
    resetStream();
    sentEnd = 0;
}

void BlockTransport::release()
{
    const std::lock_guard lock (mutex);
    resetStream();
    exchange.release();
}

void BlockTransport::resetStream() noexcept
{
    streaming = hasDelivered = hasCaughtUp = hasAllParameters = parametersLost = false;
    exchange.setEngineReady (false);
    samplesInFlight = 0;
    resendParameters.store (true);
}

void BlockTransport::engineStarted() noexcept
{
    const std::lock_guard lock (mutex);
    preparedEpoch = 0;
    recallSent = recall.appliedNumber();
    exchange.engineResponded();
}

bool BlockTransport::engineStopped (bool mayRestart)
{
    const std::lock_guard lock (mutex);
    const bool interrupted = offline && streaming;

    if (! isLaterRequest (recallSent, recall.appliedNumber()))
        enginesLostInRecall = 0;
    else if (++enginesLostInRecall == maxEnginesLostInRecall)
        recall.setApplied (recallSent);

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

bool BlockTransport::isActive (Clock::time_point now)
{
    const std::lock_guard lock (mutex);
    return now - lastBlockTime <= activeTime || (offline && (samplesInFlight > 0 || exchange.toEngine.readable() > 0));
}

bool BlockTransport::isLive (Clock::time_point now)
{
    return isStreaming() && ! offline && now - lastBlockTime < 1s;
}

bool BlockTransport::keepsUp (Clock::time_point now) noexcept
{
    const std::lock_guard lock (mutex);
    return hasCaughtUp && now - lastLateTime > keepsUpAfter;
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

    for (auto left = waited.epoch == exchange.epoch ? waited.bytes : 0; outbox.pending() < maxPendingBytes && left > 0;)
    {
        QueuedBlock front {};
        queue.peek (0, &front, sizeof (front));
        left -= front.totalBytes();
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
}

/** Removes the block at the front, which no engine gets: its parameters are sent again, and its program is asked for. */
void BlockTransport::skipBlock (const QueuedBlock& front)
{
    parametersLost = parametersLost || front.block.parameterEvents > 0;
    exchange.toEngine.consume (front.totalBytes());
}

/** Moves the block at the front to the send buffer, or only its events. */
void BlockTransport::sendBlock (QueuedBlock front, bool withoutAudio, SendBuffer& outbox)
{
    const auto queuedBytes = front.totalBytes();

    if ((front.block.flags & protocol::allParameters) != 0)
    {
        hasAllParameters = true;

        // They are older than a preset that had not been recalled when they were read: it is asked for, again perhaps, behind them.
        if ((front.block.flags & protocol::recallPending) != 0)
            recallSent = front.block.recall - 1;
    }

    const auto parametersBegin = protocol::frameHeaderBytes + to_engine::Block::bytes, midiBegin = front.midiOffset (0);
    const auto end = withoutAudio ? queuedBytes - front.audioBytes() : queuedBytes;
    const bool hasProgram = hasProgramChange (front);

    if (! hasProgram)
        sendRecallBefore (front, outbox);

    // The parameters may have been sent already.
    const auto begin = front.block.parameterEvents > 0 ? parametersBegin : midiBegin;
    auto* const target = outbox.extend (parametersBegin + end - begin);
    exchange.toEngine.peek (begin, target + parametersBegin, end - begin);
    exchange.toEngine.consume (queuedBytes);

    if (hasProgram && withholdsProgramChanges (front))
        removeProgramChanges (front.block.midiEvents, target + front.midiOffset (0));
    else if (hasProgram)
        recallSent = front.block.recall;

    if (withoutAudio)
        front.block.flags |= protocol::skipped;
    else
        samplesInFlight += front.block.frames;

    front.payloadBytes = static_cast<std::uint32_t> (parametersBegin + end - begin - protocol::frameHeaderBytes);
    std::memcpy (target, &front, sizeof (front));
}

bool BlockTransport::hasProgramChange (const QueuedBlock& front) const
{
    for (std::uint32_t i = 0; i < front.block.midiEvents; ++i)
    {
        protocol::MidiEvent event {};
        exchange.toEngine.peek (front.midiOffset (i), &event, sizeof (event));

        if (isProgramChange (event.message))
            return true;
    }

    return false;
}

/** Before an engine has all parameters, which are older than the program; and where a project is newer than the program. */
bool BlockTransport::withholdsProgramChanges (const QueuedBlock& front) const noexcept
{
    return ! hasAllParameters || ! isLaterRequest (front.block.recall, recall.discardedNumber());
}

/**
    Where the engine lacks the request for a preset that was the last one when the block at the front was made (an earlier engine
    had got it, its block was lost, or the player chose a preset): sends it in front of the block, and in front of that the block's
    parameters, which are older.
*/
void BlockTransport::sendRecallBefore (QueuedBlock& front, SendBuffer& outbox)
{
    if (! hasAllParameters || ! isLaterRequest (front.block.recall, recallSent))
        return;

    const auto last = recall.lastRequest();

    // There is a later one, which comes with its own block, or a project.
    if (last.number != front.block.recall || ! isLaterRequest (last.number, recall.discardedNumber()))
        return;

    if (front.block.parameterEvents > 0)
    {
        auto parameters = front;
        const auto bytes = front.midiOffset (0);
        parameters.block.flags = protocol::skipped | (front.block.flags & protocol::offline);
        parameters.block.midiEvents = 0;
        parameters.payloadBytes = static_cast<std::uint32_t> (bytes - protocol::frameHeaderBytes);
        auto* const target = outbox.extend (bytes);
        exchange.toEngine.peek (0, target, bytes);
        std::memcpy (target, &parameters, sizeof (parameters));
        front.block.parameterEvents = 0;
    }

    addRecall (last, outbox);
}

void BlockTransport::addRecall (const PresetRecall::Numbered& wanted, SendBuffer& outbox)
{
    const auto program = wanted.request.program;
    outbox.add (to_engine::RecallPreset { wanted.number, program < 0 ? protocol::noProgram : static_cast<std::uint32_t> (program) }, wanted.request.id);
    recallSent = wanted.number;
}

void BlockTransport::sendRecall (SendBuffer& outbox, const Waiting& waited)
{
    const std::lock_guard lock (mutex);
    const auto last = recall.lastRequest();

    if (! isLaterRequest (last.number, waited.lastRequest) && isLaterRequest (last.number, recallSent) && isLaterRequest (last.number, recall.appliedNumber()))
        addRecall (last, outbox);
}

} // namespace tiller
