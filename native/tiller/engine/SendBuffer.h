#pragma once

#include "tiller/ipc/Messages.h"
#include "tiller/process/ChildProcess.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tiller
{

/** Messages on their way into the engine's stdin, in order; the pipe takes them when it has room. [io-thread] */
class SendBuffer
{
public:
    /** Appends one message. */
    template <typename Fields>
    void add (const Fields& fields, std::string_view text = {}) { appendMessage (bytes, fields, text); }

    /** Appends messages that were encoded elsewhere. */
    void add (const std::vector<std::uint8_t>& messages)        { bytes.insert (bytes.end(), messages.begin(), messages.end()); }

    /** Makes room for `size` more bytes and returns where they go; valid until something else is added. */
    std::uint8_t* extend (std::size_t size)
    {
        const auto at = bytes.size();
        bytes.resize (at + size);
        return bytes.data() + at;
    }

    void clear() noexcept                                       { bytes.clear(); sent = 0; }

    /** Bytes that were not sent yet. */
    std::size_t pending() const noexcept                        { return bytes.size() - sent; }

    /** Writes what the pipe has room for; false where the child no longer reads. */
    bool flush (ChildProcess& child)
    {
        while (pending() > 0)
        {
            const auto count = child.write (bytes.data() + sent, pending());

            if (count < 0)
                return false;

            if (count == 0)
                return true;

            sent += static_cast<std::size_t> (count);
        }

        clear();
        return true;
    }

private:
    std::vector<std::uint8_t> bytes;
    std::size_t sent = 0;
};

} // namespace tiller
