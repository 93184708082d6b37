#pragma once

#include <pluginterfaces/vst/ivstaudioprocessor.h>
#include <pluginterfaces/vst/ivstevents.h>
#include <pluginterfaces/vst/ivstparameterchanges.h>
#include <pluginterfaces/vst/ivstprocesscontext.h>

#include <array>
#include <cstdint>

namespace tiller
{

/** A range of samples within a block of the host: `length` samples from `start` on. */
struct BlockRange
{
    std::int32_t start = 0, length = 0;
    bool isFirst = false, isLast = false;   ///< events outside of the block count as those of its ends

    bool contains (std::int32_t offset) const noexcept
    {
        return (isFirst || offset >= start) && (isLast || offset < start + length);
    }
};

/**
    A part of a VST3 block as a block of its own, for hosts whose blocks are longer than they announced: JUCE's wrapper writes
    such a block beyond its scratch buffer. One thread; allocates nothing. [audio-thread]
*/
class ProcessDataPart
{
public:
    /** Both the host's data and the returned ones are valid during the call only. */
    Steinberg::Vst::ProcessData& select (const Steinberg::Vst::ProcessData& whole, const BlockRange&);

private:
    static constexpr std::size_t maxBuses = 4, maxChannels = 8;

    /** A queue of the host, as far as its points are in the part. JUCE's wrapper looks at one queue at a time. */
    class Queue final : public Steinberg::Vst::IParamValueQueue
    {
    public:
        void select (Steinberg::Vst::IParamValueQueue&, const BlockRange&);

        Steinberg::Vst::ParamID PLUGIN_API getParameterId() override;
        Steinberg::int32 PLUGIN_API getPointCount() override;
        Steinberg::tresult PLUGIN_API getPoint (Steinberg::int32 index, Steinberg::int32& offset, Steinberg::Vst::ParamValue&) override;
        Steinberg::tresult PLUGIN_API addPoint (Steinberg::int32, Steinberg::Vst::ParamValue, Steinberg::int32&) override;
        Steinberg::tresult PLUGIN_API queryInterface (const Steinberg::TUID, void**) override;
        Steinberg::uint32 PLUGIN_API addRef() override;
        Steinberg::uint32 PLUGIN_API release() override;

    private:
        Steinberg::Vst::IParamValueQueue* whole = nullptr;
        BlockRange range;
        Steinberg::int32 first = 0, count = 0;  ///< the points of the part; VST3 orders them by offset
    };

    class Changes final : public Steinberg::Vst::IParameterChanges
    {
    public:
        void select (Steinberg::Vst::IParameterChanges&, const BlockRange&);

        Steinberg::int32 PLUGIN_API getParameterCount() override;
        Steinberg::Vst::IParamValueQueue* PLUGIN_API getParameterData (Steinberg::int32 index) override;
        Steinberg::Vst::IParamValueQueue* PLUGIN_API addParameterData (const Steinberg::Vst::ParamID&, Steinberg::int32&) override;
        Steinberg::tresult PLUGIN_API queryInterface (const Steinberg::TUID, void**) override;
        Steinberg::uint32 PLUGIN_API addRef() override;
        Steinberg::uint32 PLUGIN_API release() override;

    private:
        Steinberg::Vst::IParameterChanges* whole = nullptr;
        BlockRange range;
        Queue queue;
    };

    class Events final : public Steinberg::Vst::IEventList
    {
    public:
        void select (Steinberg::Vst::IEventList&, const BlockRange&);

        Steinberg::int32 PLUGIN_API getEventCount() override;
        Steinberg::tresult PLUGIN_API getEvent (Steinberg::int32 index, Steinberg::Vst::Event&) override;
        Steinberg::tresult PLUGIN_API addEvent (Steinberg::Vst::Event&) override;
        Steinberg::tresult PLUGIN_API queryInterface (const Steinberg::TUID, void**) override;
        Steinberg::uint32 PLUGIN_API addRef() override;
        Steinberg::uint32 PLUGIN_API release() override;

    private:
        bool find (Steinberg::int32 index, Steinberg::Vst::Event&);

        Steinberg::Vst::IEventList* whole = nullptr;
        BlockRange range;
        Steinberg::int32 next = 0, nextInPart = 0;  ///< where the search for the next event goes on; hosts need not order them
    };

    /** The channels of one direction. */
    struct Buses
    {
        std::array<Steinberg::Vst::AudioBusBuffers, maxBuses> buffers {};
        std::array<std::array<float*, maxChannels>, maxBuses> channels {};

        Steinberg::int32 select (const Steinberg::Vst::AudioBusBuffers* whole, Steinberg::int32 count, std::int32_t start);
    };

    Steinberg::Vst::ProcessData data;
    Steinberg::Vst::ProcessContext context {};
    Buses inputs, outputs;
    Changes changes;
    Events events;
};

} // namespace tiller
