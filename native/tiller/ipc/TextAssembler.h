#pragma once

#include "tiller/generated/PluginProtocol.h"
#include "tiller/ipc/Messages.h"

#include <cstddef>
#include <string>
#include <utility>

namespace tiller
{

/** Puts the text of a long message together, which the engine sends in parts before the message itself. [io-thread] */
class TextAssembler
{
public:
    void clear() noexcept { parts.clear(); }

    /** Takes a part; false where the whole would be too long. */
    bool add (const Message& message)
    {
        protocol::to_plugin::TextPart part {};

        if (! message.get (part))
            return false;

        const auto text = message.text (sizeof (part));

        if (part.remaining > protocol::maxTextBytes || parts.size() + text.size() + part.remaining > protocol::maxTextBytes)
            return false;

        // At once: growing would copy what has arrived, several times.
        if (parts.empty())
            parts.reserve (text.size() + part.remaining);

        parts.append (text);
        return true;
    }

    /** The text of a message behind `fieldBytes` of fixed fields, after the parts that came before it; false where it is too long. */
    bool complete (const Message& message, std::size_t fieldBytes, std::string& text)
    {
        const auto rest = message.text (fieldBytes);

        if (parts.size() + rest.size() > protocol::maxTextBytes)
            return false;

        parts.append (rest);
        text = std::exchange (parts, {});
        return true;
    }

private:
    std::string parts;
};

} // namespace tiller
