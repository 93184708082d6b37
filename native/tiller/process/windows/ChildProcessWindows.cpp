#if defined (_WIN32)

#include "tiller/process/ChildProcess.h"

#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <algorithm>

namespace tiller
{

namespace
{
    constexpr std::size_t keptWords = 4096;
    constexpr DWORD pipeBytes = 1 << 20;

    /** A handle that closes itself. */
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

    /** Neither end is inheritable until `letInherit` says so. */
    bool makePipe (Handle& readEnd, Handle& writeEnd)
    {
        HANDLE r = nullptr, w = nullptr;

        if (! CreatePipe (&r, &w, nullptr, pipeBytes))
            return false;

        readEnd = Handle (r);
        writeEnd = Handle (w);
        return true;
    }

    void letInherit (const Handle& handle) { SetHandleInformation (handle.get(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT); }

    std::wstring wide (const std::string& text)
    {
        const int length = MultiByteToWideChar (CP_UTF8, 0, text.data(), static_cast<int> (text.size()), nullptr, 0);
        std::wstring result (static_cast<std::size_t> (length), L' ');
        MultiByteToWideChar (CP_UTF8, 0, text.data(), static_cast<int> (text.size()), result.data(), length);
        return result;
    }

    /** Paths hold no quotes on Windows, and none of our arguments ends with a backslash. */
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
            : process (std::move (p)), job (std::move (j)), toChild (std::move (in)), fromChild (std::move (out)), wordsOfChild (std::move (err))
        {
            // Writes take what there is room for; reads ask first what is there.
            DWORD mode = PIPE_READMODE_BYTE | PIPE_NOWAIT;
            SetNamedPipeHandleState (toChild.get(), &mode, nullptr, nullptr);
        }

        ~WindowsProcess() override { end(); }

        /** Anonymous pipes cannot be waited for: looks again every millisecond. */
        Ready wait (bool toWrite, std::uint32_t microseconds) override
        {
            const DWORD turns = std::max<DWORD> (1, microseconds / 1000);

            for (DWORD turn = 0; turn < turns; ++turn)
            {
                DWORD there = 0;

                if (! PeekNamedPipe (fromChild.get(), nullptr, 0, nullptr, &there, nullptr))
                    return Ready::ended;

                if (there > 0 || (toWrite && turn > 0))
                    return Ready::something;

                Sleep (1);
            }

            return Ready::timeout;
        }

        std::ptrdiff_t read (std::uint8_t* target, std::size_t room) override { return readFrom (fromChild, target, room); }

        std::ptrdiff_t write (const std::uint8_t* source, std::size_t count) override
        {
            DWORD written = 0;
            const auto piece = static_cast<DWORD> (std::min<std::size_t> (count, 32 * 1024));
            return WriteFile (toChild.get(), source, piece, &written, nullptr) ? static_cast<std::ptrdiff_t> (written) : -1;
        }

        std::string end() override
        {
            if (process.get() == nullptr)
                return how;

            toChild.close();
            const bool alreadyDead = WaitForSingleObject (process.get(), 0) == WAIT_OBJECT_0;
            DWORD code = 0;
            GetExitCodeProcess (process.get(), &code);
            how = alreadyDead ? "it ended with code " + std::to_string (code) : std::string ("it was ended");

            if (! alreadyDead)
            {
                TerminateProcess (process.get(), 1);
                WaitForSingleObject (process.get(), INFINITE);
            }

            process.close();
            drainWords();
            fromChild.close();
            job.close();
            return how;
        }

        const std::string& lastWords() override
        {
            drainWords();
            return words;
        }

    private:
        static std::ptrdiff_t readFrom (const Handle& pipe, std::uint8_t* target, std::size_t room)
        {
            DWORD there = 0, count = 0;

            if (! PeekNamedPipe (pipe.get(), nullptr, 0, nullptr, &there, nullptr))
                return -1;

            if (there == 0)
                return 0;

            return ReadFile (pipe.get(), target, std::min (there, static_cast<DWORD> (room)), &count, nullptr) ? static_cast<std::ptrdiff_t> (count) : -1;
        }

        void drainWords()
        {
            std::uint8_t piece[1024];

            for (std::ptrdiff_t count; (count = readFrom (wordsOfChild, piece, sizeof (piece))) > 0;)
            {
                words.append (reinterpret_cast<const char*> (piece), static_cast<std::size_t> (count));

                if (words.size() > keptWords)
                    words.erase (0, words.size() - keptWords);
            }
        }

        Handle process, job, toChild, fromChild, wordsOfChild;
        std::string words, how;
    };
}

std::unique_ptr<ChildProcess> ChildProcess::start (const CommandLine& command, Orphan, std::string& problem)
{
    Handle childIn, toChild, fromChild, childOut, words, childErr;

    if (! makePipe (childIn, toChild) || ! makePipe (fromChild, childOut) || ! makePipe (words, childErr))
    {
        problem = "no pipe could be made: error " + std::to_string (GetLastError());
        return nullptr;
    }

    // The child inherits its three ends and nothing else of the host.
    HANDLE inherited[] { childIn.get(), childOut.get(), childErr.get() };

    for (const auto* handle : { &childIn, &childOut, &childErr })
        letInherit (*handle);

    SIZE_T size = 0;
    InitializeProcThreadAttributeList (nullptr, 1, 0, &size);
    std::vector<std::uint8_t> storage (size);
    const auto attributes = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST> (storage.data());
    InitializeProcThreadAttributeList (attributes, 1, 0, &size);
    UpdateProcThreadAttribute (attributes, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited, sizeof (inherited), nullptr, nullptr);

    STARTUPINFOEXW info {};
    info.StartupInfo.cb = sizeof (info);
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = childIn.get();
    info.StartupInfo.hStdOutput = childOut.get();
    info.StartupInfo.hStdError = childErr.get();
    info.lpAttributeList = attributes;

    PROCESS_INFORMATION made {};
    auto line = commandLine (command);
    const DWORD flags = CREATE_NO_WINDOW | CREATE_SUSPENDED | EXTENDED_STARTUPINFO_PRESENT;
    const bool started = CreateProcessW (nullptr, line.data(), nullptr, nullptr, TRUE, flags, nullptr, nullptr, &info.StartupInfo, &made) != 0;
    const auto error = GetLastError();
    DeleteProcThreadAttributeList (attributes);

    if (! started)
    {
        problem = command[0] + " could not be started: error " + std::to_string (error);
        return nullptr;
    }

    // The job ends the engine with the host, however the host ends.
    Handle job (CreateJobObjectW (nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits {};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    SetInformationJobObject (job.get(), JobObjectExtendedLimitInformation, &limits, sizeof (limits));
    AssignProcessToJobObject (job.get(), made.hProcess);
    ResumeThread (made.hThread);
    CloseHandle (made.hThread);
    return std::make_unique<WindowsProcess> (Handle (made.hProcess), std::move (job), std::move (toChild), std::move (fromChild), std::move (words));
}

} // namespace tiller

#endif
