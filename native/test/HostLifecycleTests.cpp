#include "HostFixture.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <malloc.h>
#include <sys/wait.h>

namespace tiller::test
{

namespace
{

void scanStartsNoEngine()
{
    const auto begin = std::chrono::steady_clock::now();
    {
        Vst3Instance plugin (bundle);
        CHECK (plugin.parameterCount() >= 42);
        CHECK_EQUAL (plugin.parameterName (0), std::string ("Input 1"));
        CHECK (engineProcesses().empty(), "a scan started an engine");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf ("     scan: %.0f ms\n", took.count() * 1000.0);
}

void namesAndValuesFollowTheEngine()
{
    LiveFixture fixture;
    CHECK (eventually (patience, [&] { return fixture.plugin.parameterName (0) == "Input 1: brightness"; }), fixture.plugin.parameterName (0));
    CHECK (fixture.plugin.takeTitlesChanged());
    inject ("move");
    CHECK (eventually (patience, [&] { fixture.live->step(); return std::abs (fixture.plugin.parameter (dryWet) - 0.25) < 1e-6; }));
    // The host has a normalised value; the project stores the engine's plain value, to the bit.
    CHECK (eventually (patience, [&] { fixture.live->step(); return fixture.plugin.parameter (glide) > 0.0; }));
    fixture.live->run (0.1);
    CHECK_EQUAL (decodeState (fixture.plugin.state()).parameters[glide], 0.02f);
}

/** True once the fake engine, asked for its values, reports exactly these. */
bool engineReports (LiveFixture& fixture, const std::string& values)
{
    return eventually (patience, [&]
    {
        inject ("report-values");
        return eventually (1.0, [&] { return decodeState (fixture.plugin.state()).preset == values; });
    });
}

/** The host gets the values of the engine's default instrument, except where it has set its own before. */
void aNewInstanceGetsTheEnginesDefaults()
{
    LiveFixture fixture;
    const auto edits = fixture.plugin.takeEdits();
    CHECK (edits.size() == 1 && edits[0].index == glide, "the host was notified of ", edits.size(), " changes");
    CHECK_EQUAL (decodeState (fixture.plugin.state()).parameters[glide], 0.3f);
    CHECK_EQUAL (decodeState (fixture.plugin.state()).parameters[amount], 0.5f);
    CHECK (engineReports (fixture, R"({"amount":0.5,"glide":0.3,"dryWet":1})"), decodeState (fixture.plugin.state()).preset);

    // A project without a preset has the engine play its defaults again.
    fixture.plugin.setState (SavedState {}.encode());
    CHECK (eventually (patience, [&] { fixture.live->step(); return std::abs (fixture.plugin.parameter (amount) - 1.0) < 1e-6; }));
    fixture.live->run (0.3);
    CHECK (engineReports (fixture, R"({"amount":1,"glide":0.3,"dryWet":1})"), decodeState (fixture.plugin.state()).preset);
}

/** In a host that does not process while its transport is stopped, a parameter is moved. */
void theEngineFollowsTheHostWithoutAudio()
{
    LiveFixture fixture;
    fixture.plugin.flush ({ { dryWet, 0, 0.25 } });
    CHECK (engineReports (fixture, R"({"amount":0.5,"glide":0.3,"dryWet":0.25})"), decodeState (fixture.plugin.state()).preset);
}

/** A host passes the values that it was notified of to the processor later, when the engine has moved on. */
void anEchoChangesNothing()
{
    LiveFixture fixture;
    const auto hostHas = [&] (double value) { return eventually (patience, [&] { fixture.live->step(); return fixture.plugin.parameter (dryWet) == value; }); };
    fixture.plugin.takeEdits();
    inject ("move");
    CHECK (hostHas (0.25));
    const auto echoes = fixture.plugin.takeEdits();
    CHECK (! echoes.empty());
    inject ("move-on");
    CHECK (hostHas (0.5));
    fixture.live->step (echoes);
    fixture.live->step (fixture.plugin.takeEdits());
    fixture.live->run (0.1);
    CHECK_EQUAL (fixture.plugin.parameter (dryWet), 0.5);
    CHECK (engineReports (fixture, R"({"amount":0.5,"glide":0.02,"dryWet":0.5})"), decodeState (fixture.plugin.state()).preset);

    // Each has one echo; the same value again is a change by the host.
    fixture.live->step ({ { dryWet, 0, 0.25 } });
    fixture.live->run (0.1);
    CHECK (engineReports (fixture, R"({"amount":0.5,"glide":0.02,"dryWet":0.25})"), decodeState (fixture.plugin.state()).preset);
}

/** Otherwise a host in touch mode would go on overwriting its automation. */
void aGestureEndsWithItsEngine()
{
    LiveFixture fixture;
    inject ("hold");
    CHECK (eventually (patience, [&] { fixture.live->step(); return fixture.plugin.openGestures() == 1; }));
    inject ("crash");
    CHECK (eventually (patience, [&] { fixture.live->step(); return fixture.plugin.openGestures() == 0; }));
}

/** In bytes, as this process has allocated them. */
std::size_t allocatedBytes()
{
    const auto info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

/** A deactivated plugin kept the buffers of its stream, which are large at high rates. */
void deactivationReleasesTheStream()
{
    const StreamSetup setup { 192000.0, 1024, 2, 2, true };
    Vst3Instance plugin (bundle);

    for (int i = 0; i < 3; ++i)
    {
        const auto before = allocatedBytes();
        plugin.activate (setup);
        const auto output = render (plugin, Audio (2, std::vector<float> (20000, level)), setup, nullptr, { { amount, 0, 0.5 } });
        CHECK_EQUAL (output[0].back(), steered);
        const auto active = allocatedBytes();
        CHECK (active > before + 10000000, "an active stream has allocated only ", active - before, " bytes");
        plugin.deactivate();
        CHECK (allocatedBytes() + 10000000 < active, "of ", active, " bytes only ", active - allocatedBytes(), " are freed");
    }

    // Parameters, state and programs work without a stream.
    plugin.setParameter (amount, 0.25);
    plugin.flush ({ { amount, 0, 0.25 } });
    CHECK_EQUAL (decodeState (plugin.state()).parameters[amount], 0.25f);
    plugin.activate (setup);
    const auto output = render (plugin, Audio (2, std::vector<float> (20000, level)), setup);
    CHECK_EQUAL (output[0].back(), 0.25f * level);
}

/** An instance that its host has deactivated gives its engine back, and returns as it was. */
void anUnusedEngineEnds()
{
    LiveFixture fixture;
    auto& plugin = fixture.plugin;
    const int marks = plugin.projectMarks();
    inject ("edit");
    CHECK (eventually (patience, [&] { fixture.live->step(); return plugin.projectMarks() > marks; }), "the edit did not arrive");
    fixture.waitForStandby();
    const auto engines = engineProcesses();

    // For a moment only, as hosts do to prepare it anew.
    plugin.deactivate();
    plugin.activate (fixture.setup);
    CHECK (fixture.live->secondsUntil (steered, patience) >= 0.0, "it was not heard again");
    CHECK (engineProcesses() == engines, "another engine was started");

    plugin.deactivate();
    CHECK (eventually (patience, [&] { return engineProcesses().size() == 1; }), "the engine was kept");
    plugin.setParameter (amount, 0.25);
    plugin.flush ({ { amount, 0, 0.25 } });
    const auto saved = plugin.state();
    plugin.activate (fixture.setup);
    CHECK (fixture.live->secondsUntil (0.25f * level, patience) >= 0.0, "heard is ", fixture.live->step());
    // The fake engine tells what it was given to undo.
    CHECK (eventually (patience, [&] { return decodeState (plugin.state()).preset == "{\"given\":\"a step to undo\"}"; }), decodeState (plugin.state()).preset);
    CHECK_EQUAL (decodeState (saved).preset, std::string ("{\"edited\":true}"));
}

void eightInstances()
{
    const StreamSetup setup { 48000.0, 512, 2, 2, false };
    std::vector<std::unique_ptr<Vst3Instance>> plugins;
    std::vector<std::unique_ptr<Live>> liveHosts;

    for (int i = 0; i < 8; ++i)
    {
        plugins.push_back (std::make_unique<Vst3Instance> (bundle));
        plugins.back()->activate (setup);
        liveHosts.push_back (std::make_unique<Live> (*plugins.back(), setup, level));
        liveHosts.back()->step ({ { amount, 0, 0.5 } });
    }

    std::vector<bool> heard (8, false);
    CHECK (eventually (patience, [&]
    {
        for (std::size_t i = 0; i < 8; ++i)
            heard[i] = std::abs (liveHosts[i]->step() - steered) < 1e-4f;

        return std::all_of (heard.begin(), heard.end(), [] (bool yes) { return yes; });
    }));
    // And one standby process for them all.
    CHECK (engineProcesses().size() == 8 || engineProcesses().size() == 9, engineProcesses().size());

    for (const auto pid : engineProcesses())
        kill (pid, SIGKILL);

    CHECK (eventually (patience, [&]
    {
        for (std::size_t i = 0; i < 8; ++i)
            heard[i] = std::abs (liveHosts[i]->step() - steered) < 1e-4f;

        return std::all_of (heard.begin(), heard.end(), [] (bool yes) { return yes; });
    }));
    liveHosts.clear();
    plugins.clear();
    CHECK (engineProcesses().empty(), "an engine still runs after its plugin was unloaded");
}

/** The engine and the standby process end with a host that is killed; `stopped` where they are stopped at the time. */
void enginesEndWithAKilledHost (bool stopped)
{
    int toParent[2];
    CHECK (pipe (toParent) == 0);
    const auto host = fork();

    if (host == 0)
    {
        // Executed anew: in a forked copy of this process its other threads do not exist.
        dup2 (toParent[1], STDOUT_FILENO);
        execl ("/proc/self/exe", "tiller_host_tests", "--play", bundle.c_str(), nullptr);
        _exit (127);
    }

    close (toParent[1]);
    auto* report = fdopen (toParent[0], "r");
    std::array<int, 2> engines {};
    const bool complete = std::fscanf (report, "%d %d", &engines[0], &engines[1]) == 2;
    std::fclose (report);

    for (const auto engine : engines)
        if (stopped && engine > 0)
            kill (engine, SIGSTOP);

    kill (host, SIGKILL);
    while (waitpid (host, nullptr, 0) == -1 && errno == EINTR) {}

    CHECK (complete, "the host did not report two processes");

    for (const auto engine : engines)
    {
        const bool ended = eventually (patience, [engine] { return ! isAlive (engine); });

        if (! ended)
            kill (engine, SIGKILL);

        CHECK (ended, "an engine still runs after its host was killed");
    }
}

} // namespace

void addLifecycleTests (Suite& suite)
{
    suite.add ("a scan starts no engine", scanStartsNoEngine);
    suite.add ("names and values follow the engine", namesAndValuesFollowTheEngine);
    suite.add ("a new instance gets the engine's defaults", aNewInstanceGetsTheEnginesDefaults);
    suite.add ("the engine follows the host without audio", theEngineFollowsTheHostWithoutAudio);
    suite.add ("an echo changes nothing", anEchoChangesNothing);
    suite.add ("deactivation releases the stream", deactivationReleasesTheStream);
    suite.add ("an unused engine ends", anUnusedEngineEnds);
    suite.add ("a gesture ends with its engine", aGestureEndsWithItsEngine);
    suite.add ("the engines end with a killed host", [] { enginesEndWithAKilledHost (false); });
    suite.add ("stopped engines end with a killed host", [] { enginesEndWithAKilledHost (true); });
    suite.add ("eight instances", eightInstances);
}

int playUntilKilled()
{
    LiveFixture fixture;
    fixture.waitForStandby();
    const auto engines = engineProcesses();
    std::printf ("%d %d\n", static_cast<int> (engines.at (0)), static_cast<int> (engines.at (1)));
    std::fflush (stdout);
    fixture.live->run (10.0 * patience);
    return 1;
}

} // namespace tiller::test
