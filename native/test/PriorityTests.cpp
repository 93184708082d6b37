// Which threads of an engine get the priority of audio threads, and when.

#include "ChildFixture.h"
#include "CoreTests.h"
#include "ProcessInfo.h"
#include "SupervisorFixture.h"
#include "TestSystem.h"

#include "tiller/engine/RealtimePolicy.h"
#include "tiller/engine/ThreadPriorities.h"
#include "tiller/process/OwnThreadPriority.h"
#include "tiller/process/posix/LinuxProcesses.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <sched.h>
#include <thread>

namespace tiller::test
{

namespace
{

using namespace std::chrono_literals;

//==============================================================================
/** A policy on a clock of its own, asked every `interval`. */
struct PolicyFixture
{
    RealtimePolicy policy;
    Clock::time_point now { 1h };
    std::uint64_t pauses = 0;

    /** For how long of `time` the thread has the priority, where it waits between its blocks or not. */
    Clock::duration raised (Clock::duration time, bool live, bool keepsUp, bool waits = true)
    {
        Clock::duration sum {};

        for (const auto end = now + time; now < end; now += RealtimePolicy::interval)
        {
            pauses += waits ? 3 : 0;
            sum += policy.update ({ now, live, keepsUp, pauses, 400ms }) ? RealtimePolicy::interval : Milliseconds { 0 };
        }

        return sum;
    }
};

void anEngineThatKeepsUpIsRaised()
{
    PolicyFixture fixture;
    CHECK (fixture.raised (10s, true, true) == 10s);
    CHECK (fixture.raised (10s, false, true) == 0s, "without a deadline");
    CHECK (fixture.raised (10s, true, true) == 10s);
    CHECK (fixture.raised (600ms, true, false) == 600ms, "a moment of lateness is when the priority is needed");
}

/** Beside other programs an engine never kept up at ordinary priority, and was never raised because it did not. */
void aTrialFindsWhetherThePriorityHelps()
{
    PolicyFixture fixture;
    const auto first = fixture.raised (5s, true, false);
    CHECK (first > 0s && first <= RealtimePolicy::trialTime + RealtimePolicy::interval);
    // Too slow with the priority, too: it takes little from the rest.
    CHECK (fixture.raised (100s, true, false) <= 12s);

    PolicyFixture helped;
    CHECK (helped.raised (200ms, true, false) == 200ms);
    CHECK (helped.raised (10s, true, true) == 10s, "it keeps up with the priority, and keeps that");
}

/** A host that renders without saying so could have its engine ended by the system, for computing for a second without a pause. */
void aThreadThatNeverWaitsLosesThePriority()
{
    PolicyFixture fixture;
    const auto first = fixture.raised (2s, true, true, false);
    CHECK (first > 0s && first <= 500ms, "it would be ended after a second");
    CHECK (fixture.raised (3s, true, true, false) == 0s);
    CHECK (fixture.raised (60s, true, true, false) <= 6s);
    CHECK (fixture.raised (60s, true, true) >= 54s, "it waits again, and gets it back");
}

//==============================================================================
/** Whether the system lets this process have real-time threads. */
bool mayBeRealtime()
{
    sched_param wanted {}, normal {};
    wanted.sched_priority = 5;
    const bool allowed = sched_setscheduler (0, SCHED_RR, &wanted) == 0;
    sched_setscheduler (0, SCHED_OTHER, &normal);
    return allowed;
}

#if defined (TILLER_LINUX_PROCESSES)
/** How a request ends. Without a RealtimeKit it is refused. */
RealtimeAnswer::State ask (ChildProcess& child, std::uint32_t thread, bool realtime)
{
    auto state = RealtimeAnswer::State::pending;
    CHECK (eventually (patience, [&] { return (state = child.setRealtime (thread, realtime).state) != RealtimeAnswer::State::pending; }), "no answer");
    return state;
}

void aThreadGetsThePriorityOfAudio()
{
    using State = RealtimeAnswer::State;
    const auto child = start ({ "/bin/sleep", "600" });
    const auto pid = engineProcesses().at (0);
    const auto thread = static_cast<std::uint32_t> (pid);
    CHECK (ask (*child, static_cast<std::uint32_t> (getpid()), true) == State::refused, "a thread of another process was raised");
    CHECK_EQUAL (sched_getscheduler (getpid()), SCHED_OTHER);
    CHECK (ask (*child, 0, true) == State::refused);

    if (! mayBeRealtime())
    {
        std::printf ("     this system allows no real-time threads: the rest was not tried\n");
        return;
    }

    CHECK (ask (*child, thread, true) == State::granted);
    CHECK_EQUAL (sched_getscheduler (pid), SCHED_RR | SCHED_RESET_ON_FORK);
    CHECK (ask (*child, thread, false) == State::granted);
    // Without that flag the change is refused to users who have no right to real-time threads.
    CHECK_EQUAL (sched_getscheduler (pid), SCHED_OTHER | SCHED_RESET_ON_FORK);

    // It must not freeze the machine.
    const auto spinning = start ({ "/bin/sh", "-c", "while :; do :; done" });
    const auto spinningPid = engineProcesses().at (1);
    CHECK (ask (*spinning, static_cast<std::uint32_t> (spinningPid), true) == State::granted);
    // Its pipes are closed before it can be collected.
    CHECK (eventually (patience, [&] { return processInfo (spinningPid).state == 'Z'; }), "it spins for ever");
    CHECK (spinning->terminate().find ("ended by signal") != std::string::npos);
}
#endif

/** The policies of this process' threads, by their numbers in the system. */
std::map<int, int> ownPolicies()
{
    std::map<int, int> policies;

    for (const auto& task : std::filesystem::directory_iterator ("/proc/self/task"))
    {
        const int thread = std::atoi (task.path().filename().c_str());
        policies[thread] = sched_getscheduler (thread);
    }

    return policies;
}

void theOwnThreadGetsThePriorityOfAudio()
{
    if (! mayBeRealtime())
    {
        std::printf ("     this system allows no real-time threads: not tried\n");
        return;
    }

    bool raised = false, stillRaised = true;
    int policyRaised = -1, policyOfChild = -1, policyAfter = -1;
    std::thread ([&]
    {
        OwnThreadPriority priority;
        raised = priority.setRealtime (true) && priority.setRealtime (true);
        policyRaised = sched_getscheduler (0);
        const auto child = start ({ "/bin/sleep", "600" });
        policyOfChild = sched_getscheduler (engineProcesses().at (0));
        stillRaised = priority.setRealtime (false);
        policyAfter = sched_getscheduler (0);
    }).join();
    CHECK (raised && ! stillRaised);
    CHECK_EQUAL (policyRaised, SCHED_RR | SCHED_RESET_ON_FORK);
    CHECK_EQUAL (policyOfChild, SCHED_OTHER);
    CHECK_EQUAL (policyAfter, SCHED_OTHER | SCHED_RESET_ON_FORK);
}

/** Regression: blocks waited for it behind the threads of other programs, however early the engine had answered. */
void theIoThreadHasThePriorityOfAudioWhileItPlaysLive()
{
    if (! mayBeRealtime())
    {
        std::printf ("     this system allows no real-time threads: not tried\n");
        return;
    }

    SupervisorFixture fixture;
    const auto becomes = [&] (bool offline, bool raised)
    {
        return eventually (patience, [&]
        {
            fixture.play (std::vector<float> (SupervisorFixture::blockSize, 0.1f), offline);
            const auto policies = ownPolicies();
            return raised == std::any_of (policies.begin(), policies.end(), [] (const auto& p) { return p.second == (SCHED_RR | SCHED_RESET_ON_FORK); });
        });
    };
    CHECK (becomes (false, true), "it stays an ordinary thread");
    CHECK (becomes (true, false), "it keeps the priority offline");
    CHECK (becomes (false, true), "it stays an ordinary thread after a render");
}

#if defined (TILLER_LINUX_PROCESSES)
void pausesAreCounted()
{
    const auto pausing = start ({ "/bin/sh", "-c", "while :; do sleep 0.01; done" });
    const auto thread = static_cast<std::uint32_t> (engineProcesses().at (0));
    const auto before = pausing->pauses (thread);
    CHECK (before && eventually (patience, [&] { return pausing->pauses (thread) > before; }), "it waits, and that is not counted");
    CHECK (! pausing->pauses (1), "a thread of another process");
}
#endif

//==============================================================================
/** A child that notes what it is asked for. */
class NotingProcess final : public ChildProcess
{
public:
    Readiness wait (bool, std::uint32_t, WakeSignal*) override { return Readiness::timeout; }
    std::ptrdiff_t read (std::uint8_t*, std::size_t) override { return 0; }
    std::ptrdiff_t write (const std::uint8_t*, std::size_t) override { return 0; }
    std::string terminate() override { return {}; }
    ThreadActivity activity (std::uint32_t) const override { return {}; }
    const std::string& stderrTail() override { return nothing; }
    std::optional<std::uint64_t> pauses (std::uint32_t) const override { return {}; }

    RealtimeAnswer setRealtime (std::uint32_t thread, bool realtime) override
    {
        if (answer == RealtimeAnswer::State::granted && threads.count (thread) > 0)
            threads[thread] = realtime;

        return { threads.count (thread) > 0 ? answer : RealtimeAnswer::State::refused, 400ms };
    }

    std::map<std::uint32_t, bool> threads;
    RealtimeAnswer::State answer = RealtimeAnswer::State::granted;

private:
    const std::string nothing;
};

/** The streaming thread waited in every block for a recalled model's thread, which was an ordinary one. */
void theThreadsOfModelsFollowTheStreamingThread()
{
    NotingProcess process;
    ThreadPriorities priorities;
    process.threads = { { 7, false }, { 8, false } };
    Clock::time_point now { 1h };
    const auto update = [&] (bool live) { return priorities.update (process, now += RealtimePolicy::interval, live, true); };
    CHECK (update (true) == EnginePriority::normal, "no thread is known");
    priorities.setStreamThread (7);
    priorities.addModelThread (8);
    CHECK (update (true) == EnginePriority::realtime);
    CHECK (process.threads[7] && process.threads[8]);

    // Another model; the thread of the first has ended.
    process.threads = { { 7, true }, { 9, false } };
    priorities.addModelThread (9);
    CHECK (update (true) == EnginePriority::realtime);
    CHECK (process.threads[9]);
    CHECK (update (false) == EnginePriority::normal);
    CHECK (! process.threads[7] && ! process.threads[9]);

    // The system takes its time, and then refuses.
    process.answer = RealtimeAnswer::State::pending;
    CHECK (update (true) == EnginePriority::normal);
    process.answer = RealtimeAnswer::State::refused;
    CHECK (update (true) == EnginePriority::refused);
    process.answer = RealtimeAnswer::State::granted;
    CHECK (update (true) == EnginePriority::refused, "it asks for ever");
    CHECK (! process.threads[7]);
}

} // namespace

void addPriorityTests (Suite& suite)
{
    suite.add ("an engine that keeps up is raised", anEngineThatKeepsUpIsRaised);
    suite.add ("a trial finds whether the priority helps", aTrialFindsWhetherThePriorityHelps);
    suite.add ("a thread that never waits loses the priority", aThreadThatNeverWaitsLosesThePriority);
    suite.add ("the own thread gets the priority of audio", theOwnThreadGetsThePriorityOfAudio);
    suite.add ("the I/O thread has the priority of audio while it plays live", theIoThreadHasThePriorityOfAudioWhileItPlaysLive);
    suite.add ("the threads of models follow the streaming thread", theThreadsOfModelsFollowTheStreamingThread);
   #if defined (TILLER_LINUX_PROCESSES)
    suite.add ("a thread gets the priority of audio", aThreadGetsThePriorityOfAudio);
    suite.add ("pauses are counted", pausesAreCounted);
   #endif
}

} // namespace tiller::test
