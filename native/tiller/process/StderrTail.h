#pragma once

#include <cstddef>
#include <string>

namespace tiller
{

/** The end of what a child process wrote to stderr. One thread. */
class StderrTail
{
public:
    void append (const char* text, std::size_t bytes)
    {
        tail.append (text, bytes);

        if (tail.size() > maxBytes)
            tail.erase (0, tail.size() - maxBytes);
    }

    const std::string& text() const noexcept { return tail; }

private:
    static constexpr std::size_t maxBytes = 4096;
    std::string tail;
};

} // namespace tiller
