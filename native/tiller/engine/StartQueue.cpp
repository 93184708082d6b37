#include "tiller/engine/StartQueue.h"

#include <algorithm>
#include <thread>

namespace tiller
{

using namespace std::chrono_literals;

namespace
{
    /** After this long an engine no longer waits for the others: a host that is stopped in a debugger may hold a place for ever. */
    constexpr auto longestWait = 20s;
    /** One instance whose engine always fails must not hold up the others for longer. */
    constexpr Milliseconds longestPause { 4000 };

    /** The other half of the processors is for the engines that play already. */
    int placesOfMachine() { return std::max (1, static_cast<int> (std::thread::hardware_concurrency() / 2)); }
}

std::shared_ptr<StartQueue> StartQueue::shared()
{
    static std::mutex sharedMutex;
    static std::weak_ptr<StartQueue> known;
    const std::lock_guard lock (sharedMutex);
    auto queue = known.lock();

    if (! queue)
        known = queue = std::make_shared<StartQueue> (StartSlot::folderOfUser(), placesOfMachine());

    return queue;
}

StartQueue::StartQueue (std::string f, int p) : folder (std::move (f)), places (p) {}

std::unique_ptr<StartSlot> StartQueue::tryEnter (Clock::time_point now, Clock::duration waited)
{
    if (waited > longestWait)
        return StartSlot::tryTake ({}, 1);

    {
        const std::lock_guard lock (mutex);

        if (now < nextStart)
            return nullptr;
    }

    return StartSlot::tryTake (folder, places);
}

void StartQueue::succeeded()
{
    const std::lock_guard lock (mutex);
    backoff = {};
    nextStart = {};
}

void StartQueue::failed (Clock::time_point now)
{
    const std::lock_guard lock (mutex);
    nextStart = now + std::min (backoff.failed ({}), longestPause);
}

} // namespace tiller
