// The link between the exchange and an engine, in a process of its own, without a plugin around it.

#include "LinkRig.h"

#include <csignal>
#include <random>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace
{

std::atomic<int> kills { 0 };

}

/** Counts what this program kills. */
extern "C" int kill (pid_t pid, int signal) noexcept
{
    ++kills;
    return static_cast<int> (syscall (SYS_kill, pid, signal));
}

namespace tiller::test
{

namespace
{

using namespace std::chrono_literals;

std::vector<float> noise (std::size_t samples)
{
    std::vector<float> audio (samples);
    std::mt19937 random (5);
    std::uniform_real_distribution<float> level (-0.5f, 0.5f);
    std::generate (audio.begin(), audio.end(), [&] { return level (random); });
    return audio;
}

long wakeUps()
{
    rusage usage {};
    getrusage (RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

/** The last block of an export was taken for an export that goes on: the link spun, and no knob reached the engine. */
void anExportEnds()
{
    LinkRig rig;
    rig.play (noise (12800), true);
    std::this_thread::sleep_for (2500ms);
    const auto before = wakeUps();
    std::this_thread::sleep_for (1s);
    CHECK (wakeUps() - before < 1500, wakeUps() - before, " wake-ups in a second in which nothing happened");
    rig.table.setValue (3, 0.75f);
    CHECK (eventually (3.0, [&] { return rig.presets.get() == "parameter 3 is 0.750000"; }), rig.presets.get());
}

/** Run it with a thread sanitizer: the link's thread read what is written here. */
void theStreamIsPreparedAgain()
{
    LinkRig rig;

    for (int i = 0; i < 20; ++i)
    {
        for (int part = 0; part < 5; ++part)
        {
            rig.play (noise (256), false);
            std::this_thread::sleep_for (5ms);
        }

        rig.prepare (i % 2 == 0 ? 44100.0 : 48000.0);
    }

    CHECK (rig.exchange.waitUntilReady());
    CHECK_EQUAL (rig.play (std::vector<float> (6400, 1.0f), true).back(), 0.5f);
}

/** Where another model began to be heard, with its latency, was a matter of when its frame arrived. */
void anExportWithTwoModelsIsRepeatable()
{
    const auto input = noise (38400);
    std::vector<float> first;

    for (int run = 0; run < 12; ++run)
    {
        LinkRig rig;
        const auto output = rig.play (input, true);

        if (run == 0)
            first = output;

        const auto differs = std::mismatch (output.begin(), output.end(), first.begin()).first;
        CHECK (differs == output.end(), "run ", run, " differs from sample ", differs - output.begin(), " on");
    }

    // Each model is heard later by what it said, and until the second has filled up the track stands in.
    const auto late = linkMargin + LinkRig::block;
    const auto filled = linkChange + linkLatencyLater;
    CHECK_EQUAL (first[linkChange + late - 1], 0.5f * input[linkChange - 1]);
    CHECK_EQUAL (first[filled + late - 1], input[filled - 1 - linkLatencyLater]);
    CHECK_EQUAL (first[filled + late + 1000], 0.5f * input[filled + 1000]);
}

/** The host was shown, and the project kept, what no knob can say. */
void parametersStayWithinTheirBounds()
{
    LinkRig rig;
    constexpr std::uint32_t offset = 26;
    rig.ask ("move 26 999 1");
    CHECK_EQUAL (rig.table.value (offset), protocol::parameters[offset].max);
    rig.ask ("move 26 -999 1");
    CHECK_EQUAL (rig.table.value (offset), protocol::parameters[offset].min);
}

/** Where the host collects its children itself, the identifier may be another process's by now. */
void whatTheHostHasCollectedIsNotKilled()
{
    const auto before = std::signal (SIGCHLD, SIG_IGN);
    std::string problem;
    auto child = ChildProcess::start ({ "/bin/true" }, ChildProcess::Orphan::leftToItself, problem);
    CHECK (child != nullptr, problem);
    CHECK (eventually (5.0, [&] { return child->wait (false, 1000) == ChildProcess::Ready::ended; }));
    std::this_thread::sleep_for (100ms);
    kills = 0;
    const auto how = child->end();
    std::signal (SIGCHLD, before);
    CHECK_EQUAL (kills.load(), 0);
    CHECK_EQUAL (how, std::string ("it was collected by the host"));
}

/** Bytes that nobody could read were thrown away for an edit of the instrument before them. */
void anEditBeforeAProjectDoesNotCount()
{
    LinkRig rig;
    rig.link.loadPreset ("edit");
    CHECK (eventually (5.0, [&] { return rig.presets.get() == "edited"; }));
    rig.link.presetLoads();
    rig.link.presetLoaded();
    CHECK (! rig.link.takeView().edited);
    rig.link.loadPreset ("edit");
    CHECK (eventually (5.0, [&] { return rig.link.takeView().edited; }), "no edit is seen at all");
}

/** While a host's message thread stands still, moves of the engine gathered without end. */
void movesDoNotGather()
{
    LinkRig rig;
    rig.link.loadPreset ("move 3 0 1000");
    CHECK (eventually (5.0, [&] { return rig.table.value (3) > 0.9985f; }), rig.table.value (3));
    std::this_thread::sleep_for (50ms);
    const auto moved = rig.link.takeView().moved;
    CHECK_EQUAL (moved.size(), std::size_t { 1 });
    CHECK_EQUAL (moved[0].value, rig.table.value (3));
}

} // namespace

void addLinkTests (Suite& suite)
{
    suite.add ("an export ends", anExportEnds);
    suite.add ("the stream is prepared again", theStreamIsPreparedAgain);
    suite.add ("an export with two models is repeatable", anExportWithTwoModelsIsRepeatable);
    suite.add ("parameters stay within their bounds", parametersStayWithinTheirBounds);
    suite.add ("what the host has collected is not killed", whatTheHostHasCollectedIsNotKilled);
    suite.add ("an edit before a project does not count", anEditBeforeAProjectDoesNotCount);
    suite.add ("moves do not gather", movesDoNotGather);
}

} // namespace tiller::test
