#include "tiller/stream/HostLead.h"

#include <algorithm>
#include <limits>

namespace tiller
{

namespace
{
    constexpr double unlimited = std::numeric_limits<double>::infinity();
    /** Longer than a host needs to catch up after a pause; the rest of a window still contains the start of a burst. */
    constexpr double settlingSeconds = 0.3;
}

void HostLead::prepare (double newRate) noexcept
{
    *this = {};
    rate = newRate;
}

double HostLead::blockArrived (double now, int numSamples) noexcept
{
    const double lateness = now - static_cast<double> (positionSamples) / rate;

    if (! started)
    {
        mostLead = unlimited;
        startAt (now, lateness);
        present.latest = lateness;
    }
    else if (now - lastArrival > pauseSeconds)
    {
        // Where a live host catches up after a pause, that is no lead; one that was ahead before is so again.
        mostLead = mostAhead();
        startAt (now, lateness);
    }
    else if (now - windowStart >= windowSeconds)
    {
        completeWindow (now, lateness);
    }

    started = true;
    lastArrival = now;
    positionSamples += numSamples;
    const double lead = std::min (reference() - lateness, mostLead);

    // After a pause a live host may first have to catch up: its lateness until then is not its usual one.
    if (mostLead == unlimited || now - windowStart >= settlingSeconds)
        present.latest = std::max (present.latest, lateness);

    present.mostAhead = std::max (present.mostAhead, lead);
    return lead;
}

/** Until windows have passed, the first block is the reference. */
void HostLead::startAt (double now, double lateness) noexcept
{
    windows.fill ({ lateness, 0.0 });
    present = { -unlimited, 0.0 };
    windowStart = now;
}

void HostLead::completeWindow (double now, double lateness) noexcept
{
    windows[oldest] = present;
    oldest = (oldest + 1) % numWindows;
    present = { lateness, 0.0 };
    windowStart = now;
    mostLead = unlimited;
}

double HostLead::reference() const noexcept
{
    double least = unlimited;

    for (const auto& window : windows)
        least = std::min (least, window.latest);

    return least;
}

double HostLead::mostAhead() const noexcept
{
    double most = present.mostAhead;

    for (const auto& window : windows)
        most = std::max (most, window.mostAhead);

    return most;
}

} // namespace tiller
