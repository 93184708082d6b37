#include "TestSystem.h"

#include <cstdlib>
#include <filesystem>
#include <random>
#include <tuple>

#if defined (_WIN32)
 #include "tiller/process/windows/SystemHeaders.h"

 #include <shellapi.h>
#endif

namespace tiller::test
{

std::vector<std::string> programArguments (int count, char** arguments)
{
   #if defined (_WIN32)
    std::ignore = arguments;
    const auto all = CommandLineToArgvW (GetCommandLineW(), &count);
    std::vector<std::string> texts;

    for (int i = 0; i < count; ++i)
        texts.push_back (std::filesystem::path (all[i]).u8string());

    LocalFree (all);
    return texts;
   #else
    return { arguments, arguments + count };
   #endif
}

std::string thisProgram()
{
   #if defined (_WIN32)
    wchar_t path[32768];
    return std::filesystem::path (path, path + GetModuleFileNameW (nullptr, path, 32768)).u8string();
   #else
    return "/proc/self/exe";
   #endif
}

void setEnvironment (const std::string& name, const std::string& value)
{
   #if defined (_WIN32)
    // It sets the C runtime's copy and the system's, which children get.
    _putenv_s (name.c_str(), value.c_str());
   #else
    if (value.empty())
        unsetenv (name.c_str());
    else
        setenv (name.c_str(), value.c_str(), 1);
   #endif
}

std::string makeTemporaryFolder()
{
    for (std::random_device random;;)
    {
        const auto folder = std::filesystem::temp_directory_path() / ("tiller-test-" + std::to_string (random()));

        if (std::filesystem::create_directory (folder))
            return folder.u8string();
    }
}

} // namespace tiller::test
