#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tiller::test
{

struct StreamSetup
{
    double rate = 48000.0;
    int maxBlock = 512;
    int inputs = 2, outputs = 2;
    bool offline = false;
};

/** An automation point, `index` as the plugin lists its parameters, `normalised` in 0..1. */
struct Point
{
    int index;
    int offset;
    double normalised;
};

struct Transport
{
    bool playing = false;
    std::int64_t timeSamples = 0;
};

/** A headless VST3 host for one plugin instance, straight on the VST3 interfaces. Main thread, or one audio thread at a time. */
class Vst3Instance
{
public:
    explicit Vst3Instance (const std::string& bundle);
    ~Vst3Instance();

    void activate (const StreamSetup&);
    void deactivate();

    /** Stops and starts the processing, which resets the plugin, without preparing anew. */
    void reset();

    /** Says with the next blocks that the host renders offline, or not, without preparing anew. */
    void setOffline (bool);

    using Audio = std::vector<std::vector<float>>;

    /** Processes `frames` from `offset` of `input` into the same place of `output`. */
    void process (const Audio& input, Audio& output, int offset, int frames, const std::vector<Point>& = {}, Transport = {});

    int latencySamples() const;
    std::vector<std::uint8_t> state() const;
    bool setState (const std::vector<std::uint8_t>&);
    int parameterCount() const;
    std::string parameterName (int index) const;
    double parameter (int index) const;
    /** Moves a parameter as a host's own knob does, without telling the processor. */
    void setParameter (int index, double normalised);
    /** Sends points without audio. */
    void flush (const std::vector<Point>&);

    /** The parameter that a MIDI controller of the first channel is turned into. */
    int controllerParameter (int controller) const;
    /** The parameter that MIDI program change is turned into, or -1. */
    int programParameter() const;
    /** How many programs the root unit's list has. */
    int programCount() const;
    std::string programName (int) const;

    /** Activates anew within each notification that the latency changed, on the thread that brings it, as some hosts do. */
    void reactivateOnLatencyChange();
    /** How often that was done, and how often the latency was another afterwards. */
    int reactivations() const;
    int latenciesForgotten() const;
    /** The host's notification that names changed has come since the last call. */
    bool takeTitlesChanged();

    /** The values that the plugin has shown since the last call, as points for the processor, which a host owes it. */
    std::vector<Point> takeEdits();

    /** How many gestures have begun and not ended: a host in touch mode writes as long as one lasts. */
    int openGestures() const;

    /** Opens the editor in `parent`, an X11 window. False where it has none. */
    bool openEditor (unsigned long parent);
    /** Serves the editor's events for a while. */
    void runEditor (double seconds);
    /** False where the editor does not take this size. */
    bool resizeEditor (int width, int height);
    std::pair<int, int> editorSize() const;
    void closeEditor();

private:
    struct Internals;
    std::unique_ptr<Internals> in;
};

} // namespace tiller::test
