#if defined (_WIN32)

#include "tiller/process/StartSlot.h"

#include "tiller/process/windows/Handle.h"

#include <filesystem>

namespace tiller
{

namespace
{
    /** A file that nobody else can open until it is closed, which the system does when the process ends. It stays where it is, empty. */
    struct ExclusiveFile final : StartSlot
    {
        explicit ExclusiveFile (Handle f) : file (std::move (f)) {}

        Handle file;
    };
}

std::unique_ptr<StartSlot> StartSlot::tryTake (const std::string& folder, int count)
{
    for (int i = 0; i < count && ! folder.empty(); ++i)
    {
        const auto path = std::filesystem::u8path (folder) / ("tiller-start-" + std::to_string (i) + ".lock");
        Handle file (CreateFileW (path.c_str(), GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_TEMPORARY, nullptr));

        if (file || GetLastError() != ERROR_SHARING_VIOLATION)
            return std::make_unique<ExclusiveFile> (std::move (file));
    }

    return folder.empty() ? std::make_unique<ExclusiveFile> (Handle()) : nullptr;
}

std::string StartSlot::folderOfUser()
{
    wchar_t folder[MAX_PATH + 1] {};
    const auto length = GetTempPathW (MAX_PATH, folder);
    return length > 0 && length <= MAX_PATH ? std::filesystem::path (folder).u8string() : std::string();
}

} // namespace tiller

#endif
