#pragma once

#include "tiller/process/windows/SystemHeaders.h"

#include <utility>

namespace tiller
{

/** An open handle that is closed with its object; null for none. */
class Handle
{
public:
    Handle() = default;

    /** Takes over `h`; both null and INVALID_HANDLE_VALUE mean none. */
    explicit Handle (HANDLE h) noexcept : handle (h == INVALID_HANDLE_VALUE ? nullptr : h) {}

    Handle (Handle&& other) noexcept : handle (std::exchange (other.handle, nullptr)) {}

    Handle& operator= (Handle&& other) noexcept
    {
        if (this != &other)
        {
            close();
            handle = std::exchange (other.handle, nullptr);
        }

        return *this;
    }

    ~Handle() { close(); }

    explicit operator bool() const noexcept { return handle != nullptr; }
    HANDLE get() const noexcept { return handle; }

    void close() noexcept
    {
        if (auto* const open = std::exchange (handle, nullptr))
            CloseHandle (open);
    }

private:
    HANDLE handle = nullptr;
};

} // namespace tiller
