// Many instances in one host on a busy machine: when each is heard, and how much of the track is dry afterwards. Measured, not judged.

#include "EngineFixture.h"
#include "ProcessInfo.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

namespace tiller::test
{

namespace
{

using Clock = std::chrono::steady_clock;

/** Longest time for the engines to start, in seconds. */
constexpr double longestStart = 120.0;

/** Threads that compute without a pause, as other programs do. */
class OtherPrograms
{
public:
    explicit OtherPrograms (int count)
    {
        for (int i = 0; i < count; ++i)
            threads.emplace_back ([this] { while (! quitting.load (std::memory_order_relaxed)) {} });
    }

    ~OtherPrograms()
    {
        quitting.store (true);

        for (auto& thread : threads)
            thread.join();
    }

private:
    std::atomic<bool> quitting { false };
    std::vector<std::thread> threads;
};

struct Instance
{
    Vst3Instance plugin { bundle };
    Audio output;
    double heardAfter = -1.0;       ///< seconds after the first block
    long blocks = 0, dryBlocks = 0; ///< after all were heard
};

} // namespace

int measureInstances (int count, int otherPrograms, double seconds)
{
    const StreamSetup setup { 48000.0, 512, 2, 2, false };
    const float constant = 0.25f;
    const Audio input (2, std::vector<float> (512, constant));
    std::vector<std::unique_ptr<Instance>> instances;

    for (int i = 0; i < count; ++i)
        instances.push_back (std::make_unique<Instance>());

    for (auto& instance : instances)
    {
        instance->output = input;
        instance->plugin.activate (setup);
    }

    const OtherPrograms others (otherPrograms);
    const auto block = std::chrono::duration_cast<Clock::duration> (std::chrono::duration<double> (512.0 / 48000.0));
    const auto start = Clock::now();
    const auto elapsed = [start] { return std::chrono::duration<double> (Clock::now() - start).count(); };
    std::set<pid_t> engines;
    double allHeard = -1.0;
    int heard = 0;

    for (auto due = start; elapsed() < (allHeard < 0.0 ? longestStart : allHeard + seconds); due = std::max (due + block, Clock::now() - block))
    {
        std::this_thread::sleep_until (due);

        for (auto& instance : instances)
        {
            instance->plugin.process (input, instance->output, 0, 512);
            // The output of a model for a constant is never that constant, nor silence, which is heard until the latency is filled up.
            const float last = instance->output[0].back();
            const bool dry = last == 0.0f || std::abs (last - constant) < 1e-6f;

            if (allHeard >= 0.0)
            {
                ++instance->blocks;
                instance->dryBlocks += dry ? 1 : 0;
            }
            else if (! dry && instance->heardAfter < 0.0)
            {
                instance->heardAfter = elapsed();
                allHeard = ++heard == count ? elapsed() : -1.0;
            }
        }

        for (const auto pid : engineProcesses())
            engines.insert (pid);
    }

    std::vector<double> heardAfter;
    long blocks = 0, dryBlocks = 0;

    for (const auto& instance : instances)
    {
        heardAfter.push_back (instance->heardAfter < 0.0 ? longestStart : instance->heardAfter);
        blocks += instance->blocks;
        dryBlocks += instance->dryBlocks;
    }

    std::sort (heardAfter.begin(), heardAfter.end());
    const auto replaced = static_cast<long> (engines.size()) - static_cast<long> (engineProcesses().size());
    std::printf ("     %d instances beside %d programs: %d heard, half after %.2f s, all after %.2f s; %ld of %ld blocks dry; %ld engines ended\n", count,
                 otherPrograms, heard, heardAfter[heardAfter.size() / 2], heardAfter.back(), dryBlocks, blocks, replaced);
    std::fflush (stdout);
    return 0;
}

} // namespace tiller::test
