#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tiller::test
{

/** What the host prepares the plugin for: rate in Hz, block in samples, channels. */
struct StreamSetup
{
    double rate = 48000.0;
    int maxBlock = 512;
    int inputs = 2, outputs = 2;
    bool offline = false;
    bool prefetch = false;      ///< ahead of time, without a deadline
};

/** An automation point: `index` in the plugin's list of parameters, `offset` in samples, `normalised` 0..1. */
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
    double tempo = 0.0;             ///< quarter notes per minute; 0: the host tells neither tempo nor beat
    double beat = 0.0;              ///< quarter notes at the first sample
    double barStart = 0.0;          ///< quarter notes at which the present bar began
    int numerator = 4, denominator = 4;
};

/** A headless VST3 host for one plugin instance, without JUCE. One thread at a time. */
class Vst3Instance
{
public:
    explicit Vst3Instance (const std::string& bundle);
    ~Vst3Instance();

    void activate (const StreamSetup&);
    /** Whether it accepts this many input and output buses, each stereo. */
    bool acceptsBuses (int inputs, int outputs);
    void deactivate();

    /** Stops and starts processing, which resets the plugin, without preparing it again. */
    void reset();

    /** Sets whether the next blocks are an offline render, without preparing the plugin again. */
    void setOffline (bool);

    using Audio = std::vector<std::vector<float>>;

    /** Processes `numSamples` from `offset` of `input` to the same offset of `output`. */
    void process (const Audio& input, Audio& output, int offset, int numSamples, const std::vector<Point>& = {}, Transport = {});

    int latencySamples() const;
    std::vector<std::uint8_t> state() const;
    bool setState (const std::vector<std::uint8_t>&);
    int parameterCount() const;
    std::string parameterName (int index) const;
    double parameter (int index) const;
    /** Sets a parameter through the edit controller only, not through the processor. */
    void setParameter (int index, double normalised);
    /** Sends automation points without audio. */
    void flush (const std::vector<Point>&);

    /** The parameter that a host moves for a MIDI controller of the first channel. */
    int controllerParameter (int controller) const;
    /** Whether a parameter has all of these flags of VST3. */
    bool hasFlags (int index, int flags) const;
    /** The parameter that a host moves for MIDI program change, or -1. */
    int programParameter() const;
    /** The length of the root unit's program list; 0 where it has none. */
    int programCount() const;
    std::string programName (int) const;

    /** From now on activates the plugin again within each notification of a new latency, on the same thread, as some hosts do. */
    void reactivateOnLatencyChange();
    /** How often that was done, and how often the latency was different afterwards. */
    int reactivations() const;
    int latencyMismatches() const;
    /** True where the plugin has notified the host of new parameter names since the last call. */
    bool takeTitlesChanged();

    /** The changes that the plugin has notified the host of since the last call, as the points that a host then sends to the processor. */
    std::vector<Point> takeEdits();

    /** How often the plugin has marked the host's project as changed. */
    int projectMarks() const;

    /** How many gestures have begun and not ended. */
    int openGestures() const;

    /** Opens the editor in `parent`, an X11 window or on Windows a window's handle; false where that fails. */
    bool openEditor (std::uintptr_t parent);
    /** Runs the editor's event loop. */
    void runEditor (double seconds);
    /** False where the editor does not accept this size. */
    bool resizeEditor (int width, int height);
    std::pair<int, int> editorSize() const;
    void closeEditor();

private:
    struct Internals;
    std::unique_ptr<Internals> in;
};

} // namespace tiller::test
