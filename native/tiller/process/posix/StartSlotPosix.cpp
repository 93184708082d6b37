#if ! defined (_WIN32)

#include "tiller/process/StartSlot.h"
#include "tiller/process/posix/FileDescriptor.h"
#include "tiller/process/posix/RetryOnInterrupt.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tiller
{

namespace
{
    /** A lock belongs to the open file: the kernel releases it when the process ends, and children do not inherit it. */
    struct LockedFile final : StartSlot
    {
        explicit LockedFile (FileDescriptor f) : file (std::move (f)) {}

        FileDescriptor file;
    };

    /** True where the folder is there, and only this user can write to it. */
    bool makePrivate (const std::string& folder)
    {
        mkdir (folder.c_str(), 0700);
        struct stat found {};
        return lstat (folder.c_str(), &found) == 0 && S_ISDIR (found.st_mode) && found.st_uid == geteuid() && (found.st_mode & 022) == 0;
    }
}

std::unique_ptr<StartSlot> StartSlot::tryTake (const std::string& folder, int count)
{
    if (folder.empty())
        return std::make_unique<LockedFile> (FileDescriptor());

    for (int i = 0; i < count; ++i)
    {
        const auto path = folder + "/start-" + std::to_string (i) + ".lock";
        FileDescriptor file (open (path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));

        if (file.get() < 0)
            return std::make_unique<LockedFile> (FileDescriptor());

        const int locked = retryOnInterrupt ([&] { return flock (file.get(), LOCK_EX | LOCK_NB); });

        // A file system without locks does not keep an engine from starting.
        if (locked == 0 || errno != EWOULDBLOCK)
            return std::make_unique<LockedFile> (std::move (file));
    }

    return nullptr;
}

std::string StartSlot::folderOfUser()
{
    const char* runtime = std::getenv ("XDG_RUNTIME_DIR");
    const auto folder = runtime != nullptr && runtime[0] == '/' ? std::string (runtime) + "/tiller" : "/tmp/tiller-" + std::to_string (geteuid());
    return makePrivate (folder) ? folder : std::string();
}

} // namespace tiller

#endif
