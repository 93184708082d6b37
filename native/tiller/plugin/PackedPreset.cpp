#include "tiller/plugin/PackedPreset.h"

#include "tiller/generated/PluginProtocol.h"

#include <juce_core/juce_core.h>

namespace tiller
{

std::string packPreset (const std::string& text)
{
    juce::MemoryOutputStream packed;
    packed.writeInt (static_cast<int> (text.size()));
    {
        juce::GZIPCompressorOutputStream deflate (packed);
        deflate.write (text.data(), text.size());
    }
    return { static_cast<const char*> (packed.getData()), packed.getDataSize() };
}

std::optional<std::string> unpackPreset (const std::string& packed)
{
    juce::MemoryInputStream source (packed.data(), packed.size(), false);
    const auto length = static_cast<std::uint32_t> (source.readInt());

    if (length == 0 || length > protocol::maxTextBytes)
        return {};

    juce::GZIPDecompressorInputStream inflate (source);
    std::string text (length, 0);
    std::size_t filled = 0;

    for (int count; filled < length && (count = inflate.read (text.data() + filled, static_cast<int> (length - filled))) > 0;)
        filled += static_cast<std::size_t> (count);

    return filled == length ? std::optional (text) : std::nullopt;
}

} // namespace tiller
