#if defined (_WIN32)

#include "tiller/process/windows/ChildSetup.h"
#include "tiller/process/windows/SystemHeaders.h"

#include <algorithm>
#include <array>
#include <cwchar>
#include <memory>

namespace tiller
{

namespace
{
    std::wstring quoted (const std::wstring& argument)
    {
        std::wstring text = L"\"";
        std::size_t backslashes = 0;

        for (const auto character : argument)
        {
            if (character == L'"')
                text.append (backslashes + 1, L'\\');

            backslashes = character == L'\\' ? backslashes + 1 : 0;
            text += character;
        }

        return text.append (backslashes, L'\\') + L"\"";
    }
}

std::wstring wideText (const std::string& utf8)
{
    const int length = MultiByteToWideChar (CP_UTF8, 0, utf8.data(), static_cast<int> (utf8.size()), nullptr, 0);
    std::wstring result (static_cast<std::size_t> (length), L' ');
    MultiByteToWideChar (CP_UTF8, 0, utf8.data(), static_cast<int> (utf8.size()), result.data(), length);
    return result;
}

std::wstring quotedCommandLine (const CommandLine& command)
{
    std::wstring line;

    for (const auto& argument : command)
        line += (line.empty() ? L"" : L" ") + quoted (wideText (argument));

    return line;
}

std::wstring childEnvironment()
{
    static constexpr std::array unwanted { L"NODE_OPTIONS=", L"NODE_PATH=", L"NODE_CHANNEL_FD=", L"ELECTRON_RUN_AS_NODE=" };
    const std::unique_ptr<wchar_t, decltype (&FreeEnvironmentStringsW)> all (GetEnvironmentStringsW(), FreeEnvironmentStringsW);
    std::wstring kept;

    for (const auto* variable = all.get(); variable != nullptr && *variable != 0; variable += std::wcslen (variable) + 1)
        if (std::none_of (unwanted.begin(), unwanted.end(), [&] (const wchar_t* name) { return _wcsnicmp (variable, name, std::wcslen (name)) == 0; }))
            kept.append (variable).push_back (0);

    kept.push_back (0);
    return kept;
}

} // namespace tiller

#endif
