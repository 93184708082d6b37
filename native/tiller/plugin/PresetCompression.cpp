#include "tiller/plugin/PresetCompression.h"

#include "tiller/generated/PluginProtocol.h"

#include <juce_core/juce_core.h>

namespace tiller
{

std::string compressPreset (const std::string& text)
{
    juce::MemoryOutputStream compressed;
    compressed.writeInt (static_cast<int> (text.size()));
    {
        juce::GZIPCompressorOutputStream compressor (compressed);
        compressor.write (text.data(), text.size());
    }
    return { static_cast<const char*> (compressed.getData()), compressed.getDataSize() };
}

std::optional<std::string> decompressPreset (const std::string& compressed)
{
    juce::MemoryInputStream source (compressed.data(), compressed.size(), false);
    const auto length = static_cast<std::uint32_t> (source.readInt());

    if (length == 0 || length > protocol::maxTextBytes)
        return {};

    juce::GZIPDecompressorInputStream decompressor (source);
    std::string text (length, 0);
    std::size_t filled = 0;

    for (int count; filled < length && (count = decompressor.read (text.data() + filled, static_cast<int> (length - filled))) > 0;)
        filled += static_cast<std::size_t> (count);

    return filled == length ? std::optional (text) : std::nullopt;
}

} // namespace tiller
