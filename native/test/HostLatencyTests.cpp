// What the host is told of the latency, and what the output is late by through a render.

#include "CoreTests.h"

#include "tiller/stream/HostLatency.h"

#include <atomic>
#include <thread>

namespace tiller::test
{

namespace
{

void theHostIsToldOfEachChange()
{
    HostLatency latency;
    latency.prepare();
    CHECK_EQUAL (latency.change (1000, false).value_or (0), 1000u);
    CHECK (! latency.change (1000, false));
    CHECK_EQUAL (latency.change (1200, false).value_or (0), 1200u);
    latency.prepare();
    CHECK_EQUAL (latency.change (1200, false).value_or (0), 1200u);
}

void aRenderKeepsWhatTheHostWasTold()
{
    HostLatency latency;
    latency.prepare();
    latency.change (1000, false);
    CHECK_EQUAL (latency.renders (600), 1000u);
    CHECK_EQUAL (latency.renders (1700), 1000u);
    CHECK (! latency.change (1700, false), "the host was told within a render");
    CHECK (! latency.change (600, false), "the host was told within a render");
    latency.plays();
    CHECK (! latency.isRendering());
    CHECK_EQUAL (latency.change (600, false).value_or (0), 600u);
}

/** An engine that was not known when the host was told: it is told once, of what the render begins with. */
void aRenderBeginsWithWhatIsNeeded()
{
    HostLatency latency;
    latency.prepare();
    latency.change (1000, false);
    CHECK_EQUAL (latency.renders (1700), 1700u);
    CHECK_EQUAL (latency.change (2500, false).value_or (0), 1700u);
    CHECK (! latency.change (2500, false), "the host was told again");
}

void whatThePlayerHasFixedStays()
{
    HostLatency latency;
    latency.prepare();
    latency.change (1000, true);
    CHECK_EQUAL (latency.renders (1700), 1000u);
    CHECK (! latency.change (1000, true));
}

/** The audio thread begins and ends renders while another thread tells the host: what it was told last is what the render keeps. */
void bothThreadsAgree()
{
    for (unsigned seed = 0; seed < 300; ++seed)
    {
        HostLatency latency;
        latency.prepare();
        std::uint32_t told = latency.change (1000, false).value_or (0), kept = 0;
        std::atomic<int> started { 0 };
        const auto start = [&] { for (++started; started < 2;) {} };
        std::thread host ([&]
        {
            start();

            for (std::uint32_t i = 1; i <= 5; ++i)
                told = latency.change (1000 + (seed * i * 37) % 5 * 100, false).value_or (told);
        });
        start();
        latency.renders (1200);
        latency.plays();
        kept = latency.renders (1300);
        host.join();
        told = latency.change (9000, false).value_or (told);
        CHECK_EQUAL (told, kept);
        CHECK_EQUAL (latency.renders (5000), kept);
    }
}

} // namespace

void addHostLatencyTests (Suite& suite)
{
    suite.add ("the host is told of each change", theHostIsToldOfEachChange);
    suite.add ("a render keeps what the host was told", aRenderKeepsWhatTheHostWasTold);
    suite.add ("a render begins with what is needed", aRenderBeginsWithWhatIsNeeded);
    suite.add ("what the player has fixed stays", whatThePlayerHasFixedStays);
    suite.add ("both threads agree on the latency", bothThreadsAgree);
}

} // namespace tiller::test
