#include "HostFixture.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace tiller::test
{

void inject (const char* fault)
{
    const char* path = std::getenv ("TILLER_FAKE_FAULT");
    std::ofstream (std::string (path) + ".new") << fault;
    std::rename ((std::string (path) + ".new").c_str(), path);
}

LiveFixture::LiveFixture()
{
    plugin.activate (setup);
    live = std::make_unique<Live> (plugin, setup, level);
    live->step ({ { amount, 0, 0.5 } });
    CHECK (live->secondsUntil (steered, patience) >= 0.0, "the engine was never heard");
    live->run (0.3);
}

void LiveFixture::waitForStandby()
{
    CHECK (eventually (patience, [&] { live->step(); return engineProcesses().size() == 2 && isIdle (engineProcesses()[1], [&] { live->run (0.3); }); }),
           "there is no standby process");
}

double LiveFixture::recover()
{
    // A standby process may take over before the crossfade to the dry signal has ended.
    const double toDry = live->secondsWhile (steered, patience);
    CHECK (toDry >= 0.0, "the engine was heard all the time");
    const double toWet = live->secondsUntil (steered, patience);
    CHECK (toWet >= 0.0, "the engine was not heard again");
    return toDry + toWet;
}

} // namespace tiller::test
