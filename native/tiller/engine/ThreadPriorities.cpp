#include "tiller/engine/ThreadPriorities.h"

#include <algorithm>

namespace tiller
{

namespace
{
    /** More models than these are never open at once: the one that plays, the next, and one that is closing. */
    constexpr std::size_t mostModels = 8;
}

void ThreadPriorities::restart() noexcept
{
    policy.restart();
    stream = {};
    models.clear();
    longestRun = {};
    nextUpdate = {};
    isRefused = false;
}

void ThreadPriorities::addModelThread (std::uint32_t thread)
{
    if (models.size() == mostModels)
        models.erase (models.begin());

    models.push_back ({ thread, false });
}

EnginePriority ThreadPriorities::update (ChildProcess& process, Clock::time_point now, bool live, bool keepsUp)
{
    const auto present = [this] { return isRefused ? EnginePriority::refused : stream.isRaised ? EnginePriority::realtime : EnginePriority::normal; };

    if (stream.number == 0 || now < nextUpdate)
        return present();

    nextUpdate = now + RealtimePolicy::interval;
    const auto pauses = stream.isRaised ? process.pauses (stream.number) : std::nullopt;
    const bool raised = policy.update ({ now, live, keepsUp, pauses, longestRun }) && ! isRefused;
    isRefused = isRefused || apply (process, stream, raised, longestRun) == RealtimeAnswer::State::refused;

    // Models that were closed have ended their threads.
    const auto hasEnded = [&] (Thread& model)
    {
        Milliseconds ignored {};
        return apply (process, model, stream.isRaised, ignored) == RealtimeAnswer::State::refused;
    };
    models.erase (std::remove_if (models.begin(), models.end(), hasEnded), models.end());
    return present();
}

RealtimeAnswer::State ThreadPriorities::apply (ChildProcess& process, Thread& thread, bool raised, Milliseconds& longestRun)
{
    if (thread.isRaised == raised)
        return RealtimeAnswer::State::granted;

    const auto answer = process.setRealtime (thread.number, raised);

    if (answer.state == RealtimeAnswer::State::granted)
    {
        thread.isRaised = raised;
        longestRun = raised ? answer.longestRun : longestRun;
    }

    return answer.state;
}

} // namespace tiller
