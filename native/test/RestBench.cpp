// How often an instance that does nothing wakes the processor: its engine, and its threads in the host. Measured, not judged.

#include "EngineFixture.h"
#include "ProcessInfo.h"

#include <chrono>
#include <filesystem>
#include <thread>

namespace tiller::test
{

namespace
{

/** The thread of the plugin that talks to the engine. JUCE has one of its own in hosts without a run loop, as this one, which looks for messages each millisecond. */
const std::string link = "tiller-link";

/** How often the threads of a process have waited for something so far: all, or those of a name. */
long waitsOf (pid_t pid, const std::string& only = {})
{
    long waits = 0;

    for (const auto& task : std::filesystem::directory_iterator ("/proc/" + std::to_string (pid) + "/task"))
    {
        std::string threadName;
        std::ifstream (task.path() / "comm") >> threadName;

        if (! only.empty() && threadName != only)
            continue;

        std::ifstream status (task.path() / "status");
        const std::string name = "voluntary_ctxt_switches:";

        for (std::string line; std::getline (status, line);)
            if (line.rfind (name, 0) == 0)
                waits += std::atol (line.c_str() + name.size());
    }

    return waits;
}

void measure (const char* state, double seconds)
{
    // What has just happened has an end of its own.
    std::this_thread::sleep_for (std::chrono::seconds (6));
    const auto engine = engineProcesses().front();
    const long engineBefore = waitsOf (engine), linkBefore = waitsOf (getpid(), link);
    std::this_thread::sleep_for (std::chrono::duration<double> (seconds));
    std::printf ("     %s: engine %.1f, its link %.1f wake-ups a second\n", state, (waitsOf (engine) - engineBefore) / seconds,
                 (waitsOf (getpid(), link) - linkBefore) / seconds);
    std::fflush (stdout);
}

} // namespace

int measureRest (double seconds)
{
    const StreamSetup setup { 48000.0, 512, 2, 2, false };
    Vst3Instance plugin { bundle };
    plugin.activate (setup);
    measure ("active, without blocks", seconds);
    plugin.deactivate();
    measure ("not active", seconds);
    return 0;
}

} // namespace tiller::test
