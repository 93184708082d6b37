#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace tiller::test
{

/** How a host calls its plugins over time. */
struct CallPattern
{
    enum class Kind { bursts, randomBursts, jitter, freeRunning };

    std::string name;
    Kind kind;
    double seconds = 0.0;       ///< length of a burst, greatest length of a random one, or greatest jitter
    bool prefetch = false;      ///< VST3's kPrefetch

    /** When each block is delivered at the earliest, in seconds since the first; blocks of `blockSeconds`. */
    std::vector<double> schedule (int blocks, double blockSeconds) const
    {
        std::vector<double> due (static_cast<std::size_t> (blocks), 0.0);
        std::mt19937 random (11);
        const auto uniform = [&random] (double to) { return std::uniform_real_distribution<> (0.0, to) (random); };

        for (int n = 0, burstEnd = 0; n < blocks && kind != Kind::freeRunning; ++n)
        {
            const auto i = static_cast<std::size_t> (n);
            const double inRealTime = n * blockSeconds;

            if (kind == Kind::jitter)
            {
                due[i] = std::max (n > 0 ? due[i - 1] : 0.0, inRealTime + uniform (seconds));
            }
            else if (n == burstEnd)
            {
                due[i] = inRealTime;
                const double length = kind == Kind::bursts ? seconds : uniform (seconds);
                burstEnd += std::max (1, static_cast<int> (std::lround (length / blockSeconds)));
            }
            else
            {
                due[i] = due[i - 1];
            }
        }

        return due;
    }
};

inline std::vector<CallPattern> callPatterns()
{
    using Kind = CallPattern::Kind;
    return { { "in real time", Kind::bursts, 0.0 },
             { "bursts of 10 ms", Kind::bursts, 0.01 },
             { "bursts of 50 ms", Kind::bursts, 0.05 },
             { "bursts of 200 ms", Kind::bursts, 0.2 },
             { "bursts of 600 ms", Kind::bursts, 0.6 },
             { "random bursts", Kind::randomBursts, 0.6 },
             { "as fast as it can", Kind::freeRunning },
             { "prefetch", Kind::bursts, 0.2, true },
             { "5 ms of jitter", Kind::jitter, 0.005 } };
}

} // namespace tiller::test
