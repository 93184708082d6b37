#include "tiller/engine/StandbyProcess.h"

#include <map>
#include <string>

namespace tiller
{

using namespace std::chrono_literals;

namespace
{
    /** Delay before the next process is started: the one just taken needs the CPU to open its model. */
    constexpr auto startDelay = 2s;
    /** How often the process that is ready is checked. */
    constexpr auto checkPeriod = 500ms;
}

std::shared_ptr<StandbyProcess> StandbyProcess::shared (const CommandLine& command)
{
    static std::mutex sharedMutex;
    static std::map<CommandLine, std::weak_ptr<StandbyProcess>> processes;
    const std::lock_guard lock (sharedMutex);
    auto& known = processes[command];
    auto standby = known.lock();

    if (! standby)
        known = standby = std::make_shared<StandbyProcess> (command);

    return standby;
}

StandbyProcess::StandbyProcess (CommandLine c) : command (std::move (c)), starts (StartQueue::shared()), thread ([this] { run(); }) {}

StandbyProcess::~StandbyProcess()
{
    {
        const std::lock_guard lock (mutex);
        quitting = true;
    }

    wake.notify_all();
    thread.join();
}

void StandbyProcess::keepReady()
{
    if (wanted.exchange (true))
        return;

    // Under the lock: the thread must not be between its check and its wait.
    const std::lock_guard lock (mutex);
    wake.notify_all();
}

std::unique_ptr<ChildProcess> StandbyProcess::take()
{
    const std::lock_guard lock (mutex);
    nextStart = Clock::now() + startDelay;

    if (ready && ready->wait (false, 0) == ChildProcess::Readiness::closed)
        ready.reset();

    return std::move (ready);
}

void StandbyProcess::run()
{
    std::unique_lock lock (mutex);

    while (! quitting)
    {
        if (! wanted)
            wake.wait (lock, [this] { return wanted || quitting; });
        else
            maintain (lock);
    }

    ready.reset();
}

void StandbyProcess::maintain (std::unique_lock<std::mutex>& lock)
{
    const auto now = Clock::now();
    // It needs a processor until it has loaded its program, about as long as the period of this check.
    startSlot.reset();

    if (ready)
    {
        // Drains stderr, or the process would block once the pipe is full.
        ready->stderrTail();

        if (ready->wait (false, 0) == ChildProcess::Readiness::closed)
        {
            ready.reset();
            nextStart = now + backoff.failed (now - started);
        }
    }
    else if (now >= nextStart && (startSlot = starts->tryEnter (now, {})))
    {
        lock.unlock();
        std::string error;
        auto child = ChildProcess::start (command, ChildProcess::OnHostDeath::kill, error);
        lock.lock();
        started = Clock::now();
        ready = std::move (child);

        if (! ready)
            nextStart = started + backoff.failed ({});
    }

    wake.wait_for (lock, checkPeriod, [this] { return quitting; });
}

} // namespace tiller
