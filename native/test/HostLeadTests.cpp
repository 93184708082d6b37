// By how much a host is ahead of time, on a controlled clock.

#include "CoreTests.h"

#include "tiller/stream/HostLead.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace tiller::test
{

namespace
{

/** A host on a clock of its own, in seconds; it delivers blocks of one length. */
struct FakeHost
{
    const double rate;
    const int blockSize;
    HostLead lead;
    double now = 1234.5;

    FakeHost (double r, int b) : rate (r), blockSize (b) { lead.prepare (rate); }

    double blockSeconds() const { return blockSize / rate; }
    double deliver()            { return lead.blockArrived (now, blockSize); }
    double longestWait()        { return HostLead::longestWait (deliver(), blockSeconds()); }

    /** Delivers `seconds` of stream in real time, each block early or late by up to `jitter`; returns the greatest lead. */
    double playLive (double seconds, double jitter = 0.0, std::mt19937* random = nullptr)
    {
        double most = -1e9;
        const double start = now;

        for (int i = 0; i * blockSeconds() < seconds; ++i)
        {
            now = std::max (now, start + i * blockSeconds() + (random != nullptr ? jitter * std::uniform_real_distribution<> (0.0, 1.0) (*random) : 0.0));
            most = std::max (most, deliver());
        }

        now = start + std::ceil (seconds / blockSeconds()) * blockSeconds();
        return most;
    }

    /** Delivers `seconds` of stream at one moment, and lets that time pass; returns the greatest lead. */
    double playBurst (double seconds)
    {
        double most = -1e9;
        const auto blocks = std::max (1, static_cast<int> (std::lround (seconds / blockSeconds())));

        for (int i = 0; i < blocks; ++i)
            most = std::max (most, deliver());

        now += blocks * blockSeconds();
        return most;
    }
};

constexpr double tolerance = 1e-6;

/** Calls `test` for every pair of a rate and a block size. */
void forEachFormat (const std::function<void (double rate, int blockSize)>& test)
{
    for (const double rate : { 44100.0, 48000.0, 96000.0 })
        for (const int blockSize : { 32, 64, 441, 1024, 8192 })
            test (rate, blockSize);
}

void aLiveHostHasNoLead()
{
    forEachFormat ([] (double rate, int blockSize)
    {
        FakeHost host (rate, blockSize);
        const double most = host.playLive (20.0);
        CHECK (most < tolerance, most);
        CHECK_EQUAL (HostLead::longestWait (most, host.blockSeconds()), 0.0);
    });
}

/** Its clock runs a little fast or slow: nothing accumulates. */
void aDriftingHostHasNoLead()
{
    for (const double drift : { -5e-4, 5e-4 })
    {
        FakeHost host (48000.0, 256);

        for (int i = 0; i < 200000; ++i, host.now += host.blockSeconds() * (1.0 + drift))
            CHECK_EQUAL (host.longestWait(), 0.0);
    }
}

void jitterIsNoMoreThanItself()
{
    constexpr double jitter = 0.005;
    std::mt19937 random (1);

    forEachFormat ([&random] (double rate, int blockSize)
    {
        FakeHost host (rate, blockSize);
        const double most = host.playLive (20.0, jitter, &random);
        CHECK (most <= jitter + tolerance, most);
    });
}

/** The first block of a burst has no lead, the last one that of the whole burst. */
void burstsHaveTheLeadOfTheirLength()
{
    for (const double burst : { 0.05, 0.2, 0.6, 2.0 })
    {
        FakeHost host (48000.0, 480);

        for (int i = 0; i < static_cast<int> (20.0 / burst); ++i)
        {
            const double most = host.playBurst (burst);
            CHECK (std::abs (most - (burst - host.blockSeconds())) < tolerance, "burst ", i, " of ", burst, " s: ", most);
        }
    }
}

void theSecondOfTwoBlocksMayWait()
{
    forEachFormat ([] (double rate, int blockSize)
    {
        FakeHost host (rate, blockSize);

        for (int i = 0; i < 500; ++i)
        {
            CHECK_EQUAL (host.longestWait(), 0.0);
            // What the host needed for the first one.
            host.now += 0.05 * host.blockSeconds();
            const double expected = 0.95 * host.blockSeconds() - HostLead::guardSeconds;
            CHECK (std::abs (host.longestWait() - std::max (0.0, expected)) < tolerance);
            host.now += 1.95 * host.blockSeconds();
        }
    });
}

void aFreeRunningHostIsAhead()
{
    FakeHost host (48000.0, 512);

    // Ten times as fast as real time, and at last hardly faster.
    for (const double speed : { 10.0, 1.05 })
    {
        double least = 1e9;

        for (int i = 0; i < 20000; ++i, host.now += host.blockSeconds() / speed)
            if (const double lead = host.deliver(); i > 2000)
                least = std::min (least, lead);

        CHECK (least > HostLead::windowSeconds * (speed - 1.0) * 0.9, "speed ", speed, ": ", least);
    }
}

/** After a stall the host may go on from there, or first catch up with what it has missed: neither is a lead. */
void nothingFollowsAStall()
{
    std::mt19937 random (2);

    for (const double stall : { 0.003, 0.1, 0.5, 0.69, 0.71, 3.0, 60.0 })
    {
        for (const bool catchesUp : { false, true })
        {
            for (int run = 0; run < 20; ++run)
            {
                FakeHost host (48000.0, 64);
                host.playLive (std::uniform_real_distribution<> (0.0, 5.0) (random));
                host.now += stall;
                const double resumed = host.now;

                for (int i = 0; i * host.blockSeconds() < 6.0; ++i)
                {
                    host.now = std::max (resumed, resumed + i * host.blockSeconds() - (catchesUp ? std::min (stall, 0.1) : 0.0));
                    const double wait = host.longestWait();
                    CHECK (wait == 0.0, "after a stall of ", stall, " s, block ", i, " may wait for ", wait, " s");
                }
            }
        }
    }
}

/** A host that was ahead, and whose transport was stopped, is ahead again in its first burst. */
void aBurstAfterAPauseHasItsLead()
{
    FakeHost host (48000.0, 256);

    for (int i = 0; i < 30; ++i)
        host.playBurst (0.2);

    host.now += 45.0;
    const double most = host.playBurst (0.2);
    CHECK (std::abs (most - (0.2 - host.blockSeconds())) < host.blockSeconds(), most);
}

/** Whatever the host does and however long the engine keeps it waiting, no block ends later than the host has been by itself, less the guard. */
void waitingNeverMakesAHostLate()
{
    std::mt19937 random (3);
    const auto uniform = [&random] (double from, double to) { return std::uniform_real_distribution<> (from, to) (random); };

    for (int run = 0; run < 200; ++run)
    {
        FakeHost host (48000.0, static_cast<int> (uniform (16.0, 2048.0)));
        const double start = host.now, mostBurst = uniform (0.0, 0.6);
        double latest = 0.0, stream = 0.0, due = 0.0;

        for (int burst = 0; stream < 10.0; ++burst)
        {
            // The host waits until real time has caught up with the stream, within its jitter.
            due = stream + uniform (0.0, 0.002);
            host.now = std::max (host.now, start + due);
            latest = std::max (latest, host.now - start - stream);
            const double length = uniform (0.0, mostBurst);

            for (const double end = stream + length; stream <= end; stream += host.blockSeconds())
            {
                const double wait = host.longestWait();
                host.now += uniform (0.0, 1.0) < 0.5 ? wait : uniform (0.0, wait);

                if (wait > 0.0)
                    CHECK (host.now - start - stream <= latest - HostLead::guardSeconds + tolerance, "run ", run, " burst ", burst);
            }
        }
    }
}

} // namespace

void addHostLeadTests (Suite& suite)
{
    suite.add ("a live host has no lead", aLiveHostHasNoLead);
    suite.add ("a drifting host has no lead", aDriftingHostHasNoLead);
    suite.add ("the lead of jitter is no more than the jitter", jitterIsNoMoreThanItself);
    suite.add ("bursts have the lead of their length", burstsHaveTheLeadOfTheirLength);
    suite.add ("the second of two blocks may wait", theSecondOfTwoBlocksMayWait);
    suite.add ("a free-running host is ahead", aFreeRunningHostIsAhead);
    suite.add ("nothing follows a stall", nothingFollowsAStall);
    suite.add ("a burst after a pause has its lead", aBurstAfterAPauseHasItsLead);
    suite.add ("waiting never makes a host late", waitingNeverMakesAHostLate);
}

} // namespace tiller::test
