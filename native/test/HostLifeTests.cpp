#include "HostRig.h"

#include <array>
#include <csignal>

namespace tiller::test
{

namespace
{

void scanStartsNoEngine()
{
    const auto start = std::chrono::steady_clock::now();
    {
        Vst3Instance plugin (bundle);
        CHECK (plugin.parameterCount() >= 42);
        CHECK_EQUAL (plugin.parameterName (0), std::string ("Input 1"));
        CHECK (engineChildren().empty(), "a scan started an engine");
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::printf ("     scan: %.0f ms\n", took.count() * 1000.0);
    CHECK (took.count() < 1.0);
}

void namesAndValuesFollowTheEngine()
{
    LiveRig rig;
    CHECK (eventually (3.0, [&] { return rig.plugin.parameterName (0) == "Input 1: brightness"; }), rig.plugin.parameterName (0));
    CHECK (rig.plugin.takeTitlesChanged());
    commit ("move");
    CHECK (eventually (3.0, [&] { rig.live->step(); return std::abs (rig.plugin.parameter (dryWet) - 0.25) < 1e-6; }));
    // Hosts count from 0 to 1; the project keeps what the engine said, to the bit.
    CHECK (eventually (3.0, [&] { rig.live->step(); return rig.plugin.parameter (glide) > 0.0; }));
    rig.live->run (0.1);
    CHECK_EQUAL (readState (rig.plugin.state()).parameters[glide], 0.02f);
}

/** True once the fake engine, asked for its values, tells exactly these. */
bool engineTells (LiveRig& rig, const std::string& values)
{
    commit ("tell-values");
    return eventually (3.0, [&] { return readState (rig.plugin.state()).preset == values; });
}

/** Its values are the host's, too, but for those that the host has chosen before. */
void theEngineChoosesForANewInstance()
{
    LiveRig rig;
    const auto shown = rig.plugin.takeEdits();
    CHECK (shown.size() == 1 && shown[0].index == glide, "the host was shown ", shown.size(), " moves");
    CHECK_EQUAL (readState (rig.plugin.state()).parameters[glide], 0.3f);
    CHECK_EQUAL (readState (rig.plugin.state()).parameters[amount], 0.5f);
    CHECK (engineTells (rig, R"({"amount":0.5,"glide":0.3,"dryWet":1})"), readState (rig.plugin.state()).preset);

    // A project that holds no instrument leaves the choice to the engine again.
    rig.plugin.setState (SavedState {}.encode());
    CHECK (eventually (3.0, [&] { rig.live->step(); return std::abs (rig.plugin.parameter (amount) - 1.0) < 1e-6; }));
    rig.live->run (0.3);
    CHECK (engineTells (rig, R"({"amount":1,"glide":0.3,"dryWet":1})"), readState (rig.plugin.state()).preset);
}

/** A host that processes nothing while its transport stands still moves a knob. */
void theEngineFollowsTheHostWithoutAudio()
{
    LiveRig rig;
    rig.plugin.flush ({ { dryWet, 0, 0.25 } });
    std::this_thread::sleep_for (std::chrono::milliseconds (800));
    CHECK (engineTells (rig, R"({"amount":0.5,"glide":0.3,"dryWet":0.25})"), readState (rig.plugin.state()).preset);
}

/** A host gives the processor what it was shown, late: by then the hand or the controller has moved on. */
void anEchoIsNoWishOfTheHost()
{
    LiveRig rig;
    const auto isShown = [&] (double value) { return eventually (3.0, [&] { rig.live->step(); return rig.plugin.parameter (dryWet) == value; }); };
    rig.plugin.takeEdits();
    commit ("move");
    CHECK (isShown (0.25));
    const auto owed = rig.plugin.takeEdits();
    CHECK (! owed.empty());
    commit ("move-on");
    CHECK (isShown (0.5));
    rig.live->step (owed);
    rig.live->step (rig.plugin.takeEdits());
    rig.live->run (0.1);
    CHECK_EQUAL (rig.plugin.parameter (dryWet), 0.5);
    CHECK (engineTells (rig, R"({"amount":0.5,"glide":0.02,"dryWet":0.5})"), readState (rig.plugin.state()).preset);

    // Each is given back once; the same value again is the host's own.
    rig.live->step ({ { dryWet, 0, 0.25 } });
    rig.live->run (0.1);
    CHECK (engineTells (rig, R"({"amount":0.5,"glide":0.02,"dryWet":0.25})"), readState (rig.plugin.state()).preset);
}

/** A host in touch mode would write over its automation for ever. */
void aGestureEndsWithItsEngine()
{
    LiveRig rig;
    commit ("hold");
    CHECK (eventually (3.0, [&] { rig.live->step(); return rig.plugin.openGestures() == 1; }));
    commit ("crash");
    CHECK (eventually (3.0, [&] { rig.live->step(); return rig.plugin.openGestures() == 0; }));
}

void eightInstances()
{
    const StreamSetup setup { 48000.0, 512, 2, 2, false };
    std::vector<std::unique_ptr<Vst3Instance>> plugins;
    std::vector<std::unique_ptr<Live>> lives;

    for (int i = 0; i < 8; ++i)
    {
        plugins.push_back (std::make_unique<Vst3Instance> (bundle));
        plugins.back()->activate (setup);
        lives.push_back (std::make_unique<Live> (*plugins.back(), setup, level));
        lives.back()->step ({ { amount, 0, 0.5 } });
    }

    std::vector<bool> heard (8, false);
    CHECK (eventually (20.0, [&]
    {
        for (std::size_t i = 0; i < 8; ++i)
            heard[i] = std::abs (lives[i]->step() - steered) < 1e-4f;

        return std::all_of (heard.begin(), heard.end(), [] (bool yes) { return yes; });
    }));
    // One more stands by for them all.
    CHECK (engineChildren().size() == 8 || engineChildren().size() == 9, engineChildren().size());

    for (const auto pid : engineChildren())
        kill (pid, SIGKILL);

    CHECK (eventually (20.0, [&]
    {
        for (std::size_t i = 0; i < 8; ++i)
            heard[i] = std::abs (lives[i]->step() - steered) < 1e-4f;

        return std::all_of (heard.begin(), heard.end(), [] (bool yes) { return yes; });
    }));
    lives.clear();
    plugins.clear();
    CHECK (engineChildren().empty(), "an engine outlived its plugin");
}

/** The engines, the playing one and the one that stands by, end with a host that has no time to say goodbye. */
void enginesEndWithAKilledHost (bool stopped)
{
    int toParent[2];
    CHECK (pipe (toParent) == 0);
    const auto host = fork();

    if (host == 0)
    {
        // Another program image: a forked copy of this one has threads that are not there.
        dup2 (toParent[1], STDOUT_FILENO);
        execl ("/proc/self/exe", "tiller_host_tests", "--play", bundle.c_str(), nullptr);
        _exit (127);
    }

    close (toParent[1]);
    auto* told = fdopen (toParent[0], "r");
    std::array<int, 2> engines {};
    const bool complete = std::fscanf (told, "%d %d", &engines[0], &engines[1]) == 2;
    std::fclose (told);

    for (const auto engine : engines)
        if (stopped && engine > 0)
            kill (engine, SIGSTOP);

    kill (host, SIGKILL);
    waitpid (host, nullptr, 0);
    CHECK (complete, "the host did not tell two engines");

    for (const auto engine : engines)
    {
        const bool ended = eventually (2.0, [engine] { return ! isAlive (engine); });

        if (! ended)
            kill (engine, SIGKILL);

        CHECK (ended, "an engine outlived its host");
    }
}

} // namespace

void addLifeTests (Suite& suite)
{
    suite.add ("a scan starts no engine", scanStartsNoEngine);
    suite.add ("names and values follow the engine", namesAndValuesFollowTheEngine);
    suite.add ("the engine chooses for a new instance", theEngineChoosesForANewInstance);
    suite.add ("the engine follows the host without audio", theEngineFollowsTheHostWithoutAudio);
    suite.add ("an echo is no wish of the host", anEchoIsNoWishOfTheHost);
    suite.add ("a gesture ends with its engine", aGestureEndsWithItsEngine);
    suite.add ("the engines end with a killed host", [] { enginesEndWithAKilledHost (false); });
    suite.add ("stopped engines end with a killed host", [] { enginesEndWithAKilledHost (true); });
    suite.add ("eight instances", eightInstances);
}

int playUntilKilled()
{
    LiveRig rig;
    rig.waitForStandby();
    const auto engines = engineChildren();
    std::printf ("%d %d\n", static_cast<int> (engines.at (0)), static_cast<int> (engines.at (1)));
    std::fflush (stdout);
    rig.live->run (60.0);
    return 1;
}

} // namespace tiller::test
