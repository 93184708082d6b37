#pragma once

#include "tiller/generated/PluginProtocol.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace tiller
{

/** One message as it arrived; `payload` is valid until the parser is given more bytes. */
struct Message
{
    std::uint16_t type = 0;
    const std::uint8_t* payload = nullptr;
    std::size_t size = 0;           ///< of the payload, in bytes

    /** Copies the fixed fields out; false where the message is another one or too short to have them. [io-thread] */
    template <typename Fields>
    bool get (Fields& fields) const noexcept
    {
        if (type != Fields::type || size < sizeof (Fields))
            return false;

        std::memcpy (&fields, payload, sizeof (Fields));
        return true;
    }

    /** The text behind `fieldBytes` of fixed fields; valid as long as `payload`. [io-thread] */
    std::string_view text (std::size_t fieldBytes) const noexcept
    {
        return size <= fieldBytes ? std::string_view {}
                                  : std::string_view (reinterpret_cast<const char*> (payload) + fieldBytes, size - fieldBytes);
    }
};

/** Cuts a byte stream into messages of the plugin protocol. [io-thread] */
class MessageParser
{
public:
    MessageParser()                         { buffer.resize (initialBytes); }

    void clear() noexcept                   { next = end = 0; }

    /** Where the next bytes are to be written, at most `freeBytes` of them; then call `arrived`. */
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

    std::size_t freeBytes() const noexcept  { return buffer.size() - end; }
    void arrived (std::size_t count) noexcept { end += count; }

    enum class Result
    {
        incomplete,     ///< more bytes are needed
        message,
        invalid         ///< the bytes are no message: nothing after them can be trusted
    };

    /** Gets the next whole message. */
    Result parse (Message& message)
    {
        if (end - next < protocol::frameHeaderBytes)
            return Result::incomplete;

        std::uint32_t size = 0;
        std::uint16_t type = 0, reserved = 0;
        std::memcpy (&size, buffer.data() + next, 4);
        std::memcpy (&type, buffer.data() + next + 4, 2);
        std::memcpy (&reserved, buffer.data() + next + 6, 2);

        if (size > protocol::maxPayloadBytes || reserved != 0)
            return Result::invalid;

        if (end - next < protocol::frameHeaderBytes + size)
        {
            // Only a preset can be longer than the buffer is at first.
            if (protocol::frameHeaderBytes + size > buffer.size())
                buffer.resize (protocol::frameHeaderBytes + size);

            return Result::incomplete;
        }

        message = { type, buffer.data() + next + protocol::frameHeaderBytes, size };
        next += protocol::frameHeaderBytes + size;
        return Result::message;
    }

private:
    /** Several of the largest audio blocks. */
    static constexpr std::size_t initialBytes = 512 * 1024;
    std::vector<std::uint8_t> buffer;
    std::size_t next = 0, end = 0;
};

/** Appends one message to `bytes`. Text beyond the protocol's bound is cut. [any-thread] but the audio thread */
template <typename Fields>
void appendMessage (std::vector<std::uint8_t>& bytes, const Fields& fields, std::string_view text = {})
{
    const auto textBytes = std::min (text.size(), protocol::maxTextBytes);
    const auto size = static_cast<std::uint32_t> (Fields::bytes + textBytes);
    const std::uint32_t type = Fields::type;
    const auto at = bytes.size();
    bytes.resize (at + protocol::frameHeaderBytes + size);
    std::memcpy (bytes.data() + at, &size, 4);
    std::memcpy (bytes.data() + at + 4, &type, 4);
    std::memcpy (bytes.data() + at + protocol::frameHeaderBytes, &fields, Fields::bytes);

    if (textBytes > 0)
        std::memcpy (bytes.data() + at + protocol::frameHeaderBytes + Fields::bytes, text.data(), textBytes);
}

} // namespace tiller
