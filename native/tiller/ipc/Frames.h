#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tiller
{

/** One frame as it arrived; `payload` is valid until the parser is fed again. */
struct Frame
{
    std::uint16_t type = 0;
    const std::uint8_t* payload = nullptr;
    std::size_t size = 0;

    /** Copies the fixed fields out; false where the frame is too short to have them. [io-thread] */
    template <typename Message>
    bool get (Message& message) const noexcept
    {
        if (type != Message::type || size < sizeof (Message))
            return false;

        std::memcpy (&message, payload, sizeof (Message));
        return true;
    }

    /** What follows `headBytes` of fixed fields. [io-thread] */
    std::string_view text (std::size_t headBytes) const noexcept
    {
        return size <= headBytes ? std::string_view {}
                                 : std::string_view (reinterpret_cast<const char*> (payload) + headBytes, size - headBytes);
    }
};

/** Cuts a byte stream into frames of the plugin protocol. [io-thread] */
class FrameParser
{
public:
    FrameParser()                           { buffer.resize (usualBytes); }

    void clear() noexcept                   { next = end = 0; }

    /** Where the next bytes go, and how many at most. */
    std::uint8_t* space() noexcept
    {
        if (next > 0)
        {
            std::memmove (buffer.data(), buffer.data() + next, end - next);
            end -= next;
            next = 0;
        }

        return buffer.data() + end;
    }

    std::size_t room() const noexcept       { return buffer.size() - end; }
    void arrived (std::size_t count) noexcept { end += count; }

    enum class Result { none, frame, broken };

    /** The next whole frame. `broken` where the bytes are no frame: nothing after them can be trusted. */
    Result parse (Frame& frame)
    {
        if (end - next < protocol::frameHeaderBytes)
            return Result::none;

        std::uint32_t size = 0;
        std::uint16_t type = 0, reserved = 0;
        std::memcpy (&size, buffer.data() + next, 4);
        std::memcpy (&type, buffer.data() + next + 4, 2);
        std::memcpy (&reserved, buffer.data() + next + 6, 2);

        if (size > protocol::maxPayloadBytes || reserved != 0)
            return Result::broken;

        if (end - next < protocol::frameHeaderBytes + size)
        {
            // Only a preset can be longer than what is there for everything else.
            if (protocol::frameHeaderBytes + size > buffer.size())
                buffer.resize (protocol::frameHeaderBytes + size);

            return Result::none;
        }

        frame = { type, buffer.data() + next + protocol::frameHeaderBytes, size };
        next += protocol::frameHeaderBytes + size;
        return Result::frame;
    }

private:
    /** Several answers to the largest block. */
    static constexpr std::size_t usualBytes = 512 * 1024;
    std::vector<std::uint8_t> buffer;
    std::size_t next = 0, end = 0;
};

/** Appends one control frame to `bytes`. Text beyond the protocol's bound is cut. [io-thread] */
template <typename Message>
void appendFrame (std::vector<std::uint8_t>& bytes, const Message& message, std::string_view text = {})
{
    const auto textBytes = std::min (text.size(), protocol::maxTextBytes);
    const auto size = static_cast<std::uint32_t> (Message::bytes + textBytes);
    const std::uint32_t type = Message::type;
    const auto at = bytes.size();
    bytes.resize (at + protocol::frameHeaderBytes + size);
    std::memcpy (bytes.data() + at, &size, 4);
    std::memcpy (bytes.data() + at + 4, &type, 4);
    std::memcpy (bytes.data() + at + protocol::frameHeaderBytes, &message, Message::bytes);

    if (textBytes > 0)
        std::memcpy (bytes.data() + at + protocol::frameHeaderBytes + Message::bytes, text.data(), textBytes);
}

} // namespace tiller
