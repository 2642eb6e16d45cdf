// What `normscope-cli sweep` was asked for.
#pragma once

#include <filesystem>
#include <string>
#include <thread>

namespace normscope::cli {

struct SweepOptions {
    std::filesystem::path sweep;
    std::filesystem::path out;
    std::string run;  ///< a hash: this run only, in this process
    /// One more than processors: while one run waits for the disk, another computes.
    int jobs = static_cast<int>(std::thread::hardware_concurrency()) + 1;
    int threads = 1;         ///< of each run
    double save_every = 10;  ///< seconds between saves of each run
    bool list = false;
    bool unfinished = false;  ///< list these only
    bool collect = false;
    bool json = false;
};

}  // namespace normscope::cli
