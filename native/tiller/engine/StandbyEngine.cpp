#include "tiller/engine/StandbyEngine.h"

#include <map>
#include <string>

namespace tiller
{

using namespace std::chrono_literals;

namespace
{
    /** The engine that was just taken opens its model first. */
    constexpr auto afterTaking = 2s;
    /** How often what is ready is looked after. */
    constexpr auto period = 500ms;
}

std::shared_ptr<StandbyEngine> StandbyEngine::shared (const CommandLine& command)
{
    static std::mutex sharing;
    static std::map<CommandLine, std::weak_ptr<StandbyEngine>> all;
    const std::lock_guard lock (sharing);
    auto& known = all[command];
    auto standby = known.lock();

    if (! standby)
        known = standby = std::make_shared<StandbyEngine> (command);

    return standby;
}

StandbyEngine::StandbyEngine (CommandLine c) : command (std::move (c)), thread ([this] { run(); }) {}

StandbyEngine::~StandbyEngine()
{
    {
        const std::lock_guard lock (mutex);
        quitting = true;
    }

    wake.notify_all();
    thread.join();
}

void StandbyEngine::keepReady()
{
    if (wanted.exchange (true))
        return;

    // Under the lock, so that the thread is not just about to sleep.
    const std::lock_guard lock (mutex);
    wake.notify_all();
}

std::unique_ptr<ChildProcess> StandbyEngine::take()
{
    const std::lock_guard lock (mutex);
    nextStart = Clock::now() + afterTaking;

    if (ready && ready->wait (false, 0) == ChildProcess::Ready::ended)
        ready.reset();

    return std::move (ready);
}

void StandbyEngine::run()
{
    std::unique_lock lock (mutex);

    while (! quitting)
    {
        if (! wanted)
            wake.wait (lock, [this] { return wanted || quitting; });
        else
            tend (lock);
    }

    ready.reset();
}

void StandbyEngine::tend (std::unique_lock<std::mutex>& lock)
{
    const auto now = Clock::now();

    if (ready)
    {
        // Its words are read, or it would wait for that.
        ready->lastWords();

        if (ready->wait (false, 0) == ChildProcess::Ready::ended)
        {
            ready.reset();
            nextStart = now + backoff.failed (now - started);
        }
    }
    else if (now >= nextStart)
    {
        lock.unlock();
        std::string problem;
        auto child = ChildProcess::start (command, ChildProcess::Orphan::ended, problem);
        lock.lock();
        started = Clock::now();
        ready = std::move (child);

        if (! ready)
            nextStart = started + backoff.failed ({});
    }

    wake.wait_for (lock, period, [this] { return quitting; });
}

} // namespace tiller
