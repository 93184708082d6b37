// Child processes on Windows. This program is also the child: see `runWindowsChild`.

#include "CoreTests.h"
#include "TestSystem.h"

#include "tiller/process/ChildProcess.h"
#include "tiller/process/windows/Handle.h"

#include <algorithm>
#include <cstdlib>
#include <cwchar>
#include <filesystem>
#include <random>

#include <shellapi.h>
#include <winternl.h>

namespace tiller::test
{

namespace
{

using Readiness = ChildProcess::Readiness;

std::string utf8 (const wchar_t* text) { return std::filesystem::path (text).u8string(); }

bool isRunning (DWORD pid)
{
    const Handle process (OpenProcess (SYNCHRONIZE, FALSE, pid));
    return process && WaitForSingleObject (process.get(), 0) == WAIT_TIMEOUT;
}

/** Stops all threads of a process, as a debugger does. */
void suspend (DWORD pid)
{
    using Suspend = NTSTATUS (NTAPI*) (HANDLE);
    const auto function = GetProcAddress (GetModuleHandleW (L"ntdll.dll"), "NtSuspendProcess");
    const auto call = reinterpret_cast<Suspend> (reinterpret_cast<void*> (function));
    const Handle process (OpenProcess (PROCESS_SUSPEND_RESUME, FALSE, pid));
    CHECK (process && call (process.get()) >= 0);
}

std::unique_ptr<ChildProcess> startChild (std::vector<std::string> arguments)
{
    arguments.insert (arguments.begin(), thisProgram());
    std::string error;
    auto child = ChildProcess::start (arguments, ChildProcess::OnHostDeath::kill, error);
    CHECK (child != nullptr, error);
    return child;
}

/** What is there of the child's stdout; true where it has ended. */
bool readAvailable (ChildProcess& child, std::string& text)
{
    std::uint8_t bytes[4096];
    std::ptrdiff_t count = 0;

    while ((count = child.read (bytes, sizeof (bytes))) > 0)
        text.append (reinterpret_cast<const char*> (bytes), static_cast<std::size_t> (count));

    return count < 0;
}

std::string readToEnd (ChildProcess& child)
{
    std::string text;
    CHECK (eventually (patience, [&] { return readAvailable (child, text); }), "it did not end after: ", text);
    return text;
}

void argumentsArrive()
{
    const std::vector<std::string> sent { "plain", "two words", "", "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x8e\xb5", "C:\\ends with\\", "say \"hi\"", "a\\\\\"b", "%PATH%", "^&|" };
    std::vector<std::string> arguments { "--arguments" };
    std::string expected;

    for (const auto& argument : sent)
    {
        arguments.push_back (argument);
        expected += "[" + argument + "]";
    }

    CHECK_EQUAL (readToEnd (*startChild (arguments)), expected);
}

/** NODE_OPTIONS of a host reached the engine, which then refused to start. */
void hostsOptionsForNodeDoNotReachTheChild()
{
    SetEnvironmentVariableW (L"Node_Options", L"--no-such-option");
    SetEnvironmentVariableW (L"TILLER_KEPT", L"kept \x00e9");
    const auto text = readToEnd (*startChild ({ "--environment" }));
    SetEnvironmentVariableW (L"Node_Options", nullptr);
    SetEnvironmentVariableW (L"TILLER_KEPT", nullptr);
    CHECK (text.find ("TILLER_KEPT=kept \xc3\xa9") != std::string::npos, "a variable is missing");
    CHECK (text.find ("--no-such-option") == std::string::npos);
}

void noOtherHandleIsInherited()
{
    SECURITY_ATTRIBUTES inheritable { sizeof (SECURITY_ATTRIBUTES), nullptr, TRUE };
    const Handle event (CreateEventW (&inheritable, TRUE, FALSE, nullptr));
    readToEnd (*startChild ({ "--signal", std::to_string (reinterpret_cast<std::uintptr_t> (event.get())) }));
    CHECK_EQUAL (WaitForSingleObject (event.get(), 0), static_cast<DWORD> (WAIT_TIMEOUT));
}

void theEndAndItsReasonAreReported()
{
    const auto child = startChild ({ "--exit", "7" });
    readToEnd (*child);
    CHECK (eventually (patience, [&] { return child->stderrTail() == "the reason"; }), child->stderrTail());
    CHECK_EQUAL (child->terminate(), std::string ("it ended with code 7"));
    CHECK_EQUAL (child->terminate(), std::string ("it ended with code 7"));
}

void aMissingProgramIsNamed()
{
    std::string error;
    CHECK (ChildProcess::start ({ "C:\\no such\\node.exe" }, ChildProcess::OnHostDeath::kill, error) == nullptr);
    CHECK (error.find ("no such") != std::string::npos, error);
}

/** To a child that reads nothing: a pipe takes what it holds, and then nothing more. */
void writesDoNotWait()
{
    const auto child = startChild ({ "--sleep" });
    const std::vector<std::uint8_t> bytes (256 * 1024, 1);
    std::size_t total = 0;
    int refused = 0;

    for (int i = 0; i < 1000 && refused < 100; ++i)
    {
        const auto count = child->write (bytes.data(), bytes.size());
        CHECK (count >= 0, "a write failed after ", total);
        total += static_cast<std::size_t> (count);
        refused = count == 0 ? refused + 1 : 0;
    }

    CHECK (total >= 64 * 1024 && refused == 100, total);
    CHECK_EQUAL (child->terminate(), std::string ("it was ended"));
}

void manyBytesComeBackWhole()
{
    const auto child = startChild ({ "--echo" });
    std::vector<std::uint8_t> sent (8'000'003), received;
    std::mt19937 random (3);
    std::generate (sent.begin(), sent.end(), [&] { return static_cast<std::uint8_t> (random()); });
    std::size_t at = 0;
    std::uint8_t bytes[65536];

    CHECK (eventually (patience, [&]
    {
        for (int turn = 0; turn < 1000 && received.size() < sent.size(); ++turn)
        {
            child->wait (at < sent.size(), 1000);

            if (at < sent.size())
            {
                const auto count = child->write (sent.data() + at, std::min<std::size_t> (sent.size() - at, 100'000));
                CHECK (count >= 0);
                at += static_cast<std::size_t> (count);
            }

            for (std::ptrdiff_t count; (count = child->read (bytes, sizeof (bytes))) > 0;)
                received.insert (received.end(), bytes, bytes + count);
        }

        return received.size() >= sent.size();
    }), received.size(), " bytes came back");
    CHECK (received == sent);
}

void waitingSaysWhatThereIs()
{
    const auto child = startChild ({ "--echo" });
    CHECK (child->wait (false, 0) == Readiness::timeout);
    CHECK (child->wait (false, 500) == Readiness::timeout);
    CHECK (child->wait (true, 0) == Readiness::ready, "stdin takes bytes");
    const std::uint8_t bytes[3] { 1, 2, 3 };
    CHECK_EQUAL (child->write (bytes, 3), std::ptrdiff_t { 3 });
    CHECK (eventually (patience, [&] { return child->wait (false, 10000) == Readiness::ready; }));
    std::uint8_t back[8] {};
    CHECK_EQUAL (child->read (back, 2), std::ptrdiff_t { 2 });
    CHECK (child->wait (false, 0) == Readiness::ready, "a byte is left");
    CHECK_EQUAL (child->read (back, 8), std::ptrdiff_t { 1 });
    CHECK_EQUAL (static_cast<int> (back[0]), 3);
    CHECK_EQUAL (child->read (back, 8), std::ptrdiff_t { 0 });

    const auto ended = startChild ({ "--exit", "0" });
    CHECK (eventually (patience, [&] { return ended->wait (true, 1000) == Readiness::closed; }));
    CHECK_EQUAL (ended->read (back, 8), std::ptrdiff_t { -1 });
}

void onlyTheEndOfStderrIsKept()
{
    const auto child = startChild ({ "--flood" });
    CHECK (eventually (patience, [&] { return child->stderrTail().find ("the last line") != std::string::npos; }));
    CHECK (child->stderrTail().size() <= 4096, child->stderrTail().size());
}

/** Also one that is stopped, and does not see that its stdin has ended. */
void childrenEndWithAKilledHost (bool stopped)
{
    const auto host = startChild ({ "--host" });
    std::string text;
    CHECK (eventually (patience, [&] { readAvailable (*host, text); return text.find ('\n') != std::string::npos; }));
    const auto pid = static_cast<DWORD> (std::strtoul (text.c_str(), nullptr, 10));
    CHECK (pid != 0 && isRunning (pid));

    if (stopped)
        suspend (pid);

    host->terminate();
    CHECK (eventually (patience, [&] { return ! isRunning (pid); }), "child ", pid, " runs on");
}

void printArguments()
{
    int count = 0;
    const auto all = CommandLineToArgvW (GetCommandLineW(), &count);

    for (int i = 2; i < count; ++i)
        std::printf ("[%s]", utf8 (all[i]).c_str());

    LocalFree (all);
}

void printEnvironment()
{
    const auto all = GetEnvironmentStringsW();

    for (const auto* variable = all; *variable != 0; variable += std::wcslen (variable) + 1)
        std::printf ("%s\n", utf8 (variable).c_str());

    FreeEnvironmentStringsW (all);
}

void echoInput()
{
    const auto in = GetStdHandle (STD_INPUT_HANDLE), out = GetStdHandle (STD_OUTPUT_HANDLE);
    std::vector<std::uint8_t> bytes (65536);
    DWORD count = 0, written = 0;

    while (ReadFile (in, bytes.data(), static_cast<DWORD> (bytes.size()), &count, nullptr) && count > 0)
        WriteFile (out, bytes.data(), count, &written, nullptr);
}

/** Starts a child, tells its number, and waits to be killed. */
void hostAChild()
{
    const auto child = startChild ({ "--tell-number" });
    std::string text;

    while (text.find ('\n') == std::string::npos && ! readAvailable (*child, text))
        Sleep (5);

    std::printf ("%s", text.c_str());
    std::fflush (stdout);
    Sleep (INFINITE);
}

} // namespace

int runWindowsChild (const std::vector<std::string>& arguments)
{
    const auto verb = arguments.size() > 1 ? arguments[1] : std::string();
    const auto value = arguments.size() > 2 ? arguments[2] : std::string();

    if (verb == "--arguments")
        printArguments();
    else if (verb == "--environment")
        printEnvironment();
    else if (verb == "--signal")
        SetEvent (reinterpret_cast<HANDLE> (static_cast<std::uintptr_t> (std::strtoull (value.c_str(), nullptr, 10))));
    else if (verb == "--exit")
    {
        std::fputs ("the reason", stderr);
        return std::atoi (value.c_str());
    }
    else if (verb == "--sleep")
        Sleep (INFINITE);
    else if (verb == "--flood")
    {
        for (int i = 0; i < 40000; ++i)
            std::fprintf (stderr, "line %d of very many\n", i);

        std::fputs ("the last line\n", stderr);
    }
    else if (verb == "--echo")
        echoInput();
    else if (verb == "--host")
        hostAChild();
    else if (verb == "--tell-number")
    {
        std::printf ("%lu\n", GetCurrentProcessId());
        std::fflush (stdout);
        Sleep (INFINITE);
    }
    else
        return -1;

    return 0;
}

void addWindowsProcessTests (Suite& suite)
{
    suite.add ("arguments arrive", argumentsArrive);
    suite.add ("hosts' options for Node do not reach the child", hostsOptionsForNodeDoNotReachTheChild);
    suite.add ("no other handle is inherited", noOtherHandleIsInherited);
    suite.add ("the end and its reason are reported", theEndAndItsReasonAreReported);
    suite.add ("a missing program is named", aMissingProgramIsNamed);
    suite.add ("writes do not wait", writesDoNotWait);
    suite.add ("many bytes come back whole", manyBytesComeBackWhole);
    suite.add ("waiting says what there is", waitingSaysWhatThereIs);
    suite.add ("only the end of stderr is kept", onlyTheEndOfStderrIsKept);
    suite.add ("children end with a killed host", [] { childrenEndWithAKilledHost (false); });
    suite.add ("stopped children end with a killed host", [] { childrenEndWithAKilledHost (true); });
}

} // namespace tiller::test
