#include "HostRig.h"

#include <csignal>
#include <cstdlib>

namespace tiller::test
{

namespace
{

/** What happens to the engines of a rig. */
using Harm = std::function<void()>;

Harm signalled (int signal)
{
    return [signal]
    {
        const auto pids = engineChildren();
        CHECK (! pids.empty());
        kill (pids[0], signal);
    };
}

Harm committed (const char* fault) { return [fault] { commit (fault); }; }

/** `standby`: another engine is ready by then. */
void survives (const char* what, const Harm& harm, bool standby)
{
    LiveRig rig;

    if (standby)
        rig.waitForStandby();

    const auto harmed = std::chrono::steady_clock::now();
    harm();

    // Where an engine has to be started first, the track bridges the gap.
    if (! standby)
        CHECK (rig.live->secondsUntil (level, 2.0) >= 0.0, "the dry track was not heard while the engine was away");

    rig.recovery();
    const double seconds = std::chrono::duration<double> (std::chrono::steady_clock::now() - harmed).count();
    std::printf ("     sound returned %.0f ms after %s%s\n", 1000.0 * seconds, what, standby ? ", another standing by" : "");
    CHECK (seconds < 1.0, "sound returned after ", seconds, " s");
    rig.live->run (0.3);
    CHECK (rig.live->secondsUntil (steered, 0.1) >= 0.0, "the engine did not stay");
}

/** The engine that stands by has hung, too. */
void survivesAHungStandby()
{
    LiveRig rig;
    rig.waitForStandby();

    for (const auto pid : engineChildren())
        kill (pid, SIGSTOP);

    const double seconds = rig.recovery();
    std::printf ("     sound returned %.0f ms after both had stopped\n", 1000.0 * seconds);
    rig.live->run (0.3);
    CHECK (rig.live->secondsUntil (steered, 0.1) >= 0.0, "the engine did not stay");
}

/** After each fault another gets ready: one after the other, none is waited for. */
void standsByAgain()
{
    LiveRig rig;

    for (int i = 0; i < 3; ++i)
    {
        rig.waitForStandby();
        const auto standing = engineChildren().at (1);
        signalled (SIGKILL)();
        CHECK (rig.recovery() < 1.0);
        CHECK_EQUAL (engineChildren().at (0), standing);
    }
}

void survivesNan()
{
    LiveRig rig;
    commit ("nan");
    CHECK (rig.live->secondsUntil (level, 2.0) >= 0.0);
    rig.live->run (0.2);
    commit ("sane");
    CHECK (rig.live->secondsUntil (steered, 2.0) >= 0.0);
}

void backsOffWhenTheEngineCannotStart()
{
    setenv ("TILLER_FAKE_START", "die", 1);
    {
        Vst3Instance plugin (bundle);
        const StreamSetup setup;
        plugin.activate (setup);
        Live live (plugin, setup, level);
        int starts = 0;
        pid_t last = 0;
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds (4);

        while (std::chrono::steady_clock::now() < end)
        {
            live.step();

            for (const auto pid : engineChildren())
            {
                starts += pid != last ? 1 : 0;
                last = pid;
            }
        }

        CHECK (starts >= 2 && starts <= 6, "started ", starts, " times in four seconds");
        CHECK (live.secondsUntil (level, 0.1) >= 0.0, "the dry track is not heard");
        unsetenv ("TILLER_FAKE_START");
        live.step ({ { amount, 0, 0.5 } });
        CHECK (live.secondsUntil (steered, 10.0) >= 0.0, "the engine did not come when it could");
    }
    unsetenv ("TILLER_FAKE_START");
}

} // namespace

void addFaultTests (Suite& suite)
{
    for (const bool standby : { false, true })
    {
        const std::string with = standby ? " with another standing by" : "";
        suite.add ("survives SIGKILL" + with, [=] { survives ("SIGKILL", signalled (SIGKILL), standby); });
        suite.add ("survives SIGSTOP" + with, [=] { survives ("SIGSTOP", signalled (SIGSTOP), standby); });
    }

    suite.add ("survives a crash", [] { survives ("a crash", committed ("crash"), false); });
    suite.add ("survives garbage", [] { survives ("garbage", committed ("garbage"), false); });
    suite.add ("survives a busy loop", [] { survives ("a busy loop", committed ("hang"), false); });
    suite.add ("survives NaN", survivesNan);
    suite.add ("survives a hung standby", survivesAHungStandby);
    suite.add ("another stands by after each fault", standsByAgain);
    suite.add ("backs off when the engine cannot start", backsOffWhenTheEngineCannotStart);
}

} // namespace tiller::test
