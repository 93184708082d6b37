// Audio on its way through the link: blocks from the audio thread's queue to the engine, and its answers back.

#include "tiller/engine/EngineLink.h"

#include <algorithm>
#include <array>
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
    /** A live block that is this much later than it could be heard, in seconds, is not worth the engine's time. */
    constexpr double hopelessSeconds = 0.2;
    /** More than this is not taken from the queue before the engine has read. */
    constexpr std::size_t outboxEnough = 256 * 1024;

    bool isProgramChange (const protocol::MidiEvent& event) noexcept { return (event.message & 0xf0) == 0xc0; }
}

std::uint32_t EngineLink::napMicroseconds() const noexcept
{
    // Without blocks there is no hurry, even where the last was of an export.
    if (Clock::now() - lastBlock > 2s)
        return 5000;

    return offline ? 100 : static_cast<std::uint32_t> (std::clamp (lastBlockSeconds * 0.25, 0.00025, 0.002) * 1e6);
}

bool EngineLink::handleSamples (const Frame& frame)
{
    to_plugin::Samples head {};

    if (! frame.get (head))
        return false;

    const std::lock_guard lock (streamMutex);

    if (head.epoch != exchange.epoch || ! streaming)
        return true;

    const auto channels = static_cast<std::size_t> (exchange.streamFormat().channels);
    const std::size_t channelBytes = head.frames * sizeof (float);

    if (head.frames > static_cast<std::uint32_t> (exchange.streamFormat().maxBlock) || head.channels != channels
        || frame.size != sizeof (head) + channelBytes * channels || head.frames > unanswered)
        return false;

    unanswered -= head.frames;
    auto& answers = exchange.fromEngine;
    const auto delays = exchange.delays();

    // After a gap the engine's own delay is filled with what it did not hear: none of that may sound.
    if (! contiguous || head.position != answers.expected())
        answers.jumpTo (head.position, head.position == 0 ? 0 : head.position + delays.engine);

    contiguous = true;
    const auto late = delays.margin + static_cast<std::uint32_t> (exchange.streamFormat().maxBlock);

    const bool isLate = distance (exchange.position(), head.position + head.frames + late) > 0;
    keepsUp = keepsUp || ! isLate;

    if (isLate)
        exchange.counters.lateAnswers.fetch_add (1, std::memory_order_relaxed);

    bool finite = true;

    for (std::size_t c = 0; c < channels; ++c)
    {
        answer.resize (head.frames);
        std::memcpy (answer.data(), frame.payload + sizeof (head) + c * channelBytes, channelBytes);
        finite = finite && std::all_of (answer.begin(), answer.end(), [] (float sample) { return std::isfinite (sample); });
        answers.write (static_cast<int> (c), answer.data(), head.frames);
    }

    if (finite)
    {
        answers.publish (head.frames);
    }
    else
    {
        exchange.counters.faultyAnswers.fetch_add (1, std::memory_order_relaxed);
        answers.jumpTo (head.position + head.frames, head.position + head.frames);
    }

    return true;
}

/** A block as it lies in the queue, before its events and samples. */
struct EngineLink::BlockHead
{
    std::uint32_t size, type;
    to_engine::Block block;

    std::size_t wholeBytes() const noexcept { return protocol::frameHeaderBytes + size; }

    /** Where its MIDI event `i` begins. */
    std::size_t midiAt (std::uint32_t i) const noexcept
    {
        return protocol::frameHeaderBytes + to_engine::Block::bytes + std::size_t { block.parameterEvents } * protocol::ParameterEvent::bytes
               + std::size_t { i } * protocol::MidiEvent::bytes;
    }
};

void EngineLink::takeBlocks()
{
    const std::lock_guard lock (streamMutex);
    const auto& format = exchange.streamFormat();

    if (! greeted || format.channels == 0)
        return;

    if (preparedEpoch != exchange.epoch)
    {
        preparedEpoch = exchange.epoch;
        say (to_engine::Prepare { exchange.epoch, static_cast<float> (format.rate), static_cast<std::uint32_t> (format.maxBlock),
                                  static_cast<std::uint32_t> (format.channels) });
    }

    auto& queue = exchange.toEngine;
    const auto late = exchange.delays().margin + static_cast<std::uint32_t> (format.maxBlock);
    const auto hopeless = static_cast<std::int32_t> (hopelessSeconds * format.rate);
    // An engine that is not heard yet is slow at first: it gets the newest sound, not what gathered meanwhile.
    const auto tooLate = keepsUp ? hopeless : -static_cast<std::int32_t> (late / 2);
    const auto mostUnanswered = keepsUp ? late + static_cast<std::uint32_t> (hopeless) : late;

    while (outbox.size() - outboxSent < outboxEnough && queue.readable() > 0)
    {
        BlockHead head {};
        queue.peek (0, &head, sizeof (head));
        offline = (head.block.flags & protocol::offline) != 0;
        lastBlock = Clock::now();
        lastBlockSeconds = head.block.frames / format.rate;
        const auto end = head.block.position + head.block.frames;
        const auto lateness = distance (exchange.position(), end + late);

        if (! streaming)
        {
            if (offline || lateness <= 0)
                break;

            missBlock (head);
            sentUpTo = end;
            continue;
        }

        if (unanswered > 0 && unanswered + head.block.frames > mostUnanswered)
            break;

        sendBlock (head, ! offline && lateness > tooLate);
        sentUpTo = end;
    }

    if (queue.readable() == 0)
        programsFrom.reset();
}

/** True for a block from before the present project was loaded. */
bool EngineLink::isBeforeProject (const BlockHead& head) const noexcept
{
    return programsFrom && distance (head.block.position, *programsFrom) < 0;
}

/** Drops the oldest block of the queue, which no engine hears. */
void EngineLink::missBlock (const BlockHead& head)
{
    for (std::uint32_t i = 0; i < head.block.midiEvents; ++i)
    {
        protocol::MidiEvent event {};
        exchange.toEngine.peek (head.midiAt (i), &event, sizeof (event));

        // Sound goes by, but the preset that was asked for is still wanted when an engine plays again.
        if (isProgramChange (event) && ! isBeforeProject (head))
            missedProgram = event.message;
    }

    exchange.toEngine.drop (head.wholeBytes());
}

/** Moves the oldest block of the queue to the outbox, its events alone where it is skipped. */
void EngineLink::sendBlock (BlockHead head, bool skip)
{
    auto& queue = exchange.toEngine;
    const auto whole = head.wholeBytes();
    auto taken = whole;

    if (skip)
    {
        taken -= std::size_t { head.block.frames } * head.block.channels * sizeof (float);
        head.block.flags |= protocol::skipped;
    }
    else
    {
        unanswered += head.block.frames;
    }

    const auto at = outbox.size();
    outbox.resize (at + taken);
    queue.peek (0, outbox.data() + at, taken);
    queue.drop (whole);

    for (std::uint32_t i = 0; isBeforeProject (head) && i < head.block.midiEvents; ++i)
    {
        protocol::MidiEvent event {};
        std::memcpy (&event, outbox.data() + at + head.midiAt (i), sizeof (event));

        // It waited while the project went ahead: as no message at all it is passed over.
        if (isProgramChange (event))
            std::memset (outbox.data() + at + head.midiAt (i) + offsetof (protocol::MidiEvent, message), 0, sizeof (event.message));
    }

    parametersSent = parametersSent || head.block.parameterEvents >= ParameterTable::size;

    // The preset comes after the host's parameters, which are older.
    const bool hasRoom = head.block.midiEvents < protocol::maxBlockEvents;

    if (missedProgram != 0 && parametersSent && hasRoom)
    {
        const protocol::MidiEvent event { 0, std::exchange (missedProgram, 0u) };
        std::array<std::uint8_t, sizeof (event)> bytes {};
        std::memcpy (bytes.data(), &event, sizeof (event));
        outbox.insert (outbox.begin() + static_cast<std::ptrdiff_t> (at + head.midiAt (0)), bytes.begin(), bytes.end());
        ++head.block.midiEvents;
        taken += sizeof (event);
    }

    head.size = static_cast<std::uint32_t> (taken - protocol::frameHeaderBytes);
    std::memcpy (outbox.data() + at, &head, sizeof (head));
}

} // namespace tiller
