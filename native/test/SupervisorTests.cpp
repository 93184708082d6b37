// Supervisor, control channel and block transport, with an engine process and without a plugin.

#include "CoreTests.h"
#include "SupervisorFixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>

#if ! defined (_WIN32)
 #include <sys/resource.h>
#endif

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

#if ! defined (_WIN32)
long wakeUps()
{
    rusage usage {};
    getrusage (RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
}

/** After its last block a render was taken for one that goes on: the I/O thread polled without a pause, and no parameter was sent. */
void aRenderEnds()
{
    SupervisorFixture fixture;
    fixture.play (noise (12800), true);
    double perSecond = 0.0;
    CHECK (eventually (patience, [&]
    {
        const auto before = wakeUps();
        const auto begin = Clock::now();
        std::this_thread::sleep_for (500ms);
        perSecond = static_cast<double> (wakeUps() - before) / std::chrono::duration<double> (Clock::now() - begin).count();
        return perSecond < 1500.0;
    }), perSecond, " wake-ups a second although nothing happens");
    fixture.table.setValue (3, 0.75f);
    CHECK (eventually (patience, [&] { return fixture.document.preset() == "parameter 3 is 0.750000"; }), fixture.document.preset());
}
#endif

/** Only while it plays live: a render without a deadline would take the processor from everything else. */
void theEngineHasThePriorityOfAudioWhileItPlaysLive()
{
    SupervisorFixture fixture;
    const auto becomes = [&] (bool offline, bool prefetch, const auto& condition)
    {
        return eventually (patience, [&]
        {
            fixture.play (std::vector<float> (SupervisorFixture::blockSize, 0.1f), offline, prefetch);
            return condition (fixture.control.takeSnapshot().priority);
        });
    };
    const auto isRaised = [] (EnginePriority p) { return p != EnginePriority::normal; };
    const auto isOrdinary = [] (EnginePriority p) { return p == EnginePriority::normal; };
    CHECK (becomes (false, false, isRaised), "it stays an ordinary thread");

    // Where the system allows that priority.
    if (fixture.control.takeSnapshot().priority == EnginePriority::realtime)
    {
        CHECK (becomes (true, false, isOrdinary), "it keeps the priority offline");
        CHECK (becomes (false, false, isRaised), "it stays an ordinary thread after a render");
        CHECK (becomes (false, true, isOrdinary), "it keeps the priority for a host that prefetches");
    }
}

/** For the thread sanitizer: the I/O thread read what `prepare` writes. */
void theStreamIsPreparedAgain()
{
    SupervisorFixture fixture;

    for (int i = 0; i < 20; ++i)
    {
        for (int burst = 0; burst < 5; ++burst)
        {
            fixture.play (noise (256), false);
            std::this_thread::sleep_for (5ms);
        }

        fixture.prepare (i % 2 == 0 ? 44100.0 : 48000.0);
    }

    CHECK (eventually (patience, [&] { return fixture.exchange.isEngineReady(); }));
    CHECK_EQUAL (fixture.play (std::vector<float> (6400, 1.0f), true).back(), 0.5f);
}

/** Where a second model was first heard, with its latency, depended on when its message arrived. */
void aRenderWithTwoModelsIsRepeatable()
{
    const auto input = noise (38400);
    std::vector<float> first;

    for (int run = 0; run < 12; ++run)
    {
        SupervisorFixture fixture;
        const auto output = fixture.play (input, true);

        if (run == 0)
            first = output;

        const auto differs = std::mismatch (output.begin(), output.end(), first.begin()).first;
        CHECK (differs == output.end(), "run ", run, " differs from sample ", differs - output.begin(), " on");
    }

    // Each model is heard with the latency that it reported; until the second has filled up the dry signal is heard.
    const auto delay = stubMargin + SupervisorFixture::blockSize;
    const auto filled = modelChange + secondLatency;
    CHECK_EQUAL (first[modelChange + delay - 1], 0.5f * input[modelChange - 1]);
    CHECK_EQUAL (first[filled + delay - 1], input[filled - 1 - secondLatency]);
    CHECK_EQUAL (first[filled + delay + 1000], 0.5f * input[filled + 1000]);
}

/** The host was notified of values out of range, and the project stored them. */
void parametersStayWithinTheirBounds()
{
    SupervisorFixture fixture;
    constexpr std::uint32_t offset = 26;
    fixture.command ("move 26 999 1");
    CHECK_EQUAL (fixture.table.value (offset), protocol::parameters[offset].max);
    fixture.command ("move 26 -999 1");
    CHECK_EQUAL (fixture.table.value (offset), protocol::parameters[offset].min);
}

/** A state that could not be read was discarded because of an edit of the instrument before it. */
void anEditBeforeAProjectDoesNotCount()
{
    SupervisorFixture fixture;
    fixture.send ("edit");
    CHECK (eventually (patience, [&] { return fixture.document.preset() == "edited"; }));
    fixture.loadProject();
    CHECK (! fixture.control.takeSnapshot().edited);
    fixture.send ("edit");
    CHECK (eventually (patience, [&] { return fixture.control.takeSnapshot().edited; }), "no edit is reported at all");
}

/** While a host's message thread was blocked, the engine's changes of parameters piled up without a bound. */
void changesDoNotPileUp()
{
    SupervisorFixture fixture;
    fixture.send ("move 3 0 1000");
    CHECK (eventually (patience, [&] { return fixture.table.value (3) > 0.9985f; }), fixture.table.value (3));
    std::this_thread::sleep_for (50ms);
    const auto changes = fixture.control.takeSnapshot().parameterChanges;
    CHECK_EQUAL (changes.size(), std::size_t { 1 });
    CHECK_EQUAL (changes[0].value, fixture.table.value (3));
}

/** Releasing and preparing again, with an engine that still works on the stream before. */
void theStreamIsReleasedAndPreparedAgain()
{
    SupervisorFixture fixture;

    for (int i = 0; i < 10; ++i)
    {
        fixture.play (noise (1280), false);
        fixture.transport.release();
        CHECK_EQUAL (fixture.exchange.streamFormat().channels, 0);
        fixture.prepare (48000.0);
        CHECK (eventually (patience, [&] { return fixture.exchange.isEngineReady(); }));
        CHECK_EQUAL (fixture.play (std::vector<float> (6400, 1.0f), true).back(), 0.5f);
    }

    // It is the same engine: what was late for the stream before was ignored.
    CHECK_EQUAL (fixture.control.takeSnapshot().restarts, 0);
}

/** While it exists, stub engines note in a file when they start (s), are prepared (p) or fail at once (d). */
struct StartLog
{
    StartLog()  { setEnvironment ("TILLER_STUB_LOG", path); }
    ~StartLog() { setEnvironment ("TILLER_STUB_LOG", ""); setEnvironment ("TILLER_STUB_DIES", ""); std::filesystem::remove_all (folder); }

    std::string text() const
    {
        std::ifstream file (path);
        return { std::istreambuf_iterator<char> (file), {} };
    }

    const std::string folder = makeTemporaryFolder();
    const std::string path = folder + "/log";
};

/** Sixteen instances that are opened at once: their engines started together, were all late, and were all replaced. */
void enginesStartOneAfterAnother()
{
    const StartLog log;
    const auto starts = std::make_shared<StartQueue> (log.folder, 1);
    std::vector<std::unique_ptr<SupervisorFixture>> instances;

    for (int i = 0; i < 16; ++i)
        instances.push_back (std::make_unique<SupervisorFixture> (starts));

    std::string expected;

    for (const auto& instance : instances)
    {
        CHECK (eventually (patience, [&] { return instance->exchange.isEngineReady(); }), "an engine was never ready");
        CHECK_EQUAL (instance->control.takeSnapshot().restarts, 0);
        expected += "sp";
    }

    CHECK_EQUAL (log.text(), expected);
}

/** Engines that cannot start are tried one at a time, and all play as soon as they can. */
void enginesThatCannotStartTakeTurns()
{
    const StartLog log;
    setEnvironment ("TILLER_STUB_DIES", "1");
    const auto starts = std::make_shared<StartQueue> (log.folder, 1);
    std::vector<std::unique_ptr<SupervisorFixture>> instances;

    for (int i = 0; i < 4; ++i)
        instances.push_back (std::make_unique<SupervisorFixture> (starts));

    CHECK (eventually (patience, [&] { return log.text().size() >= 12; }), log.text());
    setEnvironment ("TILLER_STUB_DIES", "");

    for (const auto& instance : instances)
        CHECK (eventually (patience, [&] { return instance->exchange.isEngineReady(); }), "an engine was never ready");

    const auto text = log.text();
    CHECK (text.find ("ss") == std::string::npos, text);
    CHECK (text.size() >= 8 && text.substr (text.size() - 8) == "spspspsp", text);
}

} // namespace

void addSupervisorTests (Suite& suite)
{
    suite.add ("engines start one after another", enginesStartOneAfterAnother);
    suite.add ("engines that cannot start take turns", enginesThatCannotStartTakeTurns);
   #if ! defined (_WIN32)
    suite.add ("a render ends", aRenderEnds);
   #endif
    suite.add ("the engine has the priority of audio while it plays live", theEngineHasThePriorityOfAudioWhileItPlaysLive);
    suite.add ("the stream is prepared again", theStreamIsPreparedAgain);
    suite.add ("a render with two models is repeatable", aRenderWithTwoModelsIsRepeatable);
    suite.add ("parameters stay within their bounds", parametersStayWithinTheirBounds);
    suite.add ("the stream is released and prepared again", theStreamIsReleasedAndPreparedAgain);
    suite.add ("an edit before a project does not count", anEditBeforeAProjectDoesNotCount);
    suite.add ("changes of parameters do not pile up", changesDoNotPileUp);
}

} // namespace tiller::test
