#pragma once

#include "tiller/process/ChildProcess.h"
#include "tiller/process/Watch.h"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace tiller
{

/**
    One engine that has loaded its program but no model, for all instances in this process: the next one that is needed
    only has to open its model. Costs the memory of an idle Node. [any-thread] but the audio thread, unless said otherwise
*/
class StandbyEngine
{
public:
    /** The one that instances in this process share for this program; it ends with the last of them. */
    static std::shared_ptr<StandbyEngine> shared (const CommandLine&);

    explicit StandbyEngine (CommandLine);

    /** Ends what is ready. */
    ~StandbyEngine();

    /** An engine plays: keep another ready from now on. Returns at once. */
    void keepReady();

    /** Hands over the engine that is ready, or nothing; the next is started a little later. Never waits for one. */
    std::unique_ptr<ChildProcess> take();

private:
    void run();
    void tend (std::unique_lock<std::mutex>&);

    const CommandLine command;
    std::mutex mutex;
    std::condition_variable wake;
    std::atomic<bool> wanted { false };
    bool quitting = false;
    std::unique_ptr<ChildProcess> ready;
    Backoff backoff;
    Clock::time_point started {}, nextStart {};
    std::thread thread;               ///< lives as long as what it starts: see `spawn`
};

} // namespace tiller
