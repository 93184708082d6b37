#pragma once

#include "tiller/engine/StartQueue.h"
#include "tiller/process/Backoff.h"
#include "tiller/process/ChildProcess.h"
#include "tiller/process/Clock.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace tiller
{

/**
    One engine process that has loaded its program but no model, shared by all instances in this host process: the next engine
    that is needed only has to open its model. It costs the memory of an idle Node. [any-thread] but the audio thread
*/
class StandbyProcess
{
public:
    /** The one that all instances in this process share for this command; it exists as long as somebody holds it. */
    static std::shared_ptr<StandbyProcess> shared (const CommandLine&);

    explicit StandbyProcess (CommandLine);

    /** Terminates the process that is ready, if there is one. */
    ~StandbyProcess();

    /** An engine plays: from now on one process shall be ready. Returns at once. */
    void keepReady();

    /** Hands over the process that is ready, or null; the next one is started two seconds later. Never waits for one. */
    std::unique_ptr<ChildProcess> take();

private:
    void run();
    void maintain (std::unique_lock<std::mutex>&);

    const CommandLine command;
    const std::shared_ptr<StartQueue> starts;
    std::mutex mutex;
    std::condition_variable wake;
    std::atomic<bool> wanted { false };
    bool quitting = false;
    std::unique_ptr<ChildProcess> ready;
    std::unique_ptr<StartSlot> startSlot;
    Backoff backoff;
    Clock::time_point started {}, nextStart {};
    std::thread thread;               ///< runs as long as what it starts: see `spawnChild`
};

} // namespace tiller
