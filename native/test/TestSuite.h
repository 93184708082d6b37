#pragma once

#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tiller::test
{

/** Named tests, run one after another. A failed check ends its test; the others still run. */
class Suite
{
public:
    /** Thrown by a check that fails. */
    struct Failure
    {
        std::string message;
    };

    /** Exit code where no test matches the filter. */
    static constexpr int noTest = 2;

    void add (std::string name, std::function<void()> body) { tests.emplace_back (std::move (name), std::move (body)); }

    /** Runs the tests whose name contains `filter`. Returns the exit code of the process. */
    int run (const std::string& filter)
    {
        int passed = 0, failed = 0;

        for (const auto& [name, body] : tests)
        {
            if (name.find (filter) == std::string::npos)
                continue;

            const auto start = std::chrono::steady_clock::now();
            std::string message;

            try
            {
                body();
            }
            catch (const Failure& failure)
            {
                message = failure.message;
            }

            const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
            std::printf ("%s %s (%.1f s)%s%s\n", message.empty() ? "pass" : "FAIL", name.c_str(), took.count(), message.empty() ? "" : ": ", message.c_str());
            std::fflush (stdout);
            ++(message.empty() ? passed : failed);
        }

        std::printf ("%d passed, %d failed\n", passed, failed);
        return failed > 0 ? 1 : passed > 0 ? 0 : noTest;
    }

private:
    std::vector<std::pair<std::string, std::function<void()>>> tests;
};

template <typename... Parts>
[[noreturn]] void fail (const char* file, int line, const Parts&... parts)
{
    std::ostringstream text;
    const char* slash = std::strrchr (file, '/');
    text << (slash != nullptr ? slash + 1 : file) << ":" << line << ": ";
    (text << ... << parts);
    throw Suite::Failure { text.str() };
}

/** Waits for `condition`; false where it is still false after `seconds`. */
inline bool eventually (double seconds, const std::function<bool()>& condition)
{
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double> (seconds);

    while (! condition())
    {
        if (std::chrono::steady_clock::now() > deadline)
            return false;

        std::this_thread::sleep_for (std::chrono::milliseconds (5));
    }

    return true;
}

/** Time limit for an event that must happen, in seconds: generous, since the machine may be busy with something else. */
constexpr double patience = 300.0;

} // namespace tiller::test

#define CHECK(condition, ...) do { if (! (condition)) ::tiller::test::fail (__FILE__, __LINE__, #condition " ", ##__VA_ARGS__); } while (false)
#define CHECK_EQUAL(a, b) do { const auto va = (a); const auto vb = (b); if (! (va == vb)) ::tiller::test::fail (__FILE__, __LINE__, #a " is ", va, ", not ", vb); } while (false)
