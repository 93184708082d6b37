// Child processes, the watchdog and the delays between restarts.

#include "CoreTests.h"
#include "ProcessInfo.h"

#include "tiller/process/Backoff.h"
#include "tiller/process/ChildProcess.h"
#include "tiller/process/Watchdog.h"

#include <atomic>
#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

std::atomic<int> kills { 0 };
}

/** Replaces the C library's in this program. */
extern "C" int kill (pid_t pid, int signal) noexcept
{
    ++kills;
    return static_cast<int> (syscall (SYS_kill, pid, signal));
}

namespace tiller::test
{

namespace
{

using namespace std::chrono_literals;

std::unique_ptr<ChildProcess> start (const CommandLine& command)
{
    std::string error;
    auto child = ChildProcess::start (command, ChildProcess::OnHostDeath::survive, error);
    CHECK (child != nullptr, error);
    return child;
}

bool hasClosed (ChildProcess& child)
{
    return eventually (patience, [&] { return child.wait (false, 1000) == ChildProcess::Readiness::closed; });
}

void watchdogIgnoresTheTimeOfAStoppedHost()
{
    Watchdog watchdog;
    auto now = Clock::now();
    watchdog.restart (now);
    watchdog.advance (now += 1h);
    CHECK (! watchdog.hasExpired (350ms), "an hour in a debugger was taken for silence of the engine");

    for (int i = 0; i < 40; ++i)
        watchdog.advance (now += 10ms);

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

} // namespace

void addProcessTests (Suite& suite)
{
    suite.add ("the watchdog ignores the time of a stopped host", watchdogIgnoresTheTimeOfAStoppedHost);
    suite.add ("the backoff grows until a long run", backoffGrowsUntilALongRun);
    suite.add ("a child that the host collected is not killed", aChildThatTheHostCollectedIsNotKilled);
}

} // namespace tiller::test
