// Child processes, the watchdog and the delays between restarts.

#include "ChildFixture.h"
#include "CoreTests.h"
#include "ProcessInfo.h"

#include "tiller/engine/StartQueue.h"
#include "tiller/process/Backoff.h"
#include "tiller/process/ChildProcess.h"
#include "tiller/process/Watchdog.h"
#include "tiller/process/posix/LinuxProcesses.h"

#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

std::atomic<int> kills { 0 };
/** How many calls of this thread are interrupted by a signal from here on, of each kind. */
thread_local int interruptedWaits = 0, interruptedReads = 0, interruptedPolls = 0;

bool interrupts (int& left)
{
    if (left == 0)
        return false;

    --left;
    errno = EINTR;
    return true;
}

}

// These replace the C library's in this program.
extern "C"
{
int kill (pid_t pid, int signal) noexcept
{
    ++kills;
    return static_cast<int> (syscall (SYS_kill, pid, signal));
}

pid_t waitpid (pid_t pid, int* status, int options)
{
    return interrupts (interruptedWaits) ? -1 : static_cast<pid_t> (syscall (SYS_wait4, pid, status, options, nullptr));
}

ssize_t read (int descriptor, void* target, std::size_t capacity)
{
    return interrupts (interruptedReads) ? -1 : static_cast<ssize_t> (syscall (SYS_read, descriptor, target, capacity));
}

int ppoll (pollfd* descriptors, nfds_t count, const timespec* time, const sigset_t*)
{
    auto left = time != nullptr ? *time : timespec {};
    return interrupts (interruptedPolls) ? -1 : static_cast<int> (syscall (SYS_ppoll, descriptors, count, time != nullptr ? &left : nullptr, nullptr, 0));
}

int poll (pollfd* descriptors, nfds_t count, int milliseconds)
{
    const timespec time { milliseconds / 1000, milliseconds % 1000 * 1000000L };
    return ppoll (descriptors, count, milliseconds < 0 ? nullptr : &time, nullptr);
}
}

namespace tiller::test
{

namespace
{

using namespace std::chrono_literals;

ThreadActivity unknown() { return {}; }

void watchdogIgnoresTheTimeOfAStoppedHost()
{
    Watchdog watchdog;
    auto now = Clock::now();
    watchdog.restart (now);
    watchdog.advance (now += 1h, 50ms, unknown, unknown);
    CHECK (! watchdog.hasExpired (350ms), "an hour in a debugger was taken for silence of the engine");

    for (int i = 0; i < 40; ++i)
        watchdog.advance (now += 10ms, 50ms, unknown, unknown);

    CHECK (watchdog.hasExpired (350ms));
    CHECK (! watchdog.hasExpired (1s));
    watchdog.extendLimits (10s);
    CHECK (! watchdog.hasExpired (350ms));
    watchdog.extendLimits (0ms);
    watchdog.feed();
    CHECK (! watchdog.hasExpired (350ms));
    CHECK (watchdog.mainHasExpired (350ms), "data of one thread says nothing about the other");
    watchdog.feedMain (1);
    CHECK (! watchdog.mainHasExpired (350ms));
}

/** The watchdog counted the time in which the system let other processes run, and engines that started together were ended together. */
void anEngineWithoutAProcessorIsNotHung()
{
    using State = ThreadActivity::State;

    /** How long a thread that is silent for ten seconds counts as silent, where it uses this share of a processor. */
    const auto counted = [] (State state, bool othersRunnable, double threadShare, double processShare)
    {
        Silence silence;
        ThreadActivity activity { state, othersRunnable, 1h, 2h };

        for (int i = 0; i < 1000; ++i)
        {
            activity.threadTime += std::chrono::nanoseconds (static_cast<std::int64_t> (1e7 * threadShare));
            activity.processTime += std::chrono::nanoseconds (static_cast<std::int64_t> (1e7 * processShare));
            silence.advance (10ms, [&] { return activity; });
        }

        return std::chrono::duration<double> (silence.duration()).count();
    };
    const auto isAbout = [] (double seconds, double expected) { return std::abs (seconds - expected) < 0.1; };
    CHECK (isAbout (counted (State::runnable, false, 1.0, 1.0), 10.0), "it spins");
    CHECK (isAbout (counted (State::runnable, false, 0.1, 1.0), 1.0), "it got a tenth of a processor");
    CHECK (isAbout (counted (State::runnable, false, 0.0, 1.0), 0.0), "it got none");
    CHECK (isAbout (counted (State::waiting, false, 0.0, 0.0), 10.0), "it waits for what nobody does");
    CHECK (isAbout (counted (State::waiting, true, 0.0, 0.0), 0.0), "it waits for a thread that got no processor");
    CHECK (isAbout (counted (State::waiting, true, 0.0, 3.0), 10.0), "no more than the time that has passed");
    CHECK (isAbout (counted (State::onDisk, false, 0.0, 0.0), 0.0), "the disk is slow");
    CHECK (isAbout (counted (State::stopped, false, 0.0, 0.0), 10.0), "it was stopped");
    CHECK (isAbout (counted (State::unknown, false, 0.0, 0.0), 10.0), "the system does not tell");
}

#if defined (TILLER_LINUX_PROCESSES)
void theSystemTellsWhatAThreadDoes()
{
    using State = ThreadActivity::State;
    const auto sleeping = start ({ "/bin/sleep", "600" });
    CHECK (eventually (patience, [&] { return sleeping->activity (0).state == State::waiting; }));
    CHECK (! sleeping->activity (0).othersRunnable);

    const auto spinning = start ({ "/bin/sh", "-c", "while :; do :; done" });
    const auto pid = engineProcesses().at (1);
    CHECK (eventually (patience, [&] { return spinning->activity (0).threadTime > 50ms; }), "it used no processor time");
    const auto activity = spinning->activity (static_cast<std::uint32_t> (pid));
    CHECK (activity.state == State::runnable && activity.processTime >= activity.threadTime);
    kill (pid, SIGSTOP);
    CHECK (eventually (patience, [&] { return spinning->activity (0).state == State::stopped; }));
    CHECK (spinning->activity (1).state == State::unknown, "a thread of another process");
}
#endif

/** An empty folder of this test's own. */
std::string freshFolder()
{
    char name[] = "/tmp/tiller-slots-XXXXXX";
    CHECK (mkdtemp (name) != nullptr);
    return name;
}

void placesAreGivenBack()
{
    const auto folder = freshFolder();
    auto first = StartSlot::tryTake (folder, 2), second = StartSlot::tryTake (folder, 2);
    CHECK (first && second && ! StartSlot::tryTake (folder, 2));
    second.reset();
    second = StartSlot::tryTake (folder, 2);
    CHECK (second && ! StartSlot::tryTake (folder, 2));
    first.reset();
    second.reset();

    // Another host takes the only place, starts a process that goes on, and is killed.
    int ready[2];
    CHECK (pipe (ready) == 0);
    const pid_t host = fork();

    if (host == 0)
    {
        const auto taken = StartSlot::tryTake (folder, 1);
        std::string error;
        const auto child = ChildProcess::start ({ "/bin/sleep", "600" }, ChildProcess::OnHostDeath::kill, error);
        const char result = taken && child ? 'y' : 'n';
        (void) ! write (ready[1], &result, 1);
        pause();
        _exit (0);
    }

    char result = 0;
    CHECK (::read (ready[0], &result, 1) == 1 && result == 'y');
    CHECK (! StartSlot::tryTake (folder, 1), "two have one place");
    kill (host, SIGKILL);
    CHECK (eventually (patience, [&] { return StartSlot::tryTake (folder, 1) != nullptr; }), "the place of a process that has ended stayed taken");
    waitpid (host, nullptr, 0);
    close (ready[0]);
    close (ready[1]);

    // Where there can be no file an engine starts all the same.
    CHECK (StartSlot::tryTake ("/nowhere", 1) && StartSlot::tryTake ("/nowhere", 1));
    std::filesystem::remove_all (folder);
}

void failedStartsHoldUpTheNext()
{
    const auto folder = freshFolder();
    StartQueue queue (folder, 1);
    auto now = Clock::now();
    auto slot = queue.tryEnter (now, 0s);
    CHECK (slot && ! queue.tryEnter (now, 1s));
    CHECK (queue.tryEnter (now, 1min), "an engine waits for ever");
    slot.reset();

    // The first failure may be one instance's.
    queue.failed (now);
    CHECK (queue.tryEnter (now, 0s));
    Clock::duration longest {};

    for (int i = 0; i < 20; ++i)
    {
        queue.failed (now);
        const auto before = now;

        while (! queue.tryEnter (now, 0s))
            now += 10ms;

        CHECK (now - before >= longest, "the pauses do not grow");
        longest = now - before;
    }

    CHECK (longest >= 2s && longest <= 5s, "longest pause");
    queue.failed (now);
    CHECK (! queue.tryEnter (now, 0s));
    queue.succeeded();
    CHECK (queue.tryEnter (now, 0s));
    std::filesystem::remove_all (folder);
}

void backoffGrowsUntilALongRun()
{
    Backoff backoff;
    CHECK (backoff.failed (1s) == 0ms);
    CHECK (backoff.failed (1s) == 250ms);
    CHECK (backoff.failed (1s) == 500ms);
    auto longest = 0ms;

    for (int i = 0; i < 20; ++i)
        longest = backoff.failed (0s);

    CHECK (longest == 32000ms, longest.count());
    CHECK (backoff.failed (11s) == 0ms, "a long run did not end the row of failures");
}

/** A host may collect all children itself: the process id may then be another process's. */
void aChildThatTheHostCollectedIsNotKilled()
{
    const auto before = std::signal (SIGCHLD, SIG_IGN);
    const auto child = start ({ "/bin/true" });
    CHECK (hasClosed (*child));
    CHECK (eventually (patience, [] { return engineProcesses().empty(); }));
    kills = 0;
    const auto ending = child->terminate();
    std::signal (SIGCHLD, before);
    CHECK_EQUAL (kills.load(), 0);
    CHECK_EQUAL (ending, std::string ("it was collected by the host"));
}

/** An interrupted waitpid was taken for a child that the host has collected: it went on as a process without an owner. */
void anInterruptedCallIsRepeated()
{
    auto child = start ({ "/bin/sh", "-c", "echo output; echo error >&2; exec sleep 600" });
    std::uint8_t bytes[64];
    interruptedPolls = 3;
    CHECK (eventually (patience, [&] { return child->wait (false, 1000) == ChildProcess::Readiness::ready; }));
    interruptedReads = 3;
    CHECK_EQUAL (child->read (bytes, sizeof (bytes)), std::ptrdiff_t { 7 });
    CHECK (eventually (patience, [&] { interruptedReads = 3; return child->stderrTail() == "error\n"; }), child->stderrTail());
    CHECK_EQUAL (interruptedReads, 0);

    const auto pid = engineProcesses().at (0);
    interruptedWaits = 3;
    CHECK_EQUAL (child->terminate(), std::string ("it was ended"));
    CHECK_EQUAL (interruptedWaits, 0);
    CHECK_EQUAL (static_cast<int> (processInfo (pid).state), 0);

    // One that has ended by itself.
    child = start ({ "/bin/sh", "-c", "exit 7" });
    CHECK (hasClosed (*child));
    const auto ended = engineProcesses();
    CHECK (ended.empty() || eventually (patience, [] { return engineProcesses().empty(); }));
    interruptedWaits = 2;
    CHECK_EQUAL (child->terminate(), std::string ("it ended with code 7"));

    // One that cannot be started is collected, too, by posix_spawn where that starts it.
    std::string error;
   #if defined (TILLER_LINUX_PROCESSES)
    interruptedWaits = 1;
   #endif
    CHECK (ChildProcess::start ({ "/nowhere" }, ChildProcess::OnHostDeath::survive, error) == nullptr);
    CHECK_EQUAL (interruptedWaits, 0);
    CHECK (waitpid (-1, nullptr, WNOHANG) == -1 && errno == ECHILD, "a process was not collected");
}

/** A wait that is interrupted lasts as long as it should, and no longer. */
void anInterruptedWaitKeepsItsTime()
{
    const auto child = start ({ "/bin/sleep", "600" });
    interruptedPolls = 5;
    const auto begin = Clock::now();
    CHECK (child->wait (false, 20000) == ChildProcess::Readiness::timeout);
    CHECK (Clock::now() - begin >= 20ms, "the wait ended early");
    CHECK_EQUAL (interruptedPolls, 0);
}

/** A signal that is set before the wait ends it, too, and only one. */
void aWakeSignalEndsAWait()
{
    const auto child = start ({ "/bin/sleep", "600" });
    const std::chrono::seconds longest { static_cast<int> (patience) };
    const auto microseconds = static_cast<std::uint32_t> (std::chrono::microseconds (longest).count());
    WakeSignal signal;
    const auto begin = Clock::now();
    signal.set();
    signal.set();
    CHECK (child->wait (false, microseconds, &signal) == ChildProcess::Readiness::timeout);
    CHECK (Clock::now() - begin < longest, "a signal that was set before did not end the wait");
    const auto again = Clock::now();
    CHECK (child->wait (false, 20000, &signal) == ChildProcess::Readiness::timeout);
    CHECK (Clock::now() - again >= 20ms, "a signal ended two waits");
    std::thread other ([&] { signal.set(); });
    CHECK (child->wait (false, microseconds, &signal) == ChildProcess::Readiness::timeout);
    CHECK (Clock::now() - again < longest, "another thread's signal did not end the wait");
    other.join();
}

/** What the child has written is told, though a signal came at the same time. */
void aWakeSignalHidesNoData()
{
    const auto child = start ({ "/bin/sh", "-c", "echo; exec sleep 600" });
    CHECK (eventually (patience, [&] { return child->wait (false, 1000) == ChildProcess::Readiness::ready; }));
    WakeSignal signal;
    signal.set();
    CHECK (child->wait (false, 1000, &signal) == ChildProcess::Readiness::ready);
}

} // namespace

void addProcessTests (Suite& suite)
{
    suite.add ("the watchdog ignores the time of a stopped host", watchdogIgnoresTheTimeOfAStoppedHost);
    suite.add ("an engine without a processor is not hung", anEngineWithoutAProcessorIsNotHung);
   #if defined (TILLER_LINUX_PROCESSES)
    suite.add ("the system tells what a thread does", theSystemTellsWhatAThreadDoes);
   #endif
    suite.add ("a wake signal ends a wait", aWakeSignalEndsAWait);
    suite.add ("a wake signal hides no data", aWakeSignalHidesNoData);
    suite.add ("places are given back", placesAreGivenBack);
    suite.add ("failed starts hold up the next", failedStartsHoldUpTheNext);
    suite.add ("the backoff grows until a long run", backoffGrowsUntilALongRun);
    suite.add ("a child that the host collected is not killed", aChildThatTheHostCollectedIsNotKilled);
    suite.add ("an interrupted system call is repeated", anInterruptedCallIsRepeated);
    suite.add ("an interrupted wait keeps its time", anInterruptedWaitKeepsItsTime);
}

} // namespace tiller::test
