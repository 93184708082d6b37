#if defined (_WIN32)

#include "tiller/process/StartSlot.h"

#define NOMINMAX
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

namespace tiller
{

namespace
{
    /** A file that nobody else can open until it is closed, which the system does when the process ends. */
    struct ExclusiveFile final : StartSlot
    {
        explicit ExclusiveFile (HANDLE f) : file (f) {}

        ~ExclusiveFile() override
        {
            if (file != INVALID_HANDLE_VALUE)
                CloseHandle (file);
        }

        HANDLE file;
    };
}

std::unique_ptr<StartSlot> StartSlot::tryTake (const std::string& folder, int count)
{
    for (int i = 0; i < count && ! folder.empty(); ++i)
    {
        const auto path = folder + "tiller-start-" + std::to_string (i) + ".lock";
        const auto file = CreateFileA (path.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_ALWAYS, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr);

        if (file != INVALID_HANDLE_VALUE || (GetLastError() != ERROR_SHARING_VIOLATION && GetLastError() != ERROR_ACCESS_DENIED))
            return std::make_unique<ExclusiveFile> (file);
    }

    return folder.empty() ? std::make_unique<ExclusiveFile> (INVALID_HANDLE_VALUE) : nullptr;
}

std::string StartSlot::folderOfUser()
{
    char folder[MAX_PATH + 1] {};
    const auto length = GetTempPathA (MAX_PATH, folder);
    return length > 0 && length <= MAX_PATH ? std::string (folder) : std::string();
}

} // namespace tiller

#endif
