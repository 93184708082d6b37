#include "tiller/state/SavedState.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tiller
{

namespace
{
    using Tag = std::array<char, 4>;
    constexpr Tag magic { 'T', 'L', 'S', 'T' };
    constexpr Tag presetTag { 'p', 'r', 'e', 's' }, compressedPresetTag { 'p', 'r', 'e', 'z' }, parameterTag { 'p', 'a', 'r', 'm' },
                  latencyTag { 'd', 'l', 'a', 'y' }, fixedLatencyTag { 'f', 'i', 'x', 'l' }, windowTag { 'w', 'i', 'n', 'd' }, programTag { 'p', 'r', 'o', 'g' };
    /** Version of the layout of header and chunks; a new kind of chunk does not raise it. */
    constexpr std::uint32_t format = 1;
    constexpr std::size_t headerBytes = 12;
    constexpr std::size_t maxStateBytes = 24 * 1024 * 1024;
    /** Longest identifier of a preset. */
    constexpr std::size_t maxIdentifierBytes = 1024;

    /** FNV-1a, 32 bits. */
    std::uint32_t checksum (const std::uint8_t* bytes, std::size_t size) noexcept
    {
        std::uint32_t hash = 2166136261u;

        for (std::size_t i = 0; i < size; ++i)
            hash = (hash ^ bytes[i]) * 16777619u;

        return hash;
    }

    template <typename Value>
    void append (std::string& bytes, Value value)
    {
        bytes.append (reinterpret_cast<const char*> (&value), sizeof (value));
    }

    /** Reads values one after the other; each `read` is false where the bytes end before it. */
    class Cursor
    {
    public:
        Cursor (const void* d, std::size_t s) : data (static_cast<const char*> (d)), size (s) {}

        template <typename Value>
        bool read (Value& value) noexcept
        {
            if (size < sizeof (value))
                return false;

            std::memcpy (&value, data, sizeof (value));
            skip (sizeof (value));
            return true;
        }

        bool read (std::string& text, std::size_t length)
        {
            if (size < length)
                return false;

            text.assign (data, length);
            skip (length);
            return true;
        }

        std::size_t left() const noexcept { return size; }

    private:
        void skip (std::size_t count) noexcept { data += count; size -= count; }

        const char* data;
        std::size_t size;
    };

    void appendChunk (std::string& bytes, Tag tag, const std::string& content)
    {
        append (bytes, tag);
        append (bytes, static_cast<std::uint32_t> (content.size()));
        bytes += content;
    }

    bool readParameters (Cursor cursor, SavedState& state)
    {
        while (cursor.left() > 0)
        {
            std::uint8_t length = 0;
            std::string id;
            float value = 0.0f;

            if (! cursor.read (length) || ! cursor.read (id, length) || ! cursor.read (value) || ! std::isfinite (value))
                return false;

            for (std::size_t i = 0; i < state.parameters.size(); ++i)
                if (id == protocol::parameters[i].id)
                    state.parameters[i] = std::clamp (value, protocol::parameters[i].min, protocol::parameters[i].max);
        }

        return true;
    }

    bool readLatency (Cursor cursor, SavedState& state)
    {
        return cursor.read (state.rate) && cursor.read (state.maxBlock) && cursor.read (state.latency.model)
               && cursor.read (state.latency.scheduling) && std::isfinite (state.rate) && state.rate >= 0.0;
    }

    /** Earlier versions read and write the program only: a request never outlives the state that it was saved with. */
    bool readProgram (Cursor cursor, SavedState& state)
    {
        if (! cursor.read (state.program))
            return false;

        if (cursor.left() == 0)
            return true;

        std::int32_t program = 0;
        PresetRequest request;

        if (! cursor.read (program) || program < PresetRequest::none || program > PresetRequest::maxProgram || cursor.left() > maxIdentifierBytes)
            return false;

        request.program = program;
        cursor.read (request.id, cursor.left());

        if (request.program == PresetRequest::none && request.id.empty())
            return false;

        state.recall = std::move (request);
        return true;
    }

    bool readFixedLatency (Cursor cursor, SavedState& state)
    {
        return cursor.read (state.fixedLatency) && state.fixedLatency >= protocol::minFixedLatency && state.fixedLatency <= protocol::maxFixedLatency;
    }

    bool readWindow (Cursor cursor, SavedState& state)
    {
        return cursor.read (state.windowWidth) && cursor.read (state.windowHeight);
    }
}

SavedState::SavedState()
{
    for (std::size_t i = 0; i < parameters.size(); ++i)
        parameters[i] = protocol::parameters[i].initial;
}

std::vector<std::uint8_t> SavedState::encode() const
{
    std::string chunks, content;

    for (std::size_t i = 0; i < parameters.size(); ++i)
    {
        const std::string id = protocol::parameters[i].id;
        append (content, static_cast<std::uint8_t> (id.size()));
        content += id;
        append (content, parameters[i]);
    }

    appendChunk (chunks, parameterTag, content);
    content.clear();
    append (content, rate);
    append (content, maxBlock);
    append (content, latency.model);
    append (content, latency.scheduling);
    appendChunk (chunks, latencyTag, content);
    content.clear();
    append (content, windowWidth);
    append (content, windowHeight);
    appendChunk (chunks, windowTag, content);
    appendChunk (chunks, presetTag, preset);

    if (fixedLatency > 0.0f)
    {
        content.clear();
        append (content, fixedLatency);
        appendChunk (chunks, fixedLatencyTag, content);
    }

    if (program >= 0 || recall)
    {
        content.clear();
        append (content, program);

        if (recall)
        {
            append (content, static_cast<std::int32_t> (recall->program));
            content += recall->id;
        }

        appendChunk (chunks, programTag, content);
    }

    if (! compressedPreset.empty())
        appendChunk (chunks, compressedPresetTag, compressedPreset);

    for (const auto& chunk : unknown)
        appendChunk (chunks, chunk.tag, chunk.bytes);

    std::string bytes;
    append (bytes, magic);
    append (bytes, format);
    append (bytes, checksum (reinterpret_cast<const std::uint8_t*> (chunks.data()), chunks.size()));
    bytes += chunks;
    return { bytes.begin(), bytes.end() };
}

std::optional<SavedState> SavedState::decode (const std::uint8_t* bytes, std::size_t size, std::string& error)
{
    Cursor cursor (bytes, size);
    Tag start {};
    std::uint32_t storedFormat = 0, storedChecksum = 0;

    if (size > maxStateBytes || ! cursor.read (start) || start != magic || ! cursor.read (storedFormat) || ! cursor.read (storedChecksum))
    {
        error = "The project contains data for Tiller that is not a state of Tiller.";
        return {};
    }

    if (storedFormat != format)
    {
        error = "The project was saved by a newer Tiller (state format " + std::to_string (storedFormat) + "). Update Tiller to open it.";
        return {};
    }

    if (storedChecksum != checksum (bytes + headerBytes, size - headerBytes))
    {
        error = "The state of Tiller in this project is damaged.";
        return {};
    }

    SavedState state;

    while (cursor.left() > 0)
    {
        Chunk chunk {};
        std::uint32_t length = 0;
        bool good = cursor.read (chunk.tag) && cursor.read (length) && cursor.read (chunk.bytes, length);
        Cursor content (chunk.bytes.data(), chunk.bytes.size());

        if (good && chunk.tag == parameterTag)
            good = readParameters (content, state);
        else if (good && chunk.tag == latencyTag)
            good = readLatency (content, state);
        else if (good && chunk.tag == fixedLatencyTag)
            good = readFixedLatency (content, state);
        else if (good && chunk.tag == windowTag)
            good = readWindow (content, state);
        else if (good && chunk.tag == programTag)
            good = readProgram (content, state);
        else if (good && chunk.tag == presetTag)
            state.preset = std::move (chunk.bytes);
        else if (good && chunk.tag == compressedPresetTag)
            state.compressedPreset = std::move (chunk.bytes);
        else if (good)
            state.unknown.push_back (std::move (chunk));

        if (! good || state.preset.size() > protocol::maxTextBytes)
        {
            error = "The state of Tiller in this project is damaged.";
            return {};
        }
    }

    return state;
}

} // namespace tiller
