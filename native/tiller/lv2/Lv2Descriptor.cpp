// Part of the LV2 binary only, where JUCE's descriptor function has another name (see CMakeLists.txt): the one that hosts find
// is the one below.

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/core/lv2.h>
#include <lv2/options/options.h>
#include <lv2/urid/urid.h>

#undef lv2_descriptor

#include <cstdint>
#include <cstring>
#include <vector>

namespace tiller
{

namespace
{
    /**
        Block size in samples where the host announces none, as hosts do that are made for plugins without such needs. Longer
        blocks are processed in parts.
    */
    constexpr std::int32_t assumedMaxBlock = 1024;

    const void* findFeature (const LV2_Feature* const* features, const char* uri)
    {
        for (; features != nullptr && *features != nullptr; ++features)
            if (std::strcmp ((*features)->URI, uri) == 0)
                return (*features)->data;

        return nullptr;
    }

    /**
        JUCE's wrapper makes an instance only where the host announces its largest block, by a feature and an option that few
        hosts without a graph of their own have. This adds what is missing. [main-thread]
    */
    LV2_Handle instantiate (const LV2_Descriptor*, double rate, const char* bundle, const LV2_Feature* const* features)
    {
        const auto* map = static_cast<const LV2_URID_Map*> (findFeature (features, LV2_URID__map));

        if (map == nullptr)
            return nullptr;

        const auto maxBlockKey = map->map (map->handle, LV2_BUF_SIZE__maxBlockLength), intType = map->map (map->handle, LV2_ATOM__Int);
        std::int32_t maxBlock = assumedMaxBlock;
        std::vector<LV2_Options_Option> options;
        bool isAnnounced = false;

        for (const auto* option = static_cast<const LV2_Options_Option*> (findFeature (features, LV2_OPTIONS__options)); option != nullptr && option->key != 0; ++option)
        {
            options.push_back (*option);
            isAnnounced = isAnnounced || option->key == maxBlockKey;
        }

        if (! isAnnounced)
            options.push_back ({ LV2_OPTIONS_INSTANCE, 0, maxBlockKey, sizeof (maxBlock), intType, &maxBlock });

        options.push_back ({ LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, nullptr });
        const LV2_Feature bounded { LV2_BUF_SIZE__boundedBlockLength, nullptr }, complete { LV2_OPTIONS__options, options.data() };
        std::vector<const LV2_Feature*> all { &bounded, &complete };

        for (; features != nullptr && *features != nullptr; ++features)
            if (std::strcmp ((*features)->URI, LV2_OPTIONS__options) != 0)
                all.push_back (*features);

        all.push_back (nullptr);
        const auto* juce = tillerJuceLv2Descriptor (0);
        return juce->instantiate (juce, rate, bundle, all.data());
    }
}

} // namespace tiller

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor (std::uint32_t index)
{
    const auto* juce = tillerJuceLv2Descriptor (index);

    if (juce == nullptr)
        return nullptr;

    static LV2_Descriptor descriptor = [juce]
    {
        auto copy = *juce;
        copy.instantiate = tiller::instantiate;
        return copy;
    }();

    return &descriptor;
}
