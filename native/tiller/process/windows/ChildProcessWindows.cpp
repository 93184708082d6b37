#if defined (_WIN32)

#include "tiller/process/ChildProcess.h"
#include "tiller/process/StderrTail.h"

#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <algorithm>

namespace tiller
{

namespace
{
    /** Capacity of each pipe: room for audio. */
    constexpr DWORD pipeBytes = 1 << 20;

    /** An open handle that is closed with its object; null for none. */
    class Handle
    {
    public:
        Handle() = default;
        explicit Handle (HANDLE h) : handle (h) {}
        Handle (Handle&& other) noexcept : handle (other.release()) {}
        Handle& operator= (Handle&& other) noexcept { close(); handle = other.release(); return *this; }
        ~Handle() { close(); }

        HANDLE get() const noexcept { return handle; }
        HANDLE release() noexcept { const auto h = handle; handle = nullptr; return h; }
        void close() noexcept { if (handle != nullptr) CloseHandle (handle); handle = nullptr; }

    private:
        HANDLE handle = nullptr;
    };

    /** Neither end is inherited before `makeInheritable`. */
    bool makePipe (Handle& readEnd, Handle& writeEnd)
    {
        HANDLE r = nullptr, w = nullptr;

        if (! CreatePipe (&r, &w, nullptr, pipeBytes))
            return false;

        readEnd = Handle (r);
        writeEnd = Handle (w);
        return true;
    }

    void makeInheritable (const Handle& handle) { SetHandleInformation (handle.get(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT); }

    std::wstring wide (const std::string& text)
    {
        const int length = MultiByteToWideChar (CP_UTF8, 0, text.data(), static_cast<int> (text.size()), nullptr, 0);
        std::wstring result (static_cast<std::size_t> (length), L' ');
        MultiByteToWideChar (CP_UTF8, 0, text.data(), static_cast<int> (text.size()), result.data(), length);
        return result;
    }

    /** Quotes every argument: paths contain no quotes on Windows, and none of our arguments ends with a backslash. */
    std::wstring commandLine (const CommandLine& command)
    {
        std::wstring line;

        for (const auto& argument : command)
            line += (line.empty() ? L"\"" : L" \"") + wide (argument) + L"\"";

        return line;
    }

    class WindowsProcess final : public ChildProcess
    {
    public:
        WindowsProcess (Handle p, Handle j, Handle in, Handle out, Handle err)
            : process (std::move (p)), job (std::move (j)), childIn (std::move (in)), childOut (std::move (out)), childErr (std::move (err))
        {
            // Writes take only what fits; reads look first how much there is.
            DWORD mode = PIPE_READMODE_BYTE | PIPE_NOWAIT;
            SetNamedPipeHandleState (childIn.get(), &mode, nullptr, nullptr);
        }

        ~WindowsProcess() override { terminate(); }

        /** Anonymous pipes cannot be waited for: polls every millisecond. */
        Readiness wait (bool toWrite, std::uint32_t microseconds) override
        {
            const DWORD polls = std::max<DWORD> (1, microseconds / 1000);

            for (DWORD poll = 0; poll < polls; ++poll)
            {
                DWORD available = 0;

                if (! PeekNamedPipe (childOut.get(), nullptr, 0, nullptr, &available, nullptr))
                    return Readiness::closed;

                if (available > 0 || (toWrite && poll > 0))
                    return Readiness::ready;

                Sleep (1);
            }

            return Readiness::timeout;
        }

        std::ptrdiff_t read (std::uint8_t* target, std::size_t room) override { return readFrom (childOut, target, room); }

        std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) override
        {
            DWORD written = 0;
            const auto piece = static_cast<DWORD> (std::min<std::size_t> (count, 32 * 1024));
            return WriteFile (childIn.get(), source, piece, &written, nullptr) ? static_cast<std::ptrdiff_t> (written) : -1;
        }

        std::string terminate() override
        {
            if (process.get() == nullptr)
                return ending;

            childIn.close();
            const bool hadEnded = WaitForSingleObject (process.get(), 0) == WAIT_OBJECT_0;
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

        bool setRealtime (std::uint32_t, bool realtime) override
        {
            return SetPriorityClass (process.get(), realtime ? HIGH_PRIORITY_CLASS : NORMAL_PRIORITY_CLASS) != 0;
        }

        const std::string& stderrTail() override
        {
            drainStderr();
            return tail.text();
        }

    private:
        static std::ptrdiff_t readFrom (const Handle& pipe, std::uint8_t* target, std::size_t room)
        {
            DWORD available = 0, count = 0;

            if (! PeekNamedPipe (pipe.get(), nullptr, 0, nullptr, &available, nullptr))
                return -1;

            if (available == 0)
                return 0;

            return ReadFile (pipe.get(), target, std::min (available, static_cast<DWORD> (room)), &count, nullptr) ? static_cast<std::ptrdiff_t> (count) : -1;
        }

        void drainStderr()
        {
            std::uint8_t piece[1024];

            for (std::ptrdiff_t count; (count = readFrom (childErr, piece, sizeof (piece))) > 0;)
                tail.append (reinterpret_cast<const char*> (piece), static_cast<std::size_t> (count));
        }

        Handle process, job, childIn, childOut, childErr;
        StderrTail tail;
        std::string ending;
    };
}

std::unique_ptr<ChildProcess> ChildProcess::start (const CommandLine& command, OnHostDeath, std::string& error)
{
    Handle theirIn, ourIn, ourOut, theirOut, ourErr, theirErr;

    if (! makePipe (theirIn, ourIn) || ! makePipe (ourOut, theirOut) || ! makePipe (ourErr, theirErr))
    {
        error = "no pipe could be made: error " + std::to_string (GetLastError());
        return nullptr;
    }

    // The child inherits these three handles and no other of the host.
    HANDLE inherited[] { theirIn.get(), theirOut.get(), theirErr.get() };

    for (const auto* handle : { &theirIn, &theirOut, &theirErr })
        makeInheritable (*handle);

    SIZE_T size = 0;
    InitializeProcThreadAttributeList (nullptr, 1, 0, &size);
    std::vector<std::uint8_t> storage (size);
    const auto attributes = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST> (storage.data());
    InitializeProcThreadAttributeList (attributes, 1, 0, &size);
    UpdateProcThreadAttribute (attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited, sizeof (inherited), nullptr, nullptr);

    STARTUPINFOEXW info {};
    info.StartupInfo.cb = sizeof (info);
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = theirIn.get();
    info.StartupInfo.hStdOutput = theirOut.get();
    info.StartupInfo.hStdError = theirErr.get();
    info.lpAttributeList = attributes;

    PROCESS_INFORMATION child {};
    auto line = commandLine (command);
    const DWORD flags = CREATE_NO_WINDOW | CREATE_SUSPENDED | EXTENDED_STARTUPINFO_PRESENT;
    const bool started = CreateProcessW (nullptr, line.data(), nullptr, nullptr, TRUE, flags, nullptr, nullptr, &info.StartupInfo, &child) != 0;
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
    SetInformationJobObject (job.get(), JobObjectExtendedLimitInformation, &limits, sizeof (limits));
    AssignProcessToJobObject (job.get(), child.hProcess);
    ResumeThread (child.hThread);
    CloseHandle (child.hThread);
    return std::make_unique<WindowsProcess> (Handle (child.hProcess), std::move (job), std::move (ourIn), std::move (ourOut), std::move (ourErr));
}

} // namespace tiller

#endif
