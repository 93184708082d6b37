#if defined (_WIN32)

#include "tiller/process/ChildProcess.h"
#include "tiller/process/StderrTail.h"
#include "tiller/process/windows/ChildSetup.h"
#include "tiller/process/windows/OverlappedPipe.h"
#include "tiller/process/windows/WaitableTimer.h"
#include "tiller/process/windows/WakeSource.h"

#include <algorithm>
#include <array>

namespace tiller
{

namespace
{
    /** An anonymous pipe from the child to us; neither end is inherited before `makeInheritable`. */
    PipeEnds makeStderrPipe()
    {
        HANDLE readEnd = nullptr, writeEnd = nullptr;
        return CreatePipe (&readEnd, &writeEnd, nullptr, pipeBytes) ? PipeEnds { Handle (readEnd), Handle (writeEnd) } : PipeEnds {};
    }

    void makeInheritable (const Handle& handle) { SetHandleInformation (handle.get(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT); }

    class WindowsProcess final : public ChildProcess
    {
    public:
        WindowsProcess (Handle p, Handle j, Handle in, Handle out, Handle err)
            : process (std::move (p)), job (std::move (j)), childErr (std::move (err)), childIn (std::move (in)), childOut (std::move (out))
        {
        }

        ~WindowsProcess() override { terminate(); }

        Readiness wait (bool toWrite, std::uint32_t microseconds, WakeSignal* wake) override
        {
            const auto state = [&]
            {
                if (childOut.hasEnded())
                    return Readiness::closed;

                return childOut.hasBytes() || (toWrite && childIn.isReady()) ? Readiness::ready : Readiness::timeout;
            };

            if (const auto now = state(); now != Readiness::timeout || microseconds == 0)
                return now;

            std::array<HANDLE, 4> events { childOut.event() };
            DWORD count = 1, milliseconds = (microseconds + 999) / 1000;

            if (toWrite)
                events[count++] = childIn.event();

            if (wake != nullptr && wake->source().event)
                events[count++] = wake->source().event.get();

            if (timer.start (microseconds))
            {
                events[count++] = timer.event();
                milliseconds = INFINITE;
            }

            WaitForMultipleObjects (count, events.data(), FALSE, milliseconds);
            return state();
        }

        std::ptrdiff_t read (std::uint8_t* target, std::size_t capacity) override { return childOut.read (target, capacity); }
        std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) override { return childIn.write (source, count); }

        std::string terminate() override
        {
            if (! process)
                return ending;

            childIn.close();
            // A process whose stdout has ended is about to end, and its exit code says why.
            const bool hadEnded = WaitForSingleObject (process.get(), childOut.hasEnded() ? 1000 : 0) == WAIT_OBJECT_0;
            DWORD code = 0;
            GetExitCodeProcess (process.get(), &code);
            ending = hadEnded ? "it ended with code " + std::to_string (code) : std::string ("it was ended");

            if (! hadEnded)
            {
                TerminateProcess (process.get(), 1);
                WaitForSingleObject (process.get(), INFINITE);
            }

            process.close();
            drainStderr();
            childOut.close();
            job.close();
            return ending;
        }

        /** The system tells the time that a thread has used, but not whether it waits for a processor: all silence counts. */
        ThreadActivity activity (std::uint32_t) const override { return {}; }

        /** A raised class ends no process, and the system lowers threads that wait for nothing. */
        RealtimeAnswer setRealtime (std::uint32_t, bool realtime) override
        {
            const bool done = SetPriorityClass (process.get(), realtime ? HIGH_PRIORITY_CLASS : NORMAL_PRIORITY_CLASS) != 0;
            return { done ? RealtimeAnswer::State::granted : RealtimeAnswer::State::refused, Milliseconds::max() };
        }

        std::optional<std::uint64_t> pauses (std::uint32_t) const override { return {}; }

        const std::string& stderrTail() override
        {
            drainStderr();
            return tail.text();
        }

    private:
        void drainStderr()
        {
            char piece[1024];
            DWORD available = 0, count = 0;

            while (PeekNamedPipe (childErr.get(), nullptr, 0, nullptr, &available, nullptr) && available > 0
                   && ReadFile (childErr.get(), piece, std::min (available, static_cast<DWORD> (sizeof (piece))), &count, nullptr))
                tail.append (piece, count);
        }

        Handle process, job, childErr;
        WaitableTimer timer;
        PipeWriter childIn;
        PipeReader childOut;
        StderrTail tail;
        std::string ending;
    };
}

std::unique_ptr<ChildProcess> ChildProcess::start (const CommandLine& command, OnHostDeath, std::string& error)
{
    auto in = PipeEnds::make (PIPE_ACCESS_OUTBOUND), out = PipeEnds::make (PIPE_ACCESS_INBOUND), err = makeStderrPipe();

    if (! in.ours || ! out.ours || ! err.ours)
    {
        error = "no pipe could be made: error " + std::to_string (GetLastError());
        return nullptr;
    }

    // The child inherits these three handles and no other of the host.
    HANDLE inherited[] { in.childs.get(), out.childs.get(), err.childs.get() };

    for (const auto* ends : { &in, &out, &err })
        makeInheritable (ends->childs);

    SIZE_T size = 0;
    InitializeProcThreadAttributeList (nullptr, 1, 0, &size);
    std::vector<std::uint8_t> storage (size);
    const auto attributes = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST> (storage.data());
    InitializeProcThreadAttributeList (attributes, 1, 0, &size);
    UpdateProcThreadAttribute (attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited, sizeof (inherited), nullptr, nullptr);

    STARTUPINFOEXW info {};
    info.StartupInfo.cb = sizeof (info);
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = in.childs.get();
    info.StartupInfo.hStdOutput = out.childs.get();
    info.StartupInfo.hStdError = err.childs.get();
    info.lpAttributeList = attributes;

    PROCESS_INFORMATION child {};
    auto line = quotedCommandLine (command);
    auto environment = childEnvironment();
    const DWORD flags = CREATE_NO_WINDOW | CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    const bool started = CreateProcessW (nullptr, line.data(), nullptr, nullptr, TRUE, flags, environment.data(), nullptr, &info.StartupInfo, &child) != 0;
    const auto code = GetLastError();
    DeleteProcThreadAttributeList (attributes);

    if (! started)
    {
        error = command[0] + " could not be started: error " + std::to_string (code);
        return nullptr;
    }

    // The job kills the child with the host, however the host ends.
    Handle job (CreateJobObjectW (nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits {};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    const bool isTied = SetInformationJobObject (job.get(), JobObjectExtendedLimitInformation, &limits, sizeof (limits)) != 0
                        && AssignProcessToJobObject (job.get(), child.hProcess) != 0;
    const auto jobError = GetLastError();

    if (isTied)
        ResumeThread (child.hThread);
    else
        TerminateProcess (child.hProcess, 1);

    CloseHandle (child.hThread);
    Handle childProcess (child.hProcess);

    if (! isTied)
    {
        // A child that outlives its host would hold its files, and nobody would end it.
        error = command[0] + " could not be tied to this program: error " + std::to_string (jobError);
        return nullptr;
    }

    return std::make_unique<WindowsProcess> (std::move (childProcess), std::move (job), std::move (in.ours), std::move (out.ours), std::move (err.ours));
}

} // namespace tiller

#endif
