// What needs neither JUCE nor an engine: queues, frames, the supervisor's clocks, the state's format; the
// exchange and the link.

#include "Checks.h"
#include "ExchangeRig.h"
#include "tiller/ipc/Frames.h"
#include "tiller/state/HostProgram.h"
#include "LinkRig.h"
#include "tiller/state/PresetMemory.h"
#include "tiller/state/SavedState.h"
#include "tiller/stream/TransportWatch.h"
#include "tiller/process/Watch.h"

#include <cmath>
#include <numeric>
#include <random>

using namespace tiller;
using namespace tiller::test;
using namespace std::chrono_literals;

namespace
{

void queueKeepsFramesWhole()
{
    ByteQueue queue;
    queue.allocate (1000);
    constexpr int frames = 20000;

    std::thread writer ([&queue]
    {
        std::mt19937 random (1);
        std::vector<std::uint8_t> bytes (200);

        for (int i = 0; i < frames; ++i)
        {
            const std::uint32_t length = random() % 200;
            std::fill (bytes.begin(), bytes.end(), static_cast<std::uint8_t> (i));
            const Bytes parts[] { { &length, sizeof (length) }, { bytes.data(), length / 2 }, { bytes.data(), length - length / 2 } };

            while (! queue.push (parts, 3))
                std::this_thread::yield();
        }
    });

    int seen = 0;
    std::string problem;

    while (seen < frames)
    {
        if (queue.readable() == 0)
        {
            std::this_thread::yield();
            continue;
        }

        std::uint32_t length = 0;
        queue.peek (0, &length, sizeof (length));
        std::vector<std::uint8_t> bytes (length);

        if (queue.readable() < sizeof (length) + length)
            problem = "a frame was there in part";

        queue.peek (sizeof (length), bytes.data(), length);
        queue.drop (sizeof (length) + length);

        for (const auto byte : bytes)
            if (byte != static_cast<std::uint8_t> (seen))
                problem = "frame " + std::to_string (seen) + " is not what was written";

        ++seen;
    }

    writer.join();
    CHECK (problem.empty(), problem);
}

void queueRefusesWhatDoesNotFit()
{
    ByteQueue queue;
    queue.allocate (64);
    std::vector<std::uint8_t> bytes (65);
    const Bytes whole { bytes.data(), 64 }, tooMuch { bytes.data(), 65 }, one { bytes.data(), 1 };
    CHECK (! queue.push (&tooMuch, 1));
    CHECK (queue.push (&whole, 1));
    CHECK (! queue.push (&one, 1));
    queue.drop (1);
    CHECK (queue.push (&one, 1));
    CHECK_EQUAL (queue.readable(), std::size_t { 64 });
}

void answersKnowTheirPlace()
{
    AnswerBuffer answers;
    answers.allocate (1, 100);
    std::vector<float> ramp (50);
    std::iota (ramp.begin(), ramp.end(), 0.0f);
    // Just before the clock wraps.
    const std::uint32_t start = 0xfffffff0u;
    answers.jumpTo (start, start + 5);
    answers.write (0, ramp.data(), 50);
    answers.publish (50);
    const auto range = answers.readable();
    CHECK_EQUAL (range.begin, start + 5);
    CHECK_EQUAL (range.end, start + 50);
    CHECK_EQUAL (distance (range.end, range.begin), 45);

    for (std::uint32_t i = 0; i < 50; ++i)
        CHECK_EQUAL (answers.at (0, start + i), ramp[i]);
}

void framesAreCutAnywhere()
{
    std::vector<std::uint8_t> bytes;
    appendFrame (bytes, protocol::to_engine::Hello { 7 }, "who");
    appendFrame (bytes, protocol::to_engine::State {}, std::string (100000, 'x'));
    appendFrame (bytes, protocol::to_engine::Tick { 9 });
    std::mt19937 random (2);

    for (int run = 0; run < 50; ++run)
    {
        FrameParser parser;
        std::vector<std::uint16_t> types;

        for (std::size_t at = 0; at < bytes.size();)
        {
            const auto piece = std::min<std::size_t> (1 + random() % 40000, bytes.size() - at);
            std::memcpy (parser.space(), bytes.data() + at, piece);
            parser.arrived (piece);
            at += piece;

            for (Frame frame; parser.parse (frame) == FrameParser::Result::frame;)
            {
                types.push_back (frame.type);

                if (frame.type == protocol::to_engine::State::type)
                    CHECK (frame.text (0) == std::string (100000, 'x'));
            }
        }

        CHECK (types == (std::vector<std::uint16_t> { 1, 2, 6 }));
    }
}

void brokenFramesAreNoticed()
{
    FrameParser parser;
    const std::string garbage = "HTTP/1.1 200 OK\r\n\r\n";
    std::memcpy (parser.space(), garbage.data(), garbage.size());
    parser.arrived (garbage.size());
    Frame frame;
    CHECK (parser.parse (frame) == FrameParser::Result::broken);

    protocol::to_plugin::Prepared prepared {};
    const std::uint8_t few[4] {};
    const Frame shortFrame { protocol::to_plugin::Prepared::type, few, sizeof (few) };
    CHECK (! shortFrame.get (prepared));
}

void heartbeatForgivesAStoppedHost()
{
    Heartbeat heart;
    auto now = Clock::now();
    heart.restart (now);
    heart.tick (now += 1h);
    CHECK (! heart.isHung (350ms), "an hour in a debugger was taken for the engine's silence");

    for (int i = 0; i < 40; ++i)
        heart.tick (now += 10ms);

    CHECK (heart.isHung (350ms));
    CHECK (! heart.isHung (1s));
    heart.allow (10s);
    CHECK (! heart.isHung (350ms));
    heart.allow (0ms);
    heart.heard();
    CHECK (! heart.isHung (350ms));
    CHECK (heart.isMainHung (350ms), "answers of one thread say nothing of the other");
    heart.beats (1);
    CHECK (! heart.isMainHung (350ms));
}

void backoffGrowsAndForgets()
{
    Backoff backoff;
    CHECK (backoff.failed (1s) == 0ms);
    CHECK (backoff.failed (1s) == 250ms);
    CHECK (backoff.failed (1s) == 500ms);
    auto longest = 0ms;

    for (int i = 0; i < 20; ++i)
        longest = backoff.failed (0s);

    CHECK (longest == 32000ms, longest.count());
    CHECK (backoff.failed (11s) == 0ms, "a good run is forgiven");
}

void stateSurvivesItsFormat()
{
    SavedState state;
    state.parameters[3] = 0.125f;
    state.preset = "{\"name\":\"caf\xc3\xa9\"}";
    state.delays = { 1234, 567 };
    state.rate = 44100.0;
    state.maxBlock = 512;
    state.windowWidth = 1000;
    state.windowHeight = 700;
    state.packedPreset = std::string ("packed\0text", 11);
    state.unknown.push_back ({ { 'l', 'a', 't', 'r' }, "something" });
    const auto bytes = state.encode();
    std::string problem;
    const auto read = SavedState::decode (bytes.data(), bytes.size(), problem);
    CHECK (read.has_value(), problem);
    CHECK (read->parameters == state.parameters && read->preset == state.preset && read->packedPreset == state.packedPreset && read->delays == state.delays);
    CHECK (read->windowWidth == 1000 && read->windowHeight == 700);
    CHECK_EQUAL (read->rate, 44100.0);
    CHECK (read->encode() == bytes);

    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK (! SavedState::decode (bytes.data(), size, problem).has_value(), "cut to ", size);

    // An expected latency would be computed from it.
    for (const double rate : { std::nan (""), HUGE_VAL, -1.0 })
    {
        auto odd = state;
        odd.rate = rate;
        const auto encoded = odd.encode();
        CHECK (! SavedState::decode (encoded.data(), encoded.size(), problem).has_value(), "a rate of ", rate);
    }

    auto newer = bytes;
    newer[4] = 2;
    CHECK (! SavedState::decode (newer.data(), newer.size(), problem).has_value());
    CHECK (problem.find ("newer") != std::string::npos, problem);
}

/** The places, by number, where a watch sees a beginning in blocks of 100 samples. */
std::vector<std::size_t> beginnings (std::vector<TransportWatch::Block> blocks)
{
    TransportWatch watch;
    std::vector<std::size_t> places;

    for (std::size_t i = 0; i < blocks.size(); ++i)
    {
        blocks[i].frames = 100;

        if (watch.begins (blocks[i]))
            places.push_back (i);
    }

    return places;
}

void rendersBeginWhereTheyDo()
{
    using Places = std::vector<std::size_t>;
    constexpr bool live = false, offline = true, quiet = false, sounding = true;

    // Live nothing begins: emptied states were a click and a hole in the sound that a player presses play to.
    CHECK (beginnings ({ { false, 0, live, sounding }, { true, 500, live, sounding }, { true, 600, live, sounding }, { true, 200, live, sounding },
                         { false, 300, live, sounding }, { true, 700, live, sounding } }).empty());
    // Offline a run does, and another after a pause, and a jump.
    CHECK (beginnings ({ { false, 0, offline, sounding }, { true, 500, offline, sounding }, { true, 600, offline, sounding }, { true, 200, offline, sounding },
                         { false, 300, offline, sounding }, { true, 700, offline, sounding } }) == (Places { 1, 3, 5 }));
    // A render jumps to its start; while latency is filled up the same time is told again, or the time runs on to the start.
    CHECK (beginnings ({ { false, 0, offline, quiet }, { true, 900, offline, sounding }, { true, 900, offline, sounding }, { true, 1000, offline, sounding } }) == (Places { 1 }));
    CHECK (beginnings ({ { false, 0, offline, quiet }, { false, 900, offline, sounding }, { true, 1000, offline, sounding } }) == (Places { 1 }));
    // Without a time the first sound of each render counts, however much silence goes ahead of it, and none that plays live.
    for (const std::size_t silence : { 0u, 1u, 7u })
    {
        std::vector<TransportWatch::Block> blocks (silence, { false, {}, offline, quiet });
        blocks.insert (blocks.end(), { { false, {}, offline, sounding }, { false, {}, offline, quiet }, { false, {}, offline, sounding } });
        CHECK (beginnings (blocks) == (Places { silence }));
    }

    CHECK (beginnings ({ { false, {}, live, sounding }, { false, {}, offline, sounding }, { false, {}, live, sounding }, { false, {}, offline, sounding } }) == (Places { 1, 3 }));
    // Where a time is told it says everything.
    CHECK (beginnings ({ { false, 0, offline, quiet }, { false, 100, offline, sounding } }).empty());
}

void refusedPresetsAreKept()
{
    PresetMemory memory;
    memory.load ("unreadable");
    memory.refused();
    CHECK (! memory.pushed ("{}", false));
    CHECK_EQUAL (memory.get(), std::string ("unreadable"));
    CHECK (memory.pushed ("{}", true));
    CHECK_EQUAL (memory.get(), std::string ("{}"));
    CHECK (memory.pushed ("{1}", false));
}

/** Every program that a host may write, exactly or rounded, is the one that it meant. */
void programsAreCountedAsHostsDo()
{
    for (int program = 0; program < HostProgram::count; ++program)
    {
        CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (program / 127.0)), program);
        CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (static_cast<double> (static_cast<float> (program) / 127.0f))), program);
    }

    CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (-1.0)), 0);
    CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (7.0)), 127);
    CHECK_EQUAL (static_cast<int> (HostProgram::fromNormalised (std::nan (""))), 0);
}

void restoredProgramsAreNoWishes()
{
    HostProgram program;
    program.prepare (1000.0);
    CHECK (program.shown() == 0 && program.chosen() == HostProgram::none);
    program.beginBlock (100);
    CHECK (program.choose (0), "a new instance was asked for its first preset");

    for (const auto strange : { -3, 128, 1 << 30 })
    {
        program.restore (strange);
        CHECK_EQUAL (program.chosen(), HostProgram::none);
    }

    program.restore (9);
    program.beginBlock (100);
    CHECK (! program.choose (9), "the host only wrote back what the project held");
    program.beginBlock (100);
    CHECK (program.choose (10) && program.choose (9) && program.choose (10));

    // The time of writing back is over, and the last point is long past.
    for (int i = 0; i < 12; ++i)
        program.beginBlock (100);

    CHECK (program.choose (10));
    program.beginBlock (100);
    CHECK (! program.choose (10), "automation that repeats its value is no wish");

    program.restore (HostProgram::unknown);
    program.beginBlock (100);
    CHECK (! program.choose (10) && ! program.choose (0));
}

} // namespace

int main (int count, char** arguments)
{
    if (count > 1 && std::string (arguments[1]) == "--engine")
    {
        beAnEngine();
        return 0;
    }

    Suite suite;
    suite.add ("the queue keeps frames whole", queueKeepsFramesWhole);
    suite.add ("the queue refuses what does not fit", queueRefusesWhatDoesNotFit);
    suite.add ("answers know their place", answersKnowTheirPlace);
    suite.add ("frames are cut anywhere", framesAreCutAnywhere);
    suite.add ("broken frames are noticed", brokenFramesAreNoticed);
    suite.add ("the heartbeat forgives a stopped host", heartbeatForgivesAStoppedHost);
    suite.add ("the backoff grows and forgets", backoffGrowsAndForgets);
    suite.add ("the state survives its format", stateSurvivesItsFormat);
    suite.add ("programs are counted as hosts do", programsAreCountedAsHostsDo);
    suite.add ("restored programs are no wishes", restoredProgramsAreNoWishes);
    suite.add ("renders begin where they do", rendersBeginWhereTheyDo);
    suite.add ("refused presets are kept", refusedPresetsAreKept);
    addExchangeTests (suite);
    addLinkTests (suite);
    return suite.run (count > 1 ? arguments[1] : "");
}
