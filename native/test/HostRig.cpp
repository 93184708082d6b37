#include "HostRig.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace tiller::test
{

void commit (const char* fault)
{
    const char* path = std::getenv ("TILLER_FAKE_FAULT");
    std::ofstream (std::string (path) + ".new") << fault;
    std::rename ((std::string (path) + ".new").c_str(), path);
}

LiveRig::LiveRig()
{
    plugin.activate (setup);
    live = std::make_unique<Live> (plugin, setup, level);
    live->step ({ { amount, 0, 0.5 } });
    CHECK (live->secondsUntil (steered, 10.0) >= 0.0, "the engine was never heard");
    live->run (0.3);
}

void LiveRig::waitForStandby()
{
    CHECK (eventually (10.0, [&] { live->step(); return engineChildren().size() == 2 && isIdle (engineChildren()[1], [&] { live->run (0.3); }); }),
           "no engine stands by");
}

double LiveRig::recovery (double limit)
{
    // Another engine may be there before the crossfade to the dry track has ended.
    const double toDry = live->secondsWhile (steered, 2.0);
    CHECK (toDry >= 0.0, "the engine was not away");
    const double toWet = live->secondsUntil (steered, limit);
    CHECK (toWet >= 0.0, "the engine was not heard again");
    return toDry + toWet;
}

} // namespace tiller::test
