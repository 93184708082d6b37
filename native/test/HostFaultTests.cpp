#include "HostFixture.h"

#include <csignal>
#include <cstdlib>
#include <set>

namespace tiller::test
{

namespace
{

using Fault = std::function<void()>;

/** A signal to the engine that plays. */
Fault signalled (int signal)
{
    return [signal]
    {
        const auto pids = engineProcesses();
        CHECK (! pids.empty());
        kill (pids[0], signal);
    };
}

/** A fault of the fake engine. */
Fault injected (const char* fault) { return [fault] { inject (fault); }; }

/** `standby`: a standby process is ready by then. */
void survives (const char* what, const Fault& fault, bool standby)
{
    LiveFixture fixture;

    if (standby)
        fixture.waitForStandby();

    const auto begin = std::chrono::steady_clock::now();
    fault();

    // Where an engine has to be started first, the dry signal fills the gap.
    if (! standby)
        CHECK (fixture.live->secondsUntil (level, patience) >= 0.0, "the dry signal was not heard while there was no engine");

    fixture.recover();
    const double seconds = std::chrono::duration<double> (std::chrono::steady_clock::now() - begin).count();
    std::printf ("     the engine was heard again %.0f ms after %s%s\n", 1000.0 * seconds, what, standby ? ", with a standby process" : "");
    fixture.live->run (0.3);
    CHECK (fixture.live->secondsUntil (steered, patience) >= 0.0, "the engine did not stay");
}

/** The standby process has hung as well. */
void survivesAHungStandby()
{
    LiveFixture fixture;
    fixture.waitForStandby();

    for (const auto pid : engineProcesses())
        kill (pid, SIGSTOP);

    const double seconds = fixture.recover();
    std::printf ("     the engine was heard again %.0f ms after both had stopped\n", 1000.0 * seconds);
    fixture.live->run (0.3);
    CHECK (fixture.live->secondsUntil (steered, patience) >= 0.0, "the engine did not stay");
}

/** After each fault another standby process is started, and the next fault uses it. */
void aStandbyProcessIsReadyAgain()
{
    LiveFixture fixture;

    for (int i = 0; i < 3; ++i)
    {
        fixture.waitForStandby();
        const auto standby = engineProcesses().at (1);
        signalled (SIGKILL)();
        fixture.recover();
        CHECK_EQUAL (engineProcesses().at (0), standby);
    }
}

void survivesNan()
{
    LiveFixture fixture;
    inject ("nan");
    CHECK (fixture.live->secondsUntil (level, patience) >= 0.0);
    fixture.live->run (0.2);
    inject ("sane");
    CHECK (fixture.live->secondsUntil (steered, patience) >= 0.0);
}

void backsOffWhenTheEngineCannotStart()
{
    setenv ("TILLER_FAKE_START", "fail", 1);
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup;
        plugin.activate (setup);
        Live live (plugin, setup, level);
        std::set<pid_t> started;
        std::size_t most = 0;
        // By how much the delays grow is the matter of the tests of `Backoff` and `StartQueue`.
        CHECK (eventually (patience, [&]
        {
            live.step();
            const auto now = engineProcesses();
            started.insert (now.begin(), now.end());
            most = std::max (most, now.size());
            return started.size() >= 3;
        }), "it was not started again");
        CHECK_EQUAL (most, std::size_t { 1 });
        CHECK (live.secondsUntil (level, patience) >= 0.0, "the dry signal is not heard");
        unsetenv ("TILLER_FAKE_START");
        live.step ({ { amount, 0, 0.5 } });
        CHECK (live.secondsUntil (steered, patience) >= 0.0, "the engine was not started once it could");
    }
    unsetenv ("TILLER_FAKE_START");
}

} // namespace

void addFaultTests (Suite& suite)
{
    for (const bool standby : { false, true })
    {
        const std::string with = standby ? " with a standby process" : "";
        suite.add ("survives SIGKILL" + with, [=] { survives ("SIGKILL", signalled (SIGKILL), standby); });
        suite.add ("survives SIGSTOP" + with, [=] { survives ("SIGSTOP", signalled (SIGSTOP), standby); });
    }

    suite.add ("survives a crash", [] { survives ("a crash", injected ("crash"), false); });
    suite.add ("survives garbage", [] { survives ("garbage", injected ("garbage"), false); });
    suite.add ("survives a busy loop", [] { survives ("a busy loop", injected ("hang"), false); });
    suite.add ("survives NaN", survivesNan);
    suite.add ("survives a hung standby process", survivesAHungStandby);
    suite.add ("a standby process is ready again after each fault", aStandbyProcessIsReadyAgain);
    suite.add ("backs off when the engine cannot start", backsOffWhenTheEngineCannotStart);
}

} // namespace tiller::test
